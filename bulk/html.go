package bulk

import (
	"cmp"
	"encoding/xml"
	"io/fs"
	"net/url"
	"path"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// page reads one article out of a page of a help site: its main part as light
// Markdown, the first heading as title. What <meta name="product"> and the like say
// are its other columns; <link rel="canonical"> is its address.
func (b *Batch) page(name, text, address, changed string) {
	root, err := html.Parse(strings.NewReader(text))
	if err != nil {
		b.problems.file(name, 0, NotText)
		return
	}
	r := record{kind: Articles, file: name, row: 1, cells: map[string]cell{}}
	p := pageReader{cells: r.cells}
	p.head(root)
	p.put("url", address)
	p.put("updated_at", changed)
	main := cmp.Or(find(root, atom.Main), find(root, atom.Article), find(root, atom.Body), root)
	p.walk(main)
	p.put("title", cmp.Or(p.heading, p.title))
	p.put("id", slug(pageName(name)))
	r.cells["body"] = cell{text: tidyLines(p.out.String())}
	b.records = append(b.records, r)
}

// pageName is what a page is called: an index by its folder.
func pageName(name string) string {
	if s := stem(name); s != "index" {
		return s
	}
	return path.Base(path.Dir(name))
}

// pageReader turns elements into light Markdown.
type pageReader struct {
	cells   map[string]cell
	title   string // of the window
	heading string // the first <h1>
	out     strings.Builder
	counts  []int // of the lists that are open: -1 without numbers
}

// put sets a column that is not said yet.
func (p *pageReader) put(column, value string) {
	if _, said := p.cells[column]; !said && strings.TrimSpace(value) != "" {
		p.cells[column] = cell{text: strings.TrimSpace(value)}
	}
}

// head reads what a page says of itself.
func (p *pageReader) head(n *html.Node) {
	for d := range n.Descendants() {
		switch d.DataAtom {
		case atom.Html:
			p.put("language", languageTag(attribute(d, "lang")))
		case atom.Title:
			p.title = cmp.Or(p.title, strings.Join(strings.Fields(textOf(d)), " "))
		case atom.Link:
			if attribute(d, "rel") == "canonical" {
				p.put("url", attribute(d, "href"))
			}
		case atom.Meta:
			column, ok := columnOf(Articles, attribute(d, "name"))
			if ok && column != "body" && column != "title" {
				p.put(column, attribute(d, "content"))
			}
		}
	}
}

// languageTag is the language of the desk that a page's is: "pt" says enough.
func languageTag(lang string) string {
	switch short, _, _ := strings.Cut(strings.ToLower(lang), "-"); short {
	case "pt":
		return "pt-BR"
	case "en", "es":
		return short
	}
	return ""
}

// left are elements that are around an article, or are none of its words.
var left = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Template: true, atom.Nav: true, atom.Header: true, atom.Footer: true,
	atom.Aside: true, atom.Form: true, atom.Button: true, atom.Svg: true, atom.Iframe: true, atom.Head: true,
}

// blocks begin and end a line.
var blocks = map[atom.Atom]bool{
	atom.P: true, atom.Div: true, atom.Section: true, atom.Article: true, atom.Main: true, atom.Ul: true, atom.Ol: true, atom.Table: true, atom.Tr: true,
	atom.Blockquote: true, atom.Pre: true, atom.Figure: true, atom.Dl: true, atom.Dt: true, atom.Dd: true,
}

func (p *pageReader) walk(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		p.words(n)
		return
	case left[n.DataAtom]:
		return
	}
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		p.headingOf(n)
		return
	case atom.Br:
		p.out.WriteByte('\n')
	case atom.Td, atom.Th:
		p.out.WriteByte(' ')
	case atom.Li:
		p.item(n)
		return
	case atom.Strong, atom.B:
		p.around(n, "**")
		return
	case atom.Code, atom.Kbd:
		p.around(n, "`")
		return
	}
	if blocks[n.DataAtom] {
		p.out.WriteString("\n\n")
		defer p.out.WriteString("\n\n")
	}
	switch n.DataAtom {
	case atom.Ol:
		p.counts = append(p.counts, 0)
		defer func() { p.counts = p.counts[:len(p.counts)-1] }()
	case atom.Ul:
		p.counts = append(p.counts, -1)
		defer func() { p.counts = p.counts[:len(p.counts)-1] }()
	}
	for c := range n.ChildNodes() {
		p.walk(c)
	}
}

