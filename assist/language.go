package assist

import (
	_ "embed"
	"math"
	"strings"
	"unicode"
)

// Languages of the desk, as BCP 47.
const (
	portuguese = "pt-BR"
	english    = "en"
	spanish    = "es"
)

// The samples say the same things in three languages. They were written for this
// purpose; only how often three letters follow one another is taken from them.
var (
	//go:embed languages/pt-BR.txt
	samplePortuguese string
	//go:embed languages/en.txt
	sampleEnglish string
	//go:embed languages/es.txt
	sampleSpanish string
)

// languages recognises by runs of three letters (Cavnar and Trenkle, 1994, in the
// form of a naive Bayes classifier).
type languages struct {
	names  []string
	counts []map[string]float64
	totals []float64
}

// clearLead is by how much, in natural logarithm, the best language must be more
// likely than the next: twenty times. Under it nothing is said, since a
// wrong language greets a customer in a foreign tongue.
const clearLead = 3.0

// fewLetters is how many letters are too few to tell: "CT-e", "NF".
const fewLetters = 4

// unseen is how much a run that no sample has counts for each language.
const unseen = .4

func newLanguages() languages {
	var l languages
	for _, s := range []struct{ name, text string }{
		{portuguese, samplePortuguese}, {english, sampleEnglish}, {spanish, sampleSpanish},
	} {
		counts, total := map[string]float64{}, 0.0
		for _, run := range runs(s.text) {
			counts[run]++
			total++
		}
		l.names, l.counts, l.totals = append(l.names, s.name), append(l.counts, counts), append(l.totals, total)
	}
	return l
}

// of tells the language of a text, or "" when the text does not: a name, a number,
// a word that two languages share.
func (l languages) of(text string) string {
	logs, letters := make([]float64, len(l.names)), 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters < fewLetters {
		return ""
	}
	for _, run := range runs(text) {
		for i := range logs {
			logs[i] += math.Log((l.counts[i][run] + unseen) / (l.totals[i] + unseen*kinds))
		}
	}
	best, lead := 0, math.Inf(1)
	for i := range logs {
		if logs[i] > logs[best] {
			best = i
		}
	}
	for i := range logs {
		if i != best {
			lead = min(lead, logs[best]-logs[i])
		}
	}
	if lead < clearLead {
		return ""
	}
	return l.names[best]
}

// kinds is about how many runs a language uses; it only smooths.
const kinds = 3000

// runs are all runs of three letters of each word, with its borders, and the word
// itself; in lower case and with accents, which tell most.
func runs(text string) []string {
	var out []string
	isMark := func(r rune) bool { return !unicode.IsLetter(r) && !strings.ContainsRune("'’¿¡", r) }
	for _, w := range strings.FieldsFunc(strings.ToLower(text), isMark) {
		out = append(out, w)
		letters := []rune(" " + w + " ")
		for i := 0; i+3 <= len(letters); i++ {
			out = append(out, string(letters[i:i+3]))
		}
	}
	return out
}
