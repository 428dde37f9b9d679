package config

import (
	"slices"
	"strings"
)

// nearest is the known key that was probably meant, or "" when none is near.
func nearest(key string, known []string) string {
	best, distance := "", max(2, len(key)/3)+1
	for _, k := range known {
		if d := edits(strings.ToLower(key), k); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// edits is the Levenshtein distance of two words, with two neighbouring letters
// swapped as one edit: that is how keys are mistyped.
func edits(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

// meant puts the suggestion for an unknown key into words: a near key of the same
// section, or the section where the very same key lives.
func meant(key string, siblings []string, everywhere []string) string {
	if near := nearest(key, siblings); near != "" {
		return "; did you mean " + near + "?"
	}
	var homes []string
	for _, path := range everywhere {
		if home, ok := strings.CutSuffix(path, "."+key); ok {
			homes = append(homes, home)
		} else if path == key {
			homes = append(homes, "the top of the file")
		}
	}
	if len(homes) > 0 && len(homes) < 4 {
		return "; it belongs under " + orList(homes)
	}
	known := slices.Sorted(slices.Values(siblings))
	return "; known here: " + strings.Join(known, ", ")
}
