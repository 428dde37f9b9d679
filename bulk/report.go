package bulk

import (
	"strconv"
	"strings"
)

// What is what an import does to one entry.
type What string

// What may be done.
const (
	Added     What = "added"
	Changed   What = "changed"
	Unchanged What = "unchanged"
)

// Change is what an import does to one entry. Columns are those whose value differs.
type Change struct {
	Kind    Kind
	Key     string // by which people know the entry: a code, an address, an id
	What    What
	Columns []string
	File    string
	Row     int
}

// Report is what an import did, or would do.
type Report struct {
	Changes []Change // in the order of the files
	Dry     bool
}

// Count is how many entries of a kind were added, changed or left alone.
func (r Report) Count(k Kind, w What) int {
	n := 0
	for _, c := range r.Changes {
		if c.Kind == k && c.What == w {
			n++
		}
	}
	return n
}

// Clean reports whether the import changes nothing.
func (r Report) Clean() bool {
	for _, c := range r.Changes {
		if c.What != Unchanged {
			return false
		}
	}
	return true
}

// Text is the report for a person: what is new or different line by line, then one
// line for each kind. An unknown language gets pt-BR.
func (r Report) Text(language string) string {
	texts, ok := reportTexts[language]
	if !ok {
		texts = reportTexts["pt-BR"]
	}
	var lines []string
	for _, c := range r.Changes {
		if c.What == Unchanged {
			continue
		}
		l := c.File + ":" + strconv.Itoa(c.Row) + ": " + texts[string(c.What)] + " " + c.Key
		if c.What == Changed {
			l += " (" + strings.Join(headingsOf(c, language), ", ") + ")"
		}
		lines = append(lines, l)
	}
	for _, k := range Kinds {
		added, changed, same := r.Count(k, Added), r.Count(k, Changed), r.Count(k, Unchanged)
		if added+changed+same > 0 {
			lines = append(lines, fill(texts["line"], map[string]string{
				"kind": texts[string(k)], "added": strconv.Itoa(added), "changed": strconv.Itoa(changed), "unchanged": strconv.Itoa(same),
			}))
		}
	}
	return strings.Join(append(lines, texts[r.ending()]), "\n")
}

func (r Report) ending() string {
	switch {
	case r.Dry:
		return "dry"
	case r.Clean():
		return "same"
	}
	return "done"
}

func headingsOf(c Change, language string) []string {
	var out []string
	for _, name := range c.Columns {
		for _, column := range columns[c.Kind] {
			if column.name == name {
				out = append(out, column.heading(language))
			}
		}
	}
	return out
}
