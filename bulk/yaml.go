package bulk

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// yaml reads sections of entries. It walks the syntax tree, because problems need
// the line of each entry.
func (b *Batch) yaml(name, text string) {
	tree, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		b.syntax(name, 0, err)
		return
	}
	for _, doc := range tree.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.NullType {
			continue
		}
		sections, ok := doc.Body.(ast.MapNode)
		if !ok {
			b.problems.file(name, line(doc.Body), NotSections)
			continue
		}
		for it := sections.MapRange(); it.Next(); {
			b.section(name, it.Key().GetToken(), it.Value())
		}
	}
}

// syntax reports what the YAML reader says, offset lines further down.
func (b *Batch) syntax(name string, offset int, err error) {
	cause, row := err.Error(), offset
	if told := yaml.Error(nil); errors.As(err, &told) {
		cause = told.GetMessage()
		if t := told.GetToken(); t != nil && t.Position != nil {
			row = offset + t.Position.Line
		}
	}
	b.problems.file(name, row, BadSyntax, "cause", cause)
}

func (b *Batch) section(name string, key *token.Token, value ast.Node) {
	kind, ok := kindOf(key.Value)
	if !ok {
		b.problems.file(name, key.Position.Line, UnknownKey, "value", key.Value, "known", "organisations, people, catalog, articles")
		return
	}
	b.entries(value, record{kind: kind, file: name}, "")
}

// entries reads a list of entries. context is what the entries around them say, and
// within the key under which they stand.
func (b *Batch) entries(node ast.Node, context record, within string) {
	if node.Type() == ast.NullType {
		return
	}
	list, ok := node.(*ast.SequenceNode)
	if !ok {
		b.problems.file(context.file, line(node), NotList)
		return
	}
	for _, item := range list.Values {
		entry, ok := item.(ast.MapNode)
		if !ok {
			b.problems.file(context.file, line(item), NotEntry)
			continue
		}
		r := record{kind: context.kind, file: context.file, row: line(item), cells: map[string]cell{}}
		maps.Copy(r.cells, context.cells)
		b.entry(entry, r, within)
	}
}

// nested are the keys that hold entries of their own, by kind and the key around
// them. A catalogue is written as the tree it is, and a person's parts in several
// organisations stand with the person.
var nested = map[Kind]map[string][]string{
	Catalog: {"": {"systems", "categories"}, "systems": {"modules"}},
	People:  {"": {"member_of"}},
}

// nestedLevels are the catalogue levels that the keys stand for.
var nestedLevels = map[string]string{"": "product", "systems": "system", "modules": "module", "categories": "category"}

func (b *Batch) entry(entry ast.MapNode, r record, within string) {
	type below struct {
		key  string
		node ast.Node
	}
	var inside []below
	for it := entry.MapRange(); it.Next(); {
		key := it.Key().GetToken()
		if slices.Contains(nested[r.kind][within], key.Value) {
			inside = append(inside, below{key.Value, it.Value()})
			continue
		}
		column, ok := columnOf(r.kind, key.Value)
		if !ok {
			b.problems.file(r.file, key.Position.Line, UnknownKey, "value", key.Value, "known", knownKeys(r.kind, within))
			continue
		}
		r.cells[column] = b.cell(r, key, it.Value())
	}
	if r.kind == Catalog {
		r.cells = levelled(r.cells, within)
	}
	before := len(b.records)
	if r.kind == Catalog { // what is inside names it as its parent
		b.records = append(b.records, r)
	}
	for _, in := range inside {
		context := r // people: each part is a row with all that the person's own has
		if r.kind == Catalog {
			context = record{kind: r.kind, file: r.file, cells: map[string]cell{"parent": {text: idOf(r)}}}
		}
		b.entries(in.node, context, in.key)
	}
	if len(b.records) == before {
		b.records = append(b.records, r)
	}
}

// levelled says an item's level when its place in the tree says it already. A
// category that is not inside a product has to say it itself.
func levelled(cells map[string]cell, within string) map[string]cell {
	if _, said := cells["level"]; !said {
		cells["level"] = cell{text: nestedLevels[within]}
	}
	return cells
}

func (b *Batch) cell(r record, key *token.Token, node ast.Node) cell {
	c := cell{heading: key.Value}
	switch n := node.(type) {
	case *ast.NullNode:
	case *ast.SequenceNode:
		c.isList = true
		for _, v := range n.Values {
			text, ok := scalar(v)
			if !ok {
				b.problems.file(r.file, line(v), NotValue)
			}
			c.list = append(c.list, text)
		}
	default:
		text, ok := scalar(node)
		if !ok {
			b.problems.file(r.file, line(node), NotValue)
		}
		c.text = text
	}
	return c
}

// scalar is a value as it was written: 0011 stays a code, and 55 a number's start.
func scalar(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// line is where a node begins; goccy gives a mapping's first colon.
func line(node ast.Node) int {
	if mapping, ok := node.(ast.MapNode); ok {
		if it := mapping.MapRange(); it.Next() {
			return it.Key().GetToken().Position.Line
		}
	}
	return node.GetToken().Position.Line
}

func knownKeys(kind Kind, within string) string {
	var names []string
	for _, c := range columns[kind] {
		names = append(names, c.name)
	}
	return strings.Join(append(names, nested[kind][within]...), ", ")
}
