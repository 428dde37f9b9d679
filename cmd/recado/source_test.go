package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the path of this module.
const module = "recado"

// source is one parsed file.
type source struct {
	pkg, file string // by folder within the module, and by path
	test      bool
	imports   map[string]string // import path to the name it has in the file
	syntax    *ast.File
	where     *token.FileSet
}

// parsed reads all Go files of a module, without testdata and modules inside it.
func parsed(t *testing.T, root string) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(root, func(found string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, found)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return enter(root, name, d)
		}
		if strings.HasSuffix(name, ".go") {
			s, err := parse(found, filepath.ToSlash(name))
			all = append(all, s)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatalf("no Go files under %s", root)
	}
	return all
}

// enter leaves out what the go command leaves out.
func enter(root, name string, d fs.DirEntry) error {
	if name == "." {
		return nil
	}
	if d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") {
		return fs.SkipDir
	}
	if _, err := os.Stat(filepath.Join(root, name, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func parse(at, name string) (source, error) {
	s := source{
		pkg: filepath.ToSlash(filepath.Dir(name)), file: name, test: strings.HasSuffix(name, "_test.go"),
		imports: map[string]string{}, where: token.NewFileSet(),
	}
	var err error
	if s.syntax, err = parser.ParseFile(s.where, at, nil, parser.SkipObjectResolution); err != nil {
		return s, err
	}
	for _, spec := range s.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return s, err
		}
		s.imports[imported] = imported[strings.LastIndex(imported, "/")+1:]
		if spec.Name != nil {
			s.imports[imported] = spec.Name.Name
		}
	}
	return s, nil
}

// uses is who may use what exists but is seldom right. Entries are packages, or
// patterns of path.Match for files of one. Tests may use all of them, but see sleepers.
var uses = map[string][]string{
	// The clock is passed in (rule 11). bot has the real one; two packages default to
	// it; the deadline of a socket is by the kernel's; the bench, the suites and the real
	// servers measure or wait for what is real.
	"time.Now":   {"bot/clock.go", "bot/sqlstore/open.go", "channels/email/options.go", "channels/email/relay.go", "channels/channeltest", "channels/whatsapp/watest", "channels/slack/slackfake", "testenv", "testenv/*", "cmd/recado/bench*.go"},
	"time.Since": {"channels/channeltest", "testenv", "testenv/*", "cmd/recado/bench*.go"},
	"time.Until": {"cmd/recado/bench*.go"},
	// Real servers can only be waited for.
	"time.Sleep":   {"testenv", "testenv/*"},
	"os.Exit":      {"cmd/recado", "testenv/run"},
	"context.TODO": {},
}

// sleepers are tests that sleep on the real clock. Others sleep in a synctest bubble,
// where it takes no time; but a bench, and a program that is a process of its own, know
// of no bubble.
var sleepers = []string{"bot/sqlstore/bench_test.go", "cmd/recado/*_e2e_test.go"}

// senders call Channel.Send: the outbox (rule 6), and the suite that tries channels.
var senders = []string{"bot/outbox", "channels/channeltest"}

func TestSourcePolicy(t *testing.T) {
	for _, v := range sourceViolations(parsed(t, "../..")) {
		t.Error(v)
	}
}

func TestSourcePolicyFindsViolations(t *testing.T) {
	want := []string{
		"channels/channels.go:16: Send is called; only bot/outbox and channels/channeltest may (rule 6)",
		"config/config.go:12: func init; wiring is done where one can read it, in cmd/recado",
		"config/config.go:13: time.Now; only " + strings.Join(uses["time.Now"], ", ") + " may",
		"config/config.go:14: os.Exit; only cmd/recado, testenv/run may",
		"config/config.go:15: context.TODO; nobody may",
		"core/ticket/ticket_test.go:11: time.Sleep outside a synctest bubble",
	}
	got := sourceViolations(parsed(t, "testdata/violations"))
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// sourceViolations lists what breaks the policy, sorted.
func sourceViolations(all []source) []string {
	var found []string
	for _, s := range all {
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if why := s.objection(n); why != "" {
				found = append(found, fmt.Sprintf("%s:%d: %s", s.file, s.where.Position(n.Pos()).Line, why))
			}
			return true
		})
	}
	slices.Sort(found)
	return found
}

// objection is what the policy has against a piece of syntax; "" for nothing.
func (s source) objection(n ast.Node) string {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Name.Name == "init" && n.Recv == nil {
			return "func init; wiring is done where one can read it, in cmd/recado"
		}
	case *ast.CallExpr:
		f, method := n.Fun.(*ast.SelectorExpr)
		if method && f.Sel.Name == "Send" && !s.test && !slices.Contains(senders, s.pkg) {
			return "Send is called; only " + strings.Join(senders, " and ") + " may (rule 6)"
		}
	case *ast.SelectorExpr:
		return s.misuse(n)
	}
	return ""
}

// among reports whether a list names the file, or its package.
func (s source) among(list []string) bool {
	return slices.ContainsFunc(list, func(pattern string) bool {
		file, err := path.Match(pattern, s.file)
		pkg, errPkg := path.Match(pattern, s.pkg)
		return err == nil && errPkg == nil && (file || pkg)
	})
}

// misuse finds functions of the standard library that few may use.
func (s source) misuse(n *ast.SelectorExpr) string {
	from, ok := n.X.(*ast.Ident)
	if !ok {
		return ""
	}
	for _, library := range []string{"time", "os", "context"} {
		name := library + "." + n.Sel.Name
		may, seldom := uses[name]
		switch {
		case s.imports[library] != from.Name || !seldom:
		case s.test:
			if _, bubble := s.imports["testing/synctest"]; name == "time.Sleep" && !bubble && !s.among(sleepers) {
				return "time.Sleep outside a synctest bubble"
			}
		case len(may) == 0:
			return name + "; nobody may"
		case !s.among(may):
			return name + "; only " + strings.Join(may, ", ") + " may"
		}
	}
	return ""
}
