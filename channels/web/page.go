package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
)

//go:embed page/page.html page/page.css
var pageFiles embed.FS

// pages renders every page. The style sheet is inline, and the policy allows it by
// its hash: a page needs one request, and nothing else may style or script it.
type pages struct {
	layout *template.Template
	style  template.CSS
	policy string
	texts  map[string]*texts
}

func loadPages() (*pages, error) {
	words, err := loadTexts()
	if err != nil {
		return nil, err
	}
	layout, err := template.ParseFS(pageFiles, "page/page.html")
	if err != nil {
		return nil, fmt.Errorf("web: the page: %w", err)
	}
	style, err := pageFiles.ReadFile("page/page.css")
	if err != nil {
		return nil, fmt.Errorf("web: the style sheet: %w", err)
	}
	sum := sha256.Sum256(style)
	return &pages{
		layout: layout,
		style:  template.CSS(style), //nolint:gosec // it is our own file, embedded
		policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
			"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		texts: words,
	}, nil
}

// view is what the template shows: a form, or a note.
type view struct {
	*texts
	Style   template.CSS
	Desk    string
	Tongues []tongue
	Form    *formView
	Item    *heldView // a held item
	Linking *pairView // a number to be linked
	Reload  int       // seconds after which the page loads itself anew; 0: it does not
	Done    bool      // something was recorded
	Note    *note
	Given   []given     // what was recorded
	Back    string      // where to change it
	Others  []otherHeld // further held items, on every page of one
}

// tongue is one language in the foot of a page.
type tongue struct {
	Tag, Name string
	Here      bool
}

// given is one dimension as the thanks repeat it.
type given struct{ Legend, Stars, Word string }

// formView is the rating form.
type formView struct {
	Page       RatingPage
	Problem    string
	Again      bool // rated before
	Nonce      string
	Comment    string
	MaxComment int
	Questions  []question
}

// question is one row of stars.
type question struct {
	Name, Legend, Text string
	Stars              []star
}

type star struct {
	Value   int
	Label   string // "4 de 5"
	Word    string // what it means
	Checked bool
}

// form shows the rating form. problem says what is wrong; nil is nothing.
func (c *Channel) form(w http.ResponseWriter, r *http.Request, status int, page RatingPage, s submission, problem func(*texts) string) {
	t := c.pages.texts[c.language(r, page.Language)]
	f := &formView{
		Page:       page,
		Again:      page.Service > 0 || page.Solution > 0,
		Nonce:      s.nonce,
		Comment:    s.Comment,
		MaxComment: maxComment,
		Questions: []question{
			{Name: FieldService, Legend: t.Service, Text: t.askService(page.Agent), Stars: t.stars(s.Service)},
			{Name: FieldSolution, Legend: t.Solution, Text: t.AskSolution, Stars: t.stars(s.Solution)},
		},
	}
	if problem != nil {
		f.Problem = strings.ReplaceAll(problem(t), "{max}", strconv.Itoa(maxComment))
	}
	c.render(w, status, view{texts: t, Form: f})
}

// thank repeats what was recorded, so that a slip of the thumb is noticed.
func (c *Channel) thank(w http.ResponseWriter, r *http.Request, page RatingPage, s submission) {
	t := c.pages.texts[c.language(r, page.Language)]
	v := view{texts: t, Note: &t.Thanks, Back: "?" + fieldLang + "=" + t.Tag}
	if s.Service > 0 {
		v.Given = append(v.Given, given{Legend: t.Service, Stars: t.of(s.Service), Word: t.Words[s.Service-1]})
	}
	if s.Solution > 0 {
		v.Given = append(v.Given, given{Legend: t.Solution, Stars: t.of(s.Solution), Word: t.Words[s.Solution-1]})
	}
	c.render(w, http.StatusOK, v)
}

// note shows a short text instead of the form.
func (c *Channel) note(w http.ResponseWriter, r *http.Request, status int, which func(*texts) note) {
	t := c.pages.texts[c.language(r, "")]
	n := which(t)
	c.render(w, status, view{texts: t, Note: &n})
}

func (c *Channel) render(w http.ResponseWriter, status int, v view) {
	v.Style, v.Desk = c.pages.style, c.opts.Desk
	for _, tag := range languages() {
		v.Tongues = append(v.Tongues, tongue{Tag: tag, Name: c.pages.texts[tag].Name, Here: tag == v.Tag})
	}
	var body bytes.Buffer
	if err := c.pages.layout.Execute(&body, v); err != nil {
		c.opts.Log.Error("web: render a page", "err", err)
		http.Error(w, v.Down.Text, http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", c.pages.policy)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", v.Tag)
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // a peer that has gone needs no answer
}
