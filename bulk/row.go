package bulk

import (
	"maps"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
)

// row is a record being applied to an entry. Each method reads one column into a
// value, and notes the column when the value becomes another.
type row struct {
	record
	problems *finder
	into     *touch
}

func (r row) problem(column string, code Code, pairs ...string) {
	r.problems.add(r.record, column, code, pairs...)
}

// given returns a cell that says something.
func (r row) given(column string) (cell, bool) {
	c, ok := r.cells[column]
	return c, ok && !c.blank()
}

// value is a cell's text, "" when there is none.
func (r row) value(column string) string {
	c, ok := r.given(column)
	if !ok {
		return ""
	}
	return c.value()
}

// differs notes a column whose value the row changes, and a row that takes back what
// an earlier one of the same entry said.
func (r row) differs(column, value string, changed bool) {
	before, again := r.into.said[column]
	if again && before != value {
		r.problem(column, Contradiction, "value", value, "other", before, "row", strconv.Itoa(r.into.rows[column]))
		return
	}
	if !again {
		r.into.said[column], r.into.rows[column] = value, r.row
	}
	if changed && !slices.Contains(r.into.columns, column) {
		r.into.columns = append(r.into.columns, column)
	}
}

func (r row) text(column string, to *string) {
	if c, ok := r.given(column); ok {
		r.differs(column, c.value(), *to != c.value())
		*to = c.value()
	}
}

// required is text that may not be empty.
func (r row) required(column string, to *string) {
	r.text(column, to)
	if *to == "" {
		r.problem(column, Missing)
	}
}

var flags = map[string]bool{
	"sim": true, "s": true, "yes": true, "y": true, "si": true, "true": true, "verdadeiro": true, "1": true, "x": true,
	"nao": false, "n": false, "no": false, "false": false, "falso": false, "0": false, empties: false,
}

// flag reads yes or no into to. A column that means the opposite is read with not.
func (r row) flag(column string, to *bool, not bool) {
	c, ok := r.given(column)
	if !ok {
		return
	}
	yes, known := flags[fold(c.text)]
	if !known {
		r.problem(column, BadFlag, "value", c.text)
		return
	}
	yes = yes != not
	r.differs(column, fold(c.text), *to != yes)
	*to = yes
}

// choice reads one of a short list of words. The first spelling of each value is
// the Portuguese one, which a message suggests.
func choice[T ~string](r row, column string, to *T, spellings map[T][]string) {
	c, ok := r.given(column)
	if !ok {
		return
	}
	for value, words := range spellings {
		if slices.ContainsFunc(append(words, string(value)), func(w string) bool { return fold(w) == fold(c.text) }) {
			r.differs(column, string(value), *to != value)
			*to = value
			return
		}
	}
	var known, portuguese []string
	for _, value := range slices.Sorted(maps.Keys(spellings)) {
		known, portuguese = append(known, string(value)), append(portuguese, spellings[value][0])
	}
	r.problem(column, BadChoice, "value", c.text, "known", strings.Join(known, ", "), "known-pt", strings.Join(portuguese, ", "))
}

// list replaces a list of values.
func (r row) list(column string, to *[]string, separators string, each func(string) string) {
	c, ok := r.given(column)
	if !ok {
		return
	}
	var values []string
	for _, v := range c.values(separators) {
		if each != nil {
			v = each(v)
		}
		if v != "" && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	r.differs(column, strings.Join(values, "|"), !slices.Equal(*to, values))
	*to = values
}

func (r row) zone(column string, to *string) {
	if name := r.value(column); name != "" {
		if _, err := time.LoadLocation(name); err != nil || name == "Local" {
			r.problem(column, BadZone, "value", name)
			return
		}
	}
	r.text(column, to)
}

// languages as the desk names them.
var languages = map[string][]string{"pt-BR": {"pt-BR", "pt", "português"}, "en": {"en", "inglês", "english"}, "es": {"es", "espanhol", "español"}}

func (r row) language(column string, to *string) {
	if c, ok := r.given(column); ok && c.value() == "" {
		r.text(column, to)
		return
	}
	choice(r, column, to, languages)
}

// emails reads addresses in their normal form: lower case, nothing around them.
func (r row) emails(column string) []string {
	var out []string
	c, ok := r.given(column)
	if !ok {
		return nil
	}
	for _, text := range c.values(ofNames) {
		a, err := mail.ParseAddress(text)
		if err != nil || a.Address != text {
			r.problem(column, BadEmail, "value", text)
			continue
		}
		out = append(out, strings.ToLower(text))
	}
	return out
}

// dateOf reads "2026-01-31" or RFC 3339.
func dateOf(text string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
