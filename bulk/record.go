package bulk

import (
	"strings"
)

// record is one entry as it was written, whatever the format: cells by column.
type record struct {
	kind  Kind
	file  string
	row   int // of a spreadsheet, its heading being 1; of other files, the line
	cells map[string]cell
}

// cell is one value. heading is the column as the file spells it, for messages.
type cell struct {
	heading string
	text    string
	list    []string // of YAML, which has lists of its own
	isList  bool
}

// Batch is what was read from files, not yet compared with the desk.
type Batch struct {
	records  []record
	problems finder
}

// empties is the cell that empties a value.
const empties = "-"

// values splits a cell into the values of a list. Texts that may hold commas are
// separated by | or by lines only.
func (c cell) values(separators string) []string {
	parts := c.list
	if !c.isList {
		parts = strings.FieldsFunc(c.text, func(r rune) bool { return strings.ContainsRune(separators, r) })
	}
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" && p != empties {
			out = append(out, p)
		}
	}
	return out
}

// blank reports whether the cell says nothing, so that the value stays as it is.
func (c cell) blank() bool { return !c.isList && strings.TrimSpace(c.text) == "" }

// value is the text of the cell, "" when it empties the value.
func (c cell) value() string {
	text := strings.TrimSpace(c.text)
	if text == empties {
		return ""
	}
	return text
}

// Separators of lists in one cell.
const (
	ofNames     = "|,;\n"
	ofSentences = "|\n"
)
