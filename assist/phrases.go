package assist

import (
	"slices"
	"strings"
)

// phrases are wordings to look for in folded words. Each is a list of words; one
// that ends in * stands for all words that begin so, and _ for up to two words
// of any kind. They are kept by how they begin, since a text is looked through
// for hundreds of them and most begin with none of its words.
type phrases struct {
	byWord map[string][]phrase
	byStem map[byte][]phrase // by the first letter of the stem
	gapped []phrase          // those that begin with a gap
}

type phrase []part

// part is one word of a phrase.
type part struct {
	text string // empty: a gap
	stem bool
}

// phrasesOf reads one phrase a line.
func phrasesOf(text string) phrases {
	ps := phrases{byWord: map[string][]phrase{}, byStem: map[byte][]phrase{}}
	for line := range strings.Lines(text) {
		var p phrase
		for word := range strings.FieldsSeq(line) {
			stem, isStem := strings.CutSuffix(word, "*")
			if stem == "_" {
				stem = ""
			}
			p = append(p, part{stem, isStem})
		}
		ps = ps.add(p)
	}
	return ps
}

// add is for those who make a phrases; afterwards it is only read.
func (ps phrases) add(all ...phrase) phrases {
	for _, p := range all {
		switch {
		case len(p) == 0:
		case p[0].text == "":
			ps.gapped = append(ps.gapped, p)
		case p[0].stem:
			ps.byStem[p[0].text[0]] = append(ps.byStem[p[0].text[0]], p)
		default:
			ps.byWord[p[0].text] = append(ps.byWord[p[0].text], p)
		}
	}
	return ps
}

// joined is all phrases of several.
func joined(all ...phrases) phrases {
	out := phrasesOf("")
	for _, ps := range all {
		for _, list := range ps.byWord {
			out = out.add(list...)
		}
		for _, list := range ps.byStem {
			out = out.add(list...)
		}
		out = out.add(ps.gapped...)
	}
	return out
}

// wordSet is the set of the words of a text.
func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		set[w] = true
	}
	return set
}

// maxGap is how many words an _ may stand for.
const maxGap = 2

// at is where the longest phrase that starts at words[i] ends, or i.
func (ps phrases) at(words []string, i int) int {
	end := i
	if i < len(words) && words[i] != "" {
		end = longest(ps.byWord[words[i]], words, i, end)
		end = longest(ps.byStem[words[i][0]], words, i, end)
	}
	return longest(ps.gapped, words, i, end)
}

// longest is where the longest of all that start at i ends, or otherwise.
func longest(all []phrase, words []string, i, otherwise int) int {
	for _, p := range all {
		otherwise = max(otherwise, p.match(words, i))
	}
	return otherwise
}

// match is where p ends in words when it starts at i, or 0.
func (p phrase) match(words []string, i int) int {
	switch {
	case len(p) == 0:
		return i
	case p[0].text == "":
		for gap := 0; gap <= maxGap; gap++ {
			if end := p[1:].match(words, i+gap); end > 0 {
				return end
			}
		}
	case i < len(words) && (words[i] == p[0].text || p[0].stem && strings.HasPrefix(words[i], p[0].text)):
		return p[1:].match(words, i+1)
	}
	return 0
}

// first finds the first phrase in words.
func (ps phrases) first(words []string) (start, end int, ok bool) {
	for i := range words {
		if end := ps.at(words, i); end > i {
			return i, end, true
		}
	}
	return 0, 0, false
}

// in reports whether any phrase occurs in any sentence.
func (ps phrases) in(ss []sentence) bool {
	return slices.ContainsFunc(ss, func(s sentence) bool { _, _, ok := ps.first(s.words); return ok })
}

// without returns words with all phrases taken out, and whether there were any.
func (ps phrases) without(words []string) (rest []string, found bool) {
	for i := 0; i < len(words); {
		if end := ps.at(words, i); end > i {
			i, found = end, true
			continue
		}
		rest = append(rest, words[i])
		i++
	}
	return rest, found
}
