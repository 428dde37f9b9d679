package article

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits, in characters unless said otherwise. MaxTitle is what a chat list and an
// e-mail subject show whole; the others only stop a file pasted by mistake.
const (
	MaxID        = 120
	MaxTitle     = 200
	MaxBody      = 100_000
	MaxPhrasing  = 500
	MaxPhrasings = 1000 // phrasings of one article
	MaxMissing   = 2000
)

// Languages that the desk speaks, and that an article may be in.
var languages = []string{"pt-BR", "en", "es"}

// Field names the part of an article or of a feedback that is wrong.
type Field string

// The fields that Check looks at.
const (
	FieldID        Field = "id"
	FieldTitle     Field = "title"
	FieldBody      Field = "body"
	FieldURL       Field = "url"
	FieldLanguage  Field = "language"
	FieldPhrasings Field = "phrasings"
	FieldUpdatedAt Field = "updated_at"
	FieldArticle   Field = "article"
	FieldPerson    Field = "person"
	FieldMissing   Field = "missing"
	FieldAt        Field = "at"
)

// Fault says what is wrong with a field.
type Fault string

// The faults.
const (
	Empty     Fault = "empty"
	TooLong   Fault = "too-long"  // Limit holds the most characters
	TooMany   Fault = "too-many"  // Limit holds the most entries
	BadID     Fault = "bad-id"    // not lower-case letters, digits and - _ . :
	BadURL    Fault = "bad-url"   // not an absolute http or https address
	BadChoice Fault = "bad-value" // not one of a short list
)

// Problem is one thing to mend.
type Problem struct {
	Field Field
	Fault Fault
	Limit int // with TooLong and TooMany
}

// Problems is all that is wrong with one value; never empty when it is an error.
type Problems []Problem

// Error is for logs. People read Text.
func (ps Problems) Error() string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = fmt.Sprintf("%s: %s", p.Field, p.Fault)
	}
	return "article: " + strings.Join(parts, ", ")
}

// Text tells a person what to mend, one sentence for each problem, in pt-BR, en or
// es. An unknown language gets pt-BR.
func (ps Problems) Text(language string) string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = p.Text(language)
	}
	return strings.Join(parts, " ")
}

// Text tells a person what to mend, in one sentence.
func (p Problem) Text(language string) string {
	words, ok := texts[language]
	if !ok {
		words = texts["pt-BR"]
	}
	return strings.NewReplacer("{field}", words.fields[p.Field], "{limit}", strconv.Itoa(p.Limit)).
		Replace(words.faults[p.Fault])
}

// Check reports all that keeps the article from being shown and indexed, as
// Problems, or nil.
func (a Article) Check() error {
	var ps findings
	if a.ID == "" {
		ps.add(FieldID, Empty, 0)
	} else if !isID(a.ID) {
		ps.add(FieldID, BadID, 0)
	}
	ps.text(FieldTitle, a.Title, MaxTitle, true)
	ps.text(FieldBody, a.Body, MaxBody, true)
	if a.URL != "" && !isWebAddress(a.URL) {
		ps.add(FieldURL, BadURL, 0)
	}
	if a.Language != "" && !slices.Contains(languages, a.Language) {
		ps.add(FieldLanguage, BadChoice, 0)
	}
	ps.phrasings(a.Phrasings)
	if a.UpdatedAt.IsZero() {
		ps.add(FieldUpdatedAt, Empty, 0)
	}
	return ps.orNil()
}

// Check reports all that is wrong with the feedback, as Problems, or nil.
func (f Feedback) Check() error {
	var ps findings
	if f.ArticleID == "" {
		ps.add(FieldArticle, Empty, 0)
	}
	if f.PersonID == "" {
		ps.add(FieldPerson, Empty, 0)
	}
	ps.text(FieldMissing, f.Missing, MaxMissing, false)
	if f.At.IsZero() {
		ps.add(FieldAt, Empty, 0)
	}
	return ps.orNil()
}

// findings are the problems found so far.
type findings []Problem

func (ps *findings) add(f Field, what Fault, limit int) {
	*ps = append(*ps, Problem{Field: f, Fault: what, Limit: limit})
}

func (ps *findings) text(f Field, s string, limit int, required bool) {
	switch {
	case required && strings.TrimSpace(s) == "":
		ps.add(f, Empty, 0)
	case longer(s, limit):
		ps.add(f, TooLong, limit)
	}
}

// phrasings names each fault once, however many phrasings have it.
func (ps *findings) phrasings(list []string) {
	if len(list) > MaxPhrasings {
		ps.add(FieldPhrasings, TooMany, MaxPhrasings)
	}
	if slices.ContainsFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" }) {
		ps.add(FieldPhrasings, Empty, 0)
	}
	if slices.ContainsFunc(list, func(s string) bool { return longer(s, MaxPhrasing) }) {
		ps.add(FieldPhrasings, TooLong, MaxPhrasing)
	}
}

// orNil keeps an empty list from becoming a non-nil error.
func (ps *findings) orNil() error {
	if len(*ps) == 0 {
		return nil
	}
	return Problems(*ps)
}

func longer(s string, limit int) bool {
	return len(s) > limit && utf8.RuneCountInString(s) > limit
}

// isID accepts UUIDs and slugs. Ids appear in button values and file names, so
// they hold nothing that needs quoting there.
func isID(s string) bool {
	ok := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:", r)
	}
	return len(s) <= MaxID && !strings.ContainsFunc(s, func(r rune) bool { return !ok(r) })
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