// words writes a text with its white space as a browser shows it.
func (p *pageReader) words(n *html.Node) {
	text := strings.Join(strings.Fields(n.Data), " ")
	if strings.TrimLeft(n.Data, " \t\n\r") != n.Data {
		text = " " + text
	}
	if text != " " && strings.TrimRight(n.Data, " \t\n\r") != n.Data {
		text += " "
	}
	p.out.WriteString(text)
}

func (p *pageReader) headingOf(n *html.Node) {
	text := strings.Join(strings.Fields(textOf(n)), " ")
	if n.DataAtom == atom.H1 && p.heading == "" {
		p.heading = text
		return
	}
	p.out.WriteString("\n\n## " + text + "\n\n")
}

func (p *pageReader) item(n *html.Node) {
	mark := "- "
	if last := len(p.counts) - 1; last >= 0 && p.counts[last] >= 0 {
		p.counts[last]++
		mark = strconv.Itoa(p.counts[last]) + ". "
	}
	p.out.WriteString("\n" + mark)
	before := p.out.Len()
	for c := range n.ChildNodes() {
		p.walk(c)
	}
	if p.out.Len() > before {
		p.out.WriteByte('\n')
	}
}

func (p *pageReader) around(n *html.Node, mark string) {
	if text := strings.Join(strings.Fields(textOf(n)), " "); text != "" {
		p.out.WriteString(mark + text + mark)
	}
}

// find is the first element of a kind, or nil.
func find(n *html.Node, kind atom.Atom) *html.Node {
	for d := range n.Descendants() {
		if d.DataAtom == kind {
			return d
		}
	}
	return nil
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// tidyLines joins a mark of a list to what follows it, and takes empty lines together.
func tidyLines(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		last := len(out) - 1
		switch {
		case line == "" && last >= 0 && (out[last] == "" || isMark(out[last])):
		case last >= 0 && isMark(out[last]):
			out[last] += " " + line
		default:
			out = append(out, line)
		}
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

func isMark(line string) bool {
	return line == "-" || strings.HasSuffix(line, ".") && strings.Trim(line, "0123456789") == "."
}

// siteMap reads the pages that a site map lists (sitemaps.org, protocol 0.9), out of
// files beside it: nothing is fetched. The path of an address is the path of the file,
// with or without ".html", or of the folder that holds its index.html.
func (b *Batch) siteMap(fsys fs.FS, name, text string) {
	var listed struct {
		Pages []struct {
			Address string `xml:"loc"`
			Changed string `xml:"lastmod"`
		} `xml:"url"`
	}
	if err := xml.Unmarshal([]byte(text), &listed); err != nil || len(listed.Pages) == 0 {
		b.problems.file(name, 0, NoPages)
		return
	}
	seen := map[string]bool{}
	for _, p := range listed.Pages {
		address := strings.TrimSpace(p.Address)
		at, err := url.Parse(address)
		if err != nil || seen[address] {
			continue
		}
		seen[address] = true
		file, ok := pageFile(fsys, path.Dir(name), at.Path)
		if !ok {
			b.problems.file(name, 0, NoPage, "value", address)
			continue
		}
		raw, err := fs.ReadFile(fsys, file)
		text, isText := decode(raw)
		if err != nil || !isText {
			b.problems.file(file, 0, NotText)
			continue
		}
		b.page(file, text, address, strings.TrimSpace(p.Changed))
	}
}

// pageFile finds the file of a page below a folder, never outside it.
func pageFile(fsys fs.FS, folder, at string) (string, bool) {
	clean := path.Join(folder, path.Clean("/"+at))
	for _, name := range []string{clean, clean + ".html", clean + ".htm", path.Join(clean, "index.html")} {
		if info, err := fs.Stat(fsys, name); err == nil && !info.IsDir() {
			return name, true
		}
	}
	return "", false
}
