package reply

import (
	"regexp"
	"slices"
	"strings"

	"github.com/inbucket/html2text"
	"golang.org/x/net/html"

	"recado/channels/email/letter"
)

// MaxHTML is how much of an HTML body is read; only text behind it is missing
// from FullText, the original has it.
const MaxHTML = 1 << 20

// HTML turns HTML into text twice: what its writer wrote, judged by the
// containers in which mail programs put quotes, and all of it.
func HTML(src string) (own, full string) {
	src = letter.Cut(src, MaxHTML)
	full = htmlText(src)
	doc, err := html.Parse(strings.NewReader(src))
	if err != nil {
		return full, full
	}
	p := pruner{}
	p.prune(doc)
	switch {
	case !p.pruned || !p.above && !p.below:
		return full, full
	case p.above && p.below:
		return full, full // answers between the quotes
	}
	text, err := html2text.FromHTMLNode(doc)
	if err != nil {
		return full, full
	}
	return letter.Tidy(text), full
}

// htmlText never fails: what the converter refuses, such as very deep nesting,
// has its tags taken off.
func htmlText(src string) string {
	if text, err := html2text.FromString(src); err == nil {
		return letter.Tidy(text)
	}
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

// pruner takes quotes out of a document and notes where other words stand.
type pruner struct {
	pruned       bool
	rest         bool // everything from here on is quoted
	above, below bool
}

func (p *pruner) prune(n *html.Node) {
	for child := n.FirstChild; child != nil; {
		next := child.NextSibling
		if !p.rest && startsRest(child) {
			p.rest, p.pruned = true, true
		}
		switch {
		case p.rest || isQuote(child):
			n.RemoveChild(child)
			p.pruned = true
		case child.Type == html.TextNode:
			p.note(child)
		case child.Type == html.ElementNode && (child.Data == "style" || child.Data == "script" || child.Data == "head"):
		default:
			p.prune(child)
		}
		child = next
	}
}

func (p *pruner) note(n *html.Node) {
	if strings.TrimSpace(strings.ReplaceAll(n.Data, "\u00a0", " ")) == "" {
		return
	}
	if p.pruned {
		p.below = true
	} else {
		p.above = true
	}
}

// quoteClasses mark a quote, or the line that introduces one: Gmail, Thunderbird,
// Yahoo, Proton, Zoho, Outlook.com in that order.
var quoteClasses = []string{
	"gmail_attr", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote",
	"zmail_extra", "zmail_extra_hr", "ms-outlook-mobile-reference-message",
}

func isQuote(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	classes := strings.Fields(attr(n, "class"))
	switch {
	case n.Data == "blockquote" && (strings.EqualFold(attr(n, "type"), "cite") || slices.Contains(classes, "gmail_quote")):
		return true
	case slices.Contains(classes, "gmail_quote"):
		return !holdsCite(n) // a forward: Gmail puts no blockquote into it
	}
	return slices.ContainsFunc(classes, func(c string) bool { return slices.Contains(quoteClasses, c) })
}

func holdsCite(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.Data == "blockquote" && isQuote(d) {
			return true
		}
	}
	return false
}

// restIDs are put by Outlook and Apple Mail on the element where the earlier mail begins.
var restIDs = []string{
	"divRplyFwdMsg", "x_divRplyFwdMsg", "appendonsend", "x_appendonsend", "stopSpelling",
	"OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container", "isForwardContent",
}

// outlookRule is the line that desktop Outlook draws above the head of the earlier mail.
var outlookRule = regexp.MustCompile(`(?i)border-top:\s*solid\s+#(E1E1E1|B5C4DF)\s+1\.0pt`)

func startsRest(n *html.Node) bool {
	return n.Type == html.ElementNode && (slices.Contains(restIDs, attr(n, "id")) || outlookRule.MatchString(attr(n, "style")))
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
