package bulk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing to mend in a file.
type Problem struct {
	File   string
	Row    int    // of a spreadsheet, its heading being 1; of other files, the line; 0: the whole file
	Column string // as the file spells it; may be empty
	Code   Code
	Data   map[string]string // fills the text in

	kind Kind                                      // with a Column that the file does not have
	told interface{ Text(language string) string } // another package's own words
}

// Code is the kind of a problem.
type Code string

// The kinds of problem.
const (
	Unreadable    Code = "unreadable"     // the file cannot be opened
	NotText       Code = "not-text"       // it holds no text in a known encoding
	BadSyntax     Code = "bad-syntax"     // it is not CSV or YAML
	BadQuotes     Code = "bad-quotes"     // a quotation mark without its other half
	NotSections   Code = "not-sections"   // YAML whose top is not sections
	NotList       Code = "not-list"       // where a list belongs
	NotEntry      Code = "not-entry"      // where keys and values belong
	NotValue      Code = "not-value"      // where one value belongs
	NotClosed     Code = "not-closed"     // front matter without its end
	UnknownFile   Code = "unknown-file"   // its name or ending says nothing
	UnknownKey    Code = "unknown-key"    // a section of YAML that is no kind
	UnknownColumn Code = "unknown-column" // a heading that is no column
	NoPages       Code = "no-pages"       // a site map that lists nothing
	NoPage        Code = "no-page"        // one that lists a page without a file
	NothingFound  Code = "nothing-found"  // a folder without any file to read
	Missing       Code = "missing"        // a value that must be there
	BadChoice     Code = "bad-choice"     // not one of a short list
	BadFlag       Code = "bad-flag"       // neither yes nor no
	BadEmail      Code = "bad-email"
	BadPhone      Code = "bad-phone"
	BadSlack      Code = "bad-slack" // no account of Slack
	BadZone       Code = "bad-zone"
	BadDate       Code = "bad-date"
	BadID         Code = "bad-id"
	BadParent     Code = "bad-parent" // a catalogue item under one that it cannot be under
	NoParent      Code = "no-parent"  // a system or a module that hangs from nothing
	Unknown       Code = "unknown"    // a reference to something that is not there
	Ambiguous     Code = "ambiguous"  // a name that several things have
	Taken         Code = "taken"      // an address that is another person's
	Twice         Code = "twice"      // the same entry in two rows
	Contradiction Code = "contradiction"
	NoAddress     Code = "no-address" // a person who cannot be recognised
	NoPlace       Code = "no-place"   // a new person who is in no organisation and not on the team
	FromCore      Code = "told"       // what another package found
)

// Text is "file:row: column: what to mend", in pt-BR, en or es. An unknown language
// gets pt-BR.
func (p Problem) Text(language string) string {
	where := p.File
	if p.Row > 0 {
		where = fmt.Sprintf("%s:%d", p.File, p.Row)
	}
	parts := []string{where}
	if p.Column != "" {
		parts = append(parts, p.heading(language))
	}
	return strings.Join(append(parts, p.words(language)), ": ")
}

// heading is the column as the file spells it, or as it would be spelled.
func (p Problem) heading(language string) string {
	for _, c := range columns[p.kind] {
		if c.name == p.Column {
			return c.heading(language)
		}
	}
	return p.Column
}

func (p Problem) words(language string) string {
	if p.told != nil {
		return p.told.Text(language)
	}
	texts, ok := problemTexts[language]
	if !ok {
		texts = problemTexts["pt-BR"]
	}
	return fill(texts[p.Code], p.Data)
}

// fill puts data into the {names} of a text.
func fill(text string, data map[string]string) string {
	for name, value := range data {
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

// Problems is all that is wrong with a batch; never empty when it is an error.
type Problems []Problem

// Error is for logs. People read Text.
func (ps Problems) Error() string {
	return fmt.Sprintf("bulk: %d problems: %s", len(ps), strings.ReplaceAll(ps.Text("en"), "\n", "; "))
}

// Text has one line for each problem.
func (ps Problems) Text(language string) string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Text(language)
	}
	return strings.Join(lines, "\n")
}

// finder gathers problems while a batch is read and compared.
type finder struct{ found Problems }

// err is all that was found, in the order of the files; nil when that is nothing.
func (f *finder) err() error {
	ps := f.found
	if len(ps) == 0 {
		return nil
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Row, b.Row))
	})
	return ps
}

// add notes a problem with a column of a record.
func (f *finder) add(r record, column string, code Code, pairs ...string) {
	p := Problem{File: r.file, Row: r.row, Column: column, Code: code, Data: dataOf(pairs), kind: r.kind}
	if c, ok := r.cells[column]; ok && c.heading != "" {
		p.Column, p.kind = c.heading, ""
	}
	f.found = append(f.found, p)
}

// file notes a problem with a file, or with one row of it.
func (f *finder) file(name string, row int, code Code, pairs ...string) {
	f.found = append(f.found, Problem{File: name, Row: row, Code: code, Data: dataOf(pairs)})
}

func dataOf(pairs []string) map[string]string {
	data := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		data[pairs[i]] = pairs[i+1]
	}
	return data
}
