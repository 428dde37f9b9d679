package redact

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Kind says what was hidden. It is the word in a placeholder, and tells a model as much
// as it needs.
type Kind string

// Kinds.
const (
	Email    Kind = "EMAIL"
	Phone    Kind = "PHONE"
	CPF      Kind = "CPF"
	CNPJ     Kind = "CNPJ"
	Card     Kind = "CARD"
	Document Kind = "DOCUMENT_KEY" // 44 digits of a fiscal document, which hold a CNPJ
	Secret   Kind = "SECRET"
	Literal  Kind = "TEXT" // somebody wrote what looks like a placeholder
)

// placeholder is what stands for a value: "[CPF_1]".
var placeholder = regexp.MustCompile(`\[(?:EMAIL|PHONE|CPF|CNPJ|CARD|DOCUMENT_KEY|SECRET|TEXT)_\d+\]`)

// Mask hides the values of one exchange. The zero Mask is ready; it is for one
// goroutine.
type Mask struct {
	values []string          // in the order in which they were met
	names  map[string]string // placeholder by value
	behind map[string]string // value by placeholder
	count  map[Kind]int
}

// Hide replaces what must not leave by placeholders.
func (m *Mask) Hide(text string) string {
	var b strings.Builder
	at := 0
	for _, f := range find(text) {
		b.WriteString(text[at:f.start])
		b.WriteString(m.name(f.kind, text[f.start:f.end]))
		at = f.end
	}
	b.WriteString(text[at:])
	return b.String()
}

// Restore puts the values back. It reports false when the text has a placeholder that
// stands for nothing: then somebody made one up.
func (m *Mask) Restore(text string) (string, bool) {
	known := true
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		value, ok := m.behind[p]
		known = known && ok
		if !ok {
			return p
		}
		return value
	}), known
}

// Values are what was hidden, in order. They are for tests of who sends.
func (m *Mask) Values() []string { return slices.Clone(m.values) }

func (m *Mask) name(k Kind, value string) string {
	if m.names == nil {
		m.names, m.behind, m.count = map[string]string{}, map[string]string{}, map[Kind]int{}
	}
	if p, ok := m.names[value]; ok {
		return p
	}
	m.count[k]++
	p := "[" + string(k) + "_" + strconv.Itoa(m.count[k]) + "]"
	m.names[value], m.behind[p] = p, value
	m.values = append(m.values, value)
	return p
}

// found is a value in a text, by offsets in bytes.
type found struct {
	kind       Kind
	start, end int
}

// find lists what must be hidden, in order and apart. What lies between two finds is
// looked through again by itself: a form that reached too far was none there.
func find(text string) []found {
	all := pass(text)
	if len(all) == 0 {
		return nil
	}
	var out []found
	at := 0
	between := func(end int) {
		for _, f := range find(text[at:end]) {
			out = append(out, found{f.kind, at + f.start, at + f.end})
		}
	}
	for _, f := range all {
		between(f.start)
		out = append(out, f)
		at = f.end
	}
	between(len(text))
	return out
}

// pass applies each rule once. Of two finds that overlap, the one of the earlier rule stays.
func pass(text string) []found {
	var all []found
	taken := func(start, end int) bool {
		return slices.ContainsFunc(all, func(f found) bool { return start < f.end && f.start < end })
	}
	for _, r := range rules {
		for at := 0; at < len(text); {
			m := r.form.FindStringSubmatchIndex(text[at:])
			if m == nil {
				break
			}
			start, end := at+m[2*r.group], at+m[2*r.group+1]
			if !taken(start, end) && end > start && (r.is == nil || r.is(text, start, end)) {
				all = append(all, found{r.kind, start, end})
				at += m[1]
				continue
			}
			at += m[0] + 1 // it may begin a character later
		}
	}
	slices.SortFunc(all, func(a, b found) int { return cmp.Compare(a.start, b.start) })
	return all
}

// Blank replaces what must not be seen by "…", for good.
func Blank(text string) string {
	var b strings.Builder
	at := 0
	for _, f := range find(text) {
		b.WriteString(text[at:f.start] + "…")
		at = f.end
	}
	return b.String() + text[at:]
}
