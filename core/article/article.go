// Package article knows knowledge articles: what one holds, who may read it, how
// it looks on a phone, and what its readers said of it.
//
// Promises: plain values and pure rules. An article that Check accepts can be
// shown, indexed and stored; VisibleTo is the only rule of who reads what. A
// mistake comes back as Problems, all of them at once, each with a text for the
// person who wrote the article. It does not store, search or send anything, and
// takes the ids of organisations and of the catalogue as opaque strings.
package article

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// Article is one answer that a customer can read before opening a ticket (A3).
type Article struct {
	ID       string // UUIDv7, or the slug under which it was imported
	Title    string
	Body     string // plain text with light Markdown
	URL      string // where the whole of it is published; empty: only here
	Language string // BCP 47: pt-BR, en, es; empty: not known

	// Catalogue ids of what it is about; empty: any.
	Product, System, Module string

	// Phrasings are the customers' own words that lead here, as they wrote them.
	Phrasings []string

	Public    bool     // customers may read it; otherwise the team only
	OrgIDs    []string // and of the customers, only these organisations; empty: all
	UpdatedAt time.Time

	// Within: its words are of somebody who wants no model to read them. Of a solved ticket
	// that others may find (C8); nothing that is stored has it.
	Within bool
}

// VisibleTo reports whether a customer may be shown the article. OrgIDs are the
// organisations that the person belongs to, and productIDs the products those
// have. An empty productIDs means that nobody recorded them, and does not narrow;
// an empty orgIDs leaves only what is for everybody. The team sees all articles
// and does not ask.
func (a Article) VisibleTo(orgIDs, productIDs []string) bool {
	if !a.Public {
		return false
	}
	if len(a.OrgIDs) > 0 && !slices.ContainsFunc(orgIDs, func(id string) bool { return slices.Contains(a.OrgIDs, id) }) {
		return false
	}
	return a.Product == "" || len(productIDs) == 0 || slices.Contains(productIDs, a.Product)
}

// WithPhrasing adds a customer's wording that led here and was confirmed to help.
// It reports false, and changes nothing, when the wording says nothing new, is no
// use as a phrasing (see Check), or the article is full. The receiver's own slice
// is never written to.
func (a Article) WithPhrasing(text string) (Article, bool) {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || longer(text, MaxPhrasing) || len(a.Phrasings) >= MaxPhrasings {
		return a, false
	}
	same := func(p string) bool { return plainWords(p) == plainWords(text) }
	if plainWords(text) == "" || slices.ContainsFunc(a.Phrasings, same) {
		return a, false
	}
	a.Phrasings = append(slices.Clone(a.Phrasings), text)
	return a, true
}

// plainWords is what makes two phrasings the same: letters and digits in lower
// case, words apart by one space.
func plainWords(s string) string {
	notWord := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	return strings.ToLower(strings.Join(strings.FieldsFunc(s, notWord), " "))
}

// Feedback is one reader's answer to "did it help?" (A3, E4).
type Feedback struct {
	ArticleID string
	PersonID  string
	Helpful   bool
	Missing   string // what they did not find, in their words; may be empty
	At        time.Time
}

// Learned is a phrasing that came from a reader whose matter the article solved.
type Learned struct {
	ArticleID string
	PersonID  string
	Text      string // without what would tell of them, see Anonymous
	At        time.Time
}

// Words are what make two phrasings the same.
func (l Learned) Words() string { return plainWords(l.Text) }
