package bulk

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// fence opens and closes front matter.
const fence = "---"

// markdown reads one article: front matter between two lines of ---, then the text.
// Without a title there, the first heading is it; without an id, the file's name.
func (b *Batch) markdown(name, text string) {
	r := record{kind: Articles, file: name, row: 1, cells: map[string]cell{}}
	front, body, ok := frontMatter(text)
	if !ok {
		b.problems.file(name, 1, NotClosed)
		return
	}
	if front != "" && !b.front(front, &r) {
		return
	}
	if heading, rest, ok := firstHeading(body); ok {
		if _, said := r.cells["title"]; !said {
			r.cells["title"] = cell{text: heading}
			body = rest
		}
	}
	r.cells["body"] = cell{text: strings.TrimSpace(body)}
	if _, said := r.cells["id"]; !said {
		r.cells["id"] = cell{text: slug(stem(name))}
	}
	b.records = append(b.records, r)
}

// front reads the front matter into r. Its first line is the file's second.
func (b *Batch) front(front string, r *record) bool {
	tree, err := parser.ParseBytes([]byte(front), 0)
	if err != nil {
		b.syntax(r.file, 1, err)
		return false
	}
	for _, doc := range tree.Docs {
		mapping, ok := doc.Body.(ast.MapNode)
		if !ok {
			continue
		}
		for it := mapping.MapRange(); it.Next(); {
			key := it.Key().GetToken()
			column, ok := columnOf(Articles, key.Value)
			if !ok || column == "body" {
				b.problems.file(r.file, 1+key.Position.Line, UnknownKey, "value", key.Value, "known", knownKeys(Articles, ""))
				continue
			}
			r.cells[column] = b.cell(*r, key, it.Value())
		}
	}
	return true
}

// frontMatter parts a file. It reports false when the front matter is never closed.
func frontMatter(text string) (front, body string, ok bool) {
	rest, opened := strings.CutPrefix(text, fence+"\n")
	if !opened {
		return "", text, true
	}
	for at := 0; at < len(rest); {
		end := strings.IndexByte(rest[at:], '\n')
		next := len(rest)
		if end >= 0 {
			next = at + end + 1
		}
		if strings.TrimRight(rest[at:next], " \n") == fence {
			return rest[:at], rest[next:], true
		}
		at = next
	}
	return "", "", false
}

// firstHeading is the "# Title" that a text begins with.
func firstHeading(body string) (title, rest string, ok bool) {
	first, rest, _ := strings.Cut(strings.TrimLeft(body, "\n "), "\n")
	title, ok = strings.CutPrefix(first, "# ")
	return strings.TrimSpace(title), rest, ok
}
