package assist

import (
	"slices"
	"strings"
)

// phrases are wordings to look for in folded words. Each is a list of words; one
// that ends in * stands for all words that begin so, and _ for up to two words
// of any kind.
type phrases [][]string

// phrasesOf reads one phrase a line.
func phrasesOf(text string) phrases {
	var ps phrases
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 0 {
			ps = append(ps, words)
		}
	}
	return ps
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
	for _, p := range ps {
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
