package assist

import (
	_ "embed"
	"iter"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
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
	likely map[string][]float64 // of a run, in natural logarithm, by language
	unseen []float64            // the same of a run that no sample has
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
	samples := []struct{ name, text string }{
		{portuguese, samplePortuguese}, {english, sampleEnglish}, {spanish, sampleSpanish},
	}
	l := languages{likely: map[string][]float64{}}
	totals := make([]float64, len(samples))
	for i, s := range samples {
		l.names = append(l.names, s.name)
		for run := range runs(s.text) {
			if l.likely[run] == nil {
				l.likely[run] = make([]float64, len(samples))
			}
			l.likely[run][i]++
			totals[i]++
		}
	}
	share := func(count float64, i int) float64 { return math.Log((count + unseen) / (totals[i] + unseen*kinds)) }
	for i := range samples {
		l.unseen = append(l.unseen, share(0, i))
	}
	for _, counts := range l.likely {
		for i, count := range counts {
			counts[i] = share(count, i)
		}
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
	for run := range runs(text) {
		likely, seen := l.likely[run]
		if !seen {
			likely = l.unseen
		}
		for i := range logs {
			logs[i] += likely[i]
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
func runs(text string) iter.Seq[string] {
	isMark := func(r rune) bool { return !unicode.IsLetter(r) && !strings.ContainsRune("'’¿¡", r) }
	return func(yield func(string) bool) {
		for _, w := range strings.FieldsFunc(strings.ToLower(text), isMark) {
			if !yield(w) || !threes(" "+w+" ", yield) {
				return
			}
		}
	}
}

// threes yields all runs of three letters; false when yield wants no more.
func threes(word string, yield func(string) bool) bool {
	first, second := -1, -1 // where the two letters before this one begin
	for at, r := range word {
		if first >= 0 && !yield(word[first:at+utf8.RuneLen(r)]) {
			return false
		}
		first, second = second, at
	}
	return true
}
