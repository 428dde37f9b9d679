package survey

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// starWords are stars said as words, in the three languages.
var starWords = map[string]int{
	"um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "três": 3, "quatro": 4, "cinco": 5,
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
	"uno": 1, "una": 1, "dos": 2, "cuatro": 4,
}

// giving is how people begin to rate: "dou nota 4", "I'd give it a 4", "le doy un 4".
const giving = `(?:(?:acho que|(?:eu )?diria|i think|i(?:'d|’d)? say|maybe|creo que|(?:yo )?diría(?: que)?)(?: que)? )?` +
	`(?:(?:(?:eu )?dou|i(?:'d| would|’d)? give(?: it| you)?|(?:yo )?(?:(?:te|le|les|os) )?doy) )?(?:(?:um|uma|a|un|una) )?`

// An answer and nothing else: one or two numbers, with the words that people put
// around them, or stars drawn or said as words.
var (
	digits = regexp.MustCompile(`^` + giving + `(?:nota:?|rating:?|estrelas?:?|estrellas?:?)?\s*` +
		`([1-5])(?:\s*(?:/\s*5|de 5|out of 5))?\s*(?:estrelas?|stars?|estrellas?|⭐)?[.!]*$`)
	pair   = regexp.MustCompile(`^([1-5])(?:\s*(?:e|and|y|;|-)\s*|,\s+|\s+)([1-5])[.!]*$`)
	symbol = regexp.MustCompile(`^(?:[⭐🌟★]\s*){1,5}$`)
	said   = regexp.MustCompile(`^` + giving + `(` + strings.Join(slices.Sorted(maps.Keys(starWords)), "|") + `)(?:\s+(?:estrelas?|stars?|estrellas?))?[.!]*$`)
)

// plain takes off what only says how an emoji is drawn.
var plain = strings.NewReplacer("\ufe0f", "", "\u20e3", "")

// thanks may follow an answer, as in "5, obrigada!".
var thanks = regexp.MustCompile(`[,.!]*\s+(?:muito )?(?:obrigad[oa]|valeu|thanks|thank you|gracias)[.!]*$`)

// longestAnswer is the most bytes that an answer may have; most texts are none.
const longestAnswer = 200

// Parse reads stars out of a text that is nothing but an answer (E1). One number
// is in first; two are service and solution. Anything else is not an answer.
func Parse(text string) (first, second int, ok bool) {
	if len(text) > longestAnswer {
		return 0, 0, false
	}
	text = thanks.ReplaceAllString(strings.TrimSpace(plain.Replace(strings.ToLower(text))), "")
	if symbol.MatchString(text) {
		return strings.Count(text, "⭐") + strings.Count(text, "🌟") + strings.Count(text, "★"), 0, true
	}
	if m := pair.FindStringSubmatch(text); m != nil {
		a, _ := strconv.Atoi(m[1])
		b, _ := strconv.Atoi(m[2])
		return a, b, true
	}
	if m := digits.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1])
		return n, 0, true
	}
	if m := said.FindStringSubmatch(text); m != nil {
		return starWords[m[1]], 0, true
	}
	return 0, 0, false
}
