package assist

import (
	"slices"
	"strings"
)

// phrases are wordings to look for in folded words. Each is a list of words; one
// that ends in * stands for all words that begin so, and _ for up to two words
// of any kind. They are kept by their first word, since a text is looked through
// for hundreds of them and most begin with none of its words.
type phrases struct {
	byWord map[string][][]string
	open   [][]string // those that begin with a stem or a gap
}

// phrasesOf reads one phrase a line.
func phrasesOf(text string) phrases {
	ps := phrases{byWord: map[string][][]string{}}
	for line := range strings.Lines(text) {
		switch words := strings.Fields(line); {
		case len(words) == 0:
		case words[0] == "_" || strings.HasSuffix(words[0], "*"):
			ps.open = append(ps.open, words)
		default:
			ps.byWord[words[0]] = append(ps.byWord[words[0]], words)
		}
	}
	return ps
}

// joined is all phrases of several.
func joined(all ...phrases) phrases {
	out := phrases{byWord: map[string][][]string{}}
	for _, ps := range all {
		for word, list := range ps.byWord {
			out.byWord[word] = append(out.byWord[word], list...)
		}
		out.open = append(out.open, ps.open...)
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
	if i < len(words) {
		for _, p := range ps.byWord[words[i]] {
			end = max(end, match(p, words, i))
		}
	}
	for _, p := range ps.open {
		end = max(end, match(p, words, i))
	}
	return end
}

// match is where p ends in words when it starts at i, or 0.
func match(p []string, words []string, i int) int {
	if len(p) == 0 {
		return i
	}
	if p[0] == "_" {
		for gap := 0; gap <= maxGap; gap++ {
			if end := match(p[1:], words, i+gap); end > 0 {
				return end
			}
		}
		return 0
	}
	if i >= len(words) {
		return 0
	}
	if stem, open := strings.CutSuffix(p[0], "*"); words[i] == p[0] || open && strings.HasPrefix(words[i], stem) {
		return match(p[1:], words, i+1)
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
