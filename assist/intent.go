package assist

import (
	"slices"
	"strings"
	"unicode"

	"recado/assist/search"
	"recado/core/dialogue"
)

// intent tells a courtesy from a matter. A courtesy is made of courtesies alone:
// whatever is left over makes it a matter, and so does a complaint in any words.
// A call for help that says nothing else counts as a greeting, for it wants the
// same answer. names reports words that mean something at this desk.
func intent(ss []sentence, language string, names func(word string) bool) dialogue.Intent {
	if complains(ss, language) {
		return dialogue.Matter
	}
	var left []string
	var thanked, greeted, refused, asked bool
	for _, s := range ss {
		if troubles.in([]sentence{s}) {
			thanked = true // it is over, or we would not be here; the words tell what was
			continue
		}
		c := strip(s)
		left = append(left, c.left...)
		thanked, greeted = thanked || c.thanked, greeted || c.greeted
		refused, asked = refused || c.refused, asked || s.asks && c.thanked
	}
	if len(left) > mostNames {
		return dialogue.Matter
	}
	left = slices.DeleteFunc(left, func(w string) bool { return isName(w, ss) && !names(w) })
	switch {
	case len(left) > 0:
		return dialogue.Matter
	case greeted && (asked || !thanked):
		return dialogue.Greeting
	case asked, refused:
		return dialogue.Unclear
	case thanked:
		return dialogue.Thanks
	}
	if onlyApproval(ss) {
		return dialogue.Thanks
	}
	return dialogue.Unclear
}

// mostNames is how many words left over may still turn out to be names.
const mostNames = 4

// courtesies is what a sentence holds besides its matter.
type courtesies struct {
	thanked bool // thanks, praise, goodbye, or "it works now"
	greeted bool // a greeting, or a call for help
	refused bool // a "no" that belongs to no courtesy
	left    []string
}

// strip takes the courtesies out of a sentence. What may stand beside thanks ("pela
// ajuda de ontem") is a courtesy only there.
func strip(s sentence) courtesies {
	var c courtesies
	var thanked, wellNow bool
	rest, greeted := greetings.without(s.words)
	c.greeted = greeted
	rest, thanked = thanks.without(rest)
	rest, wellNow = well.without(rest)
	c.thanked = thanked || wellNow
	for _, w := range rest {
		switch {
		case denials[w]:
			c.refused = true
		case !search.IsSubject(w), isNumber(w), c.thanked && beside.at([]string{w}, 0) > 0:
		default:
			c.left = append(c.left, w)
		}
	}
	return c
}

// isNumber reports whether a word is digits alone: without other words it is an
// answer to something, and no matter.
func isNumber(w string) bool {
	return !strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsDigit(r) })
}

// bare is what a sentence holds besides courtesies.
func bare(words []string) []string { return strip(sentence{words: words}).left }

// complains reports whether something is wrong: a trouble that is not over, or a
// recovery that is denied ("ainda não está resolvido").
func complains(ss []sentence, language string) bool {
	return troubles.in(ss) && !allWell(ss, language) ||
		slices.ContainsFunc(ss, func(s sentence) bool { _, r := recovery(s, language); return r == denied })
}

// allWell reports whether the last that is said of a trouble is that it is over:
// "não funcionava, mas já está funcionando, obrigado".
func allWell(ss []sentence, language string) bool {
	for _, s := range slices.Backward(ss) {
		_, trouble, bad := troubles.first(s.words)
		end, said := recovery(s, language)
		if bad || said != unsaid {
			return said == affirmed && (!bad || end > trouble)
		}
	}
	return false
}

// saying is whether something is said in a sentence, and how.
type saying int

const (
	unsaid saying = iota
	affirmed
	denied
)

// recovery finds where a sentence says that a trouble is over, or that it is not.
// A "no" of a courtesy ("não precisa mais, resolvido") denies nothing.
func recovery(s sentence, language string) (end int, said saying) {
	start, end, ok := recovered.first(s.words)
	if !ok {
		return 0, unsaid
	}
	before, _ := thanks.without(s.words[max(0, start-4):start])
	if denies(before[max(0, len(before)-3):], language) {
		return end, denied
	}
	return end, affirmed
}

// isName reports whether a folded word looks like whom the courtesy is addressed
// to: it stands right after one, or it is written with a capital after one.
func isName(word string, ss []sentence) bool {
	for _, s := range ss {
		i := slices.Index(s.words, word)
		if i <= 0 || len(s.words) > 6 {
			continue
		}
		_, end, ok := courteous.first(s.words)
		if ok && (i == end || i == end+1 && capital(word, s.text)) {
			return true
		}
	}
	return false
}

// capital reports whether a folded word stands in text with only its first letter
// in upper case.
func capital(word, text string) bool {
	for _, f := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if folded := search.Words(f); len(folded) == 1 && folded[0] == word {
			runes := []rune(f)
			return unicode.IsUpper(runes[0]) && !slices.ContainsFunc(runes[1:], unicode.IsUpper)
		}
	}
	return false
}

// onlyApproval reports whether the text is nothing but a raised thumb or the like.
func onlyApproval(ss []sentence) bool {
	approved := false
	for _, s := range ss {
		if len(s.words) > 0 {
			return false
		}
		approved = approved || strings.ContainsAny(s.text, "👍👏🙏🙌❤💙💚😍😊😀😃😄🥰🤝👌✅")
	}
	return approved
}
