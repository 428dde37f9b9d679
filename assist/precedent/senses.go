package precedent

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed senses.txt
var sensesText string

// meanings are those of senses.txt, read when the first text is: most commands need none.
var meanings = sync.OnceValue(func() *senses { return readSenses(sensesText) })

// senses are what words and phrases of any desk mean, by their hashes.
type senses struct {
	words   map[string][]uint64
	stems   map[string][]uint64
	phrases map[string][]phrase // by their first word
	longest int                 // stem, in bytes
}

type phrase struct {
	rest  []string
	sense uint64
}

// readSenses reads the lines of senses.txt.
func readSenses(text string) *senses {
	s := &senses{words: map[string][]uint64{}, stems: map[string][]uint64{}, phrases: map[string][]phrase{}}
	var is uint64
	for line := range strings.Lines(text) {
		wordings, indented := strings.CutPrefix(strings.TrimRight(line, "\n"), "\t")
		switch {
		case strings.HasPrefix(line, "#"), wordings == "":
		case !indented:
			is = hashOf(sense, "", wordings)
		default:
			for wording := range strings.SplitSeq(wordings, ", ") {
				s.add(strings.Fields(wording), is)
			}
		}
	}
	return s
}

// add adds a wording of one sense.
func (s *senses) add(wording []string, is uint64) {
	stem, isStem := strings.CutSuffix(wording[0], "*")
	switch {
	case len(wording) > 1:
		s.phrases[wording[0]] = append(s.phrases[wording[0]], phrase{wording[1:], is})
	case isStem:
		s.stems[stem], s.longest = append(s.stems[stem], is), max(s.longest, len(stem))
	default:
		s.words[stem] = append(s.words[stem], is)
	}
}

// each calls found with the senses of the first word, and of the phrases that it begins.
func (s *senses) each(words []string, found func(sense uint64)) {
	w := words[0]
	for _, is := range s.words[w] {
		found(is)
	}
	for end := 1; end <= min(len(w), s.longest); end++ {
		for _, is := range s.stems[w[:end]] {
			found(is)
		}
	}
	for _, p := range s.phrases[w] {
		if n := len(p.rest); n < len(words) && slices.Equal(p.rest, words[1:1+n]) {
			found(p.sense)
		}
	}
}
