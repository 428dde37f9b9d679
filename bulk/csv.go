package bulk

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
)

// csv reads a spreadsheet. The first row is the headings.
func (b *Batch) csv(name, text string) {
	kind, ok := kindOf(stem(name))
	if !ok {
		b.problems.file(name, 0, UnknownFile)
		return
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord = -1 // programs drop the empty cells at the end of a row
	r.TrimLeadingSpace = true
	var headings []cell
	for row := 1; ; row++ {
		fields, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.Is(err, csv.ErrQuote), errors.Is(err, csv.ErrBareQuote):
			b.problems.file(name, row, BadQuotes)
			return
		case err != nil:
			b.problems.file(name, row, BadSyntax, "cause", err.Error())
			return
		case row == 1:
			headings = b.headings(name, kind, fields)
		case slices.ContainsFunc(fields, func(f string) bool { return strings.TrimSpace(f) != "" }):
			b.records = append(b.records, record{kind: kind, file: name, row: row, cells: cellsOf(headings, fields)})
		}
	}
}

// separator is the likeliest of ; , and tab: the one found most in the headings.
func separator(text string) rune {
	first, _, _ := strings.Cut(text, "\n")
	best, most := ',', 0
	for _, candidate := range []rune{',', ';', '\t'} {
		if n := strings.Count(first, string(candidate)); n > most {
			best, most = candidate, n
		}
	}
	return best
}

// headings finds the column of each heading; its name goes into text.
func (b *Batch) headings(name string, kind Kind, fields []string) []cell {
	cells := make([]cell, len(fields))
	for i, f := range fields {
		f = strings.TrimSpace(f)
		column, ok := columnOf(kind, f)
		switch {
		case ok:
			cells[i] = cell{heading: f, text: column}
		case f != "": // a column without a heading is not ours
			b.problems.file(name, 1, UnknownColumn, "value", f, "known", knownHeadings(kind))
		}
	}
	return cells
}

func knownHeadings(kind Kind) string {
	var names []string
	for _, c := range columns[kind] {
		if plain(c.pt) == plain(c.name) {
			names = append(names, c.pt)
		} else {
			names = append(names, c.pt+" ("+c.name+")")
		}
	}
	return strings.Join(names, ", ")
}

func cellsOf(headings []cell, fields []string) map[string]cell {
	cells := make(map[string]cell, len(fields))
	for i, f := range fields {
		if i < len(headings) && headings[i].text != "" {
			cells[headings[i].text] = cell{heading: headings[i].heading, text: unescape(f)}
		}
	}
	return cells
}

// Cells that begin like this are run as formulas by spreadsheet programs (OWASP, CSV
// injection).
const formulaStarts = "=+-@\t\r"

// escape writes an apostrophe before what would be a formula, and before what would
// lose an apostrophe when it is read back.
func escape(text string) string {
	if text == "" {
		return ""
	}
	if strings.ContainsRune(formulaStarts, rune(text[0])) || unescape(text) != text {
		return "'" + text
	}
	return text
}

// unescape takes the apostrophe away that escape wrote.
func unescape(text string) string {
	rest, ok := strings.CutPrefix(text, "'")
	if ok && (rest != "" && strings.ContainsRune(formulaStarts, rune(rest[0])) || unescape(rest) != rest) {
		return rest
	}
	return text
}
