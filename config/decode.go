package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// place is where a value was given.
type place struct {
	line, column int
	env          string
	raw          string
}

// reader fills a Config and notes where each value came from, and all that is wrong.
// It walks the syntax tree itself, because a decoder stops at its first error and
// forgets the lines that the later checks need.
type reader struct {
	file   string
	places map[string]place
	schema []string
	faults Faults
}

func newReader(file string) *reader {
	return &reader{file: file, places: map[string]place{}, schema: keys(reflect.TypeFor[Config](), "")}
}

// fault notes what is wrong with a key, at the line of the key or of the nearest
// section around it that was written.
func (r *reader) fault(path, format string, args ...any) {
	f := Fault{Key: path, Text: fmt.Sprintf(format, args...)}
	for at := path; ; at = at[:strings.LastIndexAny(at, ".[")] {
		if p, ok := r.places[at]; ok {
			f.Line, f.Column, f.Env = p.line, p.column, p.env
			break
		}
		if !strings.ContainsAny(at, ".[") {
			break
		}
	}
	if f.Env == "" {
		f.File = r.file
	}
	r.faults = append(r.faults, f)
}

func (r *reader) at(path string, t *token.Token) {
	r.places[path] = place{line: t.Position.Line, column: t.Position.Column, raw: t.Value}
}

// yaml reads a file's text over what cfg holds.
func (r *reader) yaml(text []byte, cfg *Config) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		r.syntax(err)
		return
	}
	for i, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case i > 0:
			r.at("", start(doc.Body))
			r.fault("", "the file holds a second document after ---; only one is read")
		default:
			r.at("", start(doc.Body))
			r.section("", doc.Body, reflect.ValueOf(cfg).Elem())
		}
	}
}

// syntax reports YAML that cannot be read at all.
func (r *reader) syntax(err error) {
	f := Fault{File: r.file, Text: "this is not valid YAML: " + err.Error()}
	if told := yaml.Error(nil); errors.As(err, &told) {
		f.Text = "this is not valid YAML: " + told.GetMessage()
		if t := told.GetToken(); t != nil && t.Position != nil {
			f.Line, f.Column = t.Position.Line, t.Position.Column
		}
	}
	r.faults = append(r.faults, f)
}

// node reads what stands at path. A section or a list is placed at its key, a value
// where it begins.
func (r *reader) node(path string, key *token.Token, node ast.Node, v reflect.Value) {
	r.at(path, key)
	switch {
	case node.Type() == ast.NullType:
		// A key with nothing after it keeps its default: so a section all of whose keys
		// are commented out may stand there.
	case v.Kind() == reflect.Slice:
		r.list(path, node, v)
	case isSection(v.Type()):
		r.section(path, node, v)
	default:
		r.at(path, start(node))
		r.value(path, node, v)
	}
}

// start is where a node begins; goccy gives a mapping's first colon.
func start(node ast.Node) *token.Token {
	if mapping, ok := node.(ast.MapNode); ok {
		if it := mapping.MapRange(); it.Next() {
			return it.Key().GetToken()
		}
	}
	return node.GetToken()
}

func (r *reader) section(path string, node ast.Node, v reflect.Value) {
	if node.Type() == ast.NullType {
		return
	}
	mapping, ok := node.(ast.MapNode)
	if !ok {
		r.fault(path, "here stand keys and values, one a line, such as %s: ...", namesOf(v.Type())[0])
		return
	}
	fields := fieldsOf(v.Type())
	for it := mapping.MapRange(); it.Next(); {
		key := it.Key().GetToken()
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == key.Value })
		if i < 0 {
			unknown := join(path, key.Value)
			r.at(unknown, key)
			r.fault(unknown, "nobody knows this key%s", meant(key.Value, namesOf(v.Type()), r.schema))
			continue
		}
		r.node(join(path, key.Value), key, it.Value(), v.Field(fields[i].index))
	}
}

// list replaces the default; a single value is a list of one.
func (r *reader) list(path string, node ast.Node, v reflect.Value) {
	values := []ast.Node{node}
	if sequence, ok := node.(*ast.SequenceNode); ok {
		values = sequence.Values
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, len(values)))
	for i, value := range values {
		item := fresh(v.Type().Elem())
		r.node(entry(path, i), start(value), value, item)
		v.Set(reflect.Append(v, item))
	}
}

func (r *reader) value(path string, node ast.Node, v reflect.Value) {
	var text string
	switch n := node.(type) {
	case *ast.StringNode:
		text = n.Value
	case *ast.LiteralNode:
		text = strings.TrimSpace(n.Value.Value)
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		text = n.GetToken().Value // as it was written: 0800 stays a phone number
	default:
		r.fault(path, "here stands one value, written out (no list, no section, no anchor)")
		return
	}
	if err := set(v, text); err != nil {
		r.fault(path, "%s", err)
	}
}
