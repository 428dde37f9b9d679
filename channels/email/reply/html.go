package reply

import (
	"strings"

	"github.com/inbucket/html2text"
	"golang.org/x/net/html"

	"recado/channels/email/letter"
)

// MaxHTML is how much of an HTML body is read; only text behind it is missing
// from what is returned, the original has it.
const MaxHTML = 1 << 20

// rendered is HTML as text: all of it, and divided by the containers into which mail
// programs put quotes and signatures.
type rendered struct {
	full, own, signature string
	quotes               bool // containers of quotes were found, and own is without them
}

// render never fails: HTML that cannot be taken apart is all own.
func render(src string) rendered {
	src = letter.Cut(src, MaxHTML)
	doc, err := html.Parse(strings.NewReader(strings.TrimPrefix(src, "\ufeff")))
	if err != nil {
		text := withoutTags(src)
		return rendered{full: text, own: text}
	}
	r := rendered{full: htmlText(doc, src)}
	r.own = r.full
	p := pruner{signature: html.Node{Type: html.DocumentNode}}
	p.prune(doc)
	if !p.quotes && p.signature.FirstChild == nil || !p.above && !p.words {
		return r
	}
	// Answers between the quotes are read with them, as text. What a program or a list
	// adds below the quote is no answer.
	if p.above && p.words && !blank(trimmed(withoutSignature(linesOf(p.below.String())))) {
		return r
	}
	own, err := html2text.FromHTMLNode(doc)
	if err != nil {
		return r
	}
	r.own, r.quotes = letter.Tidy(own), p.quotes
	if signature, err := html2text.FromHTMLNode(&p.signature); err == nil {
		r.signature = strings.TrimSpace(letter.Tidy(signature))
	}
	return r
}

// htmlText is the text of src, of which doc was read. What the converter refuses, such
// as very deep nesting, has its tags taken off.
func htmlText(doc *html.Node, src string) string {
	text, err := html2text.FromHTMLNode(doc)
	if err != nil {
		return withoutTags(src)
	}
	return letter.Tidy(text)
}

func withoutTags(src string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(src))
	hidden := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(letter.Tidy(b.String()))
		case html.StartTagToken:
			if name, _ := z.TagName(); hidden == "" && (string(name) == "style" || string(name) == "script") {
				hidden = string(name)
			}
			b.WriteByte('\n')
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == hidden {
				hidden = ""
			}
		case html.TextToken:
			if words := strings.TrimSpace(string(z.Text())); hidden == "" && words != "" {
				b.WriteString(words)
			}
		}
	}
}

// pruner takes quotes and signatures out of a document and notes where other words
// stand.
type pruner struct {
	quotes    bool // some were taken out
	rest      bool // everything from here on is quoted
	above     bool // words stand above the first quote
	words     bool // and below it
	below     strings.Builder
	signature html.Node // what was taken out as one
}

func (p *pruner) prune(n *html.Node) {
	for child := n.FirstChild; child != nil; {
		after := child.NextSibling
		if !p.rest && startsRest(child) {
			p.rest, p.quotes = true, true
		}
		switch {
		case p.rest || isQuote(child):
			n.RemoveChild(child)
			p.quotes = true
		case isSignature(child):
			n.RemoveChild(child)
			p.signature.AppendChild(child)
		case child.Type == html.TextNode:
			p.note(child)
		case child.Type == html.ElementNode && (child.Data == "style" || child.Data == "script" || child.Data == "head"):
		default:
			p.prune(child)
		}
		child = after
	}
}

func (p *pruner) note(n *html.Node) {
	text := visible(n.Data)
	switch {
	case text == "":
	case p.quotes:
		p.words = true
		p.below.WriteString(text + "\n")
	default:
		p.above = true
	}
}
