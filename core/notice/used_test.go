package notice

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"recado/core/message"
	"recado/core/report"
	"recado/core/ticket"
)

// source parses the packages of core, without their tests.
func source(t *testing.T, folder string) []*ast.File {
	t.Helper()
	var files []*ast.File
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, content, 0)
		files = append(files, file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// literal is the value of a string literal.
func literal(n ast.Node) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// literals are all string literals of the dialogue and of this package.
func literals(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, file := range slices.Concat(source(t, "../dialogue"), source(t, ".")) {
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := literal(n); ok {
				out[s] = true
			}
			return true
		})
	}
	return out
}

// refusals are the codes that core refuses with: said to directory.Refuse, or handed
// to a check that does.
func refusals(t *testing.T) []string {
	t.Helper()
	codes := map[string]bool{}
	for _, file := range source(t, "..") {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			at := map[string]int{"Refuse": 0, "known": 2, "oneOf": 2}
			if i, ok := at[nameOf(call.Fun)]; ok && i < len(call.Args) {
				if code, ok := literal(call.Args[i]); ok {
					codes[code] = true
				}
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(codes))
}

// nameOf is the last name of a called function.
func nameOf(fun ast.Expr) string {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// openingSteps are the steps of the opening, each of which has a question.
func openingSteps(t *testing.T) []string {
	t.Helper()
	var steps []string
	for _, file := range source(t, "../dialogue/opening.go") {
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, "step") {
				if step, ok := literal(spec.Values[0]); ok {
					steps = append(steps, step)
				}
			}
			return true
		})
	}
	return steps
}

func stringsOf[T ~string](all ...T) []string {
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = string(v)
	}
	return out
}

// built are the keys that the source puts together, by what they begin with.
func built(t *testing.T) map[string][]string {
	t.Helper()
	states := []string{"open", "closed", "all"} // Listing.State
	var notices []string
	for event, all := range audiences {
		for _, as := range all {
			notices = append(notices, string(event)+"."+string(as))
		}
	}
	acts := []string{ // operations that a form asks about (core/dialogue/forms.go)
		"assign", "status", "priority", "severity", "type", "due", "product", "category", "copy", "uncopy", "requester",
		"merge", "unmerge", "split", "relate", "repeats", "close", "reopen", "call",
	}
	var linked []string
	for _, r := range stringsOf(ticket.Continues, ticket.MergedTo, ticket.SplitFrom, ticket.Related, ticket.Repeats) {
		linked = append(linked, r+".from", r+".to")
	}
	defects := stringsOf(message.Garbled, message.Encrypted, message.Incomplete)
	return map[string][]string{
		"notice.":          notices,
		"refused.":         refusals(t),
		"open.":            openingSteps(t),
		"level.":           stringsOf(ticket.Levels...),
		"type.":            stringsOf(ticket.Types...),
		"failure.":         stringsOf(message.Failures...),
		"trouble.":         stringsOf(message.Troubles...),
		"status.":          stringsOf(ticket.Statuses...),
		"fate.":            {"waiting", "going", "sent", "buried", "recalled", "delivered", "read"}, // dialogue.Fate, and Arrival
		"file.":            stringsOf(message.TooLarge, message.TooMany, message.Unreadable, message.Infected, message.Unscanned, message.Awaited),
		"defect.subject.":  defects,
		"defect.remark.":   defects,
		"defect.customer.": defects,
		"unopened.":        stringsOf(message.Locked, message.ViewOnce, message.Foreign),
		"unopened.why.":    stringsOf(message.Locked, message.ViewOnce, message.Foreign),
		"home.view.":       {"mine", "free", "due", "customer"}, // of core/dialogue/home.go
		"list.title.":      stringsOf(report.Mine, report.InCopy, report.Organisation),
		"list.state.":      states,
		"list.since.":      {"today", "week", "month"}, // Listing.Since
		"list.empty.":      states,
		"form.":            append(acts, "change", "make", "include", "reply"),
		"submit.":          {"reply", "assign", "change", "merge", "split", "repeats", "call", "make", "include"}, // core/dialogue, submits
		"example.":         append(acts, "change", "make", "include", "reply"),
		"link.":            linked,
		"advice.by.":       {"built-in"},                                                          // assist.ByBuiltin
		"detail.":          {"error-text", "since", "affected", "steps", "document", "expected"},  // dialogue.Details
		"which.":           {"close", "reopen", "details", "take", "original", "change", "paper"}, // commands about one ticket
	}
}

// used are all keys that the source asks for.
func used(t *testing.T) map[string]bool {
	t.Helper()
	out := literals(t)
	for prefix, ends := range built(t) {
		if len(ends) == 0 {
			t.Errorf("found nothing that %s is put together with", prefix)
		}
		for _, end := range ends {
			out[prefix+end] = true
		}
	}
	return out
}

var keyLike = regexp.MustCompile(`^([a-z]+)\.([a-z-]+\.)*[a-z-]*$`)

// variant ends the key of another wording; see Catalogue.Variant.
var variant = regexp.MustCompile(`-[2-9]$`)

// Every key that the source asks for exists, and every key that exists is asked for.
func TestKeysAndSourceAgree(t *testing.T) {
	t.Parallel()
	have, asked := forms(t, Languages()[0]), used(t)
	groups := map[string]bool{}
	for key := range have {
		group, _, _ := strings.Cut(key, ".")
		groups[group] = true
		if !asked[variant.ReplaceAllString(key, "")] {
			t.Errorf("nothing says %s", key)
		}
	}
	prefixes := built(t)
	for key := range asked {
		m := keyLike.FindStringSubmatch(key)
		switch {
		case m == nil || !groups[m[1]]:
		case strings.HasSuffix(key, "."):
			if prefixes[key] == nil {
				t.Errorf("keys are put together with %q, which this test does not know", key)
			}
		case have[key] == nil:
			t.Errorf("%s is said, and has no text", key)
		}
	}
}

// said is one place of the source where a key is said with its data written out.
type said struct {
	key    string
	given  []string
	ticket bool // of a ticket: Number and Subject are given too
}

// arguments of the functions that say something: where the key stands, and the data.
var arguments = map[string]struct {
	key, data int
	ticket    bool
}{
	"say": {0, 1, false}, "sayOf": {1, 2, true}, "teamSays": {1, 2, true}, "question": {2, 3, false}, "toTeam": {1, 2, false},
}

// saidIn finds them. What has its data in a variable is left to the tests of the engine.
func saidIn(file *ast.File) []said {
	ofTicket := map[ast.Node]bool{} // calls whose result is given a ticket
	ast.Inspect(file, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok {
			for _, to := range a.Lhs {
				if sel, ok := to.(*ast.SelectorExpr); ok && sel.Sel.Name == "Ticket" {
					ofTicket[sel.X] = true
				}
			}
		}
		return true
	})
	var out []said
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			at, ok := arguments[nameOf(n.Fun)]
			if !ok || len(n.Args) <= at.data {
				return true
			}
			key, isKey := literal(n.Args[at.key])
			given, isData := dataOf(n.Args[at.data])
			if isKey && isData {
				out = append(out, said{key, given, at.ticket || ofTicket[n]})
			}
		case *ast.CompositeLit:
			if s, ok := saidBy(n); ok {
				out = append(out, s)
			}
		}
		return true
	})
	return out
}

// saidBy reads a Say written out.
func saidBy(lit *ast.CompositeLit) (said, bool) {
	var s said
	hasKey, hasData := false, false
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			switch nameOf(kv.Key) {
			case "Key":
				s.key, hasKey = literal(kv.Value)
			case "Data":
				s.given, hasData = dataOf(kv.Value)
			case "Ticket":
				s.ticket = true
			}
		}
	}
	return s, hasKey && hasData && nameOf(lit.Type) == "Say"
}

// dataOf are the names in a notice.Data written out, or none for nil.
func dataOf(e ast.Expr) ([]string, bool) {
	if id, ok := e.(*ast.Ident); ok && id.Name == "nil" {
		return nil, true
	}
	lit, ok := e.(*ast.CompositeLit)
	if !ok || nameOf(lit.Type) != "Data" {
		return nil, false
	}
	var names []string
	for _, el := range lit.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			name, _ := literal(kv.Key)
			names = append(names, name)
		}
	}
	return names, true
}

// A text that asks for what it is not given fails every time that it is said.
func TestTextsAreGivenWhatTheyAskFor(t *testing.T) {
	t.Parallel()
	have := forms(t, Languages()[0])
	checked := 0
	for _, file := range source(t, "../dialogue") {
		for _, s := range saidIn(file) {
			checked++
			if have[s.key] == nil {
				t.Errorf("%q is said, and has no text", s.key)
			}
			given := append([]string{"Desk"}, s.given...)
			if s.ticket {
				given = append(given, "Number", "Subject")
			}
			for _, field := range fields(have[s.key]) {
				if !slices.Contains(given, field[1:]) {
					t.Errorf("%s asks for %s, and is given %v", s.key, field, given)
				}
			}
		}
	}
	if checked < 40 {
		t.Errorf("found only %d places where something is said", checked)
	}
}

// Notices are given the same by core/dialogue, whatever the event; these are the rest.
func TestNoticesAskForWhatTheyAreGiven(t *testing.T) {
	t.Parallel()
	always := []string{".Name", ".By", ".Requester", ".Text", ".About", ".Folded", ".Caution", ".Seen", ".Chat", ".Number", ".Subject", ".Desk"}
	more := map[Event][]string{Reminder: {".Until", ".Last"}, Warning: {".Until", ".Last"}, Overdue: {".What", ".Due", ".Missed"}, Waits: {".For", ".Since"}, Assigned: {".Summary", ".SummaryBy"}, Merged: {".Into", ".IntoSubject"}, Parted: {".Into", ".IntoSubject"}}
	have := forms(t, Languages()[0])
	for event, all := range audiences {
		for _, as := range all {
			given := slices.Concat(always, more[event])
			if as == Agent {
				given = append(given, ".Audience")
			}
			for _, field := range fields(have["notice."+string(event)+"."+string(as)]) {
				if !slices.Contains(given, field) {
					t.Errorf("%s for %s asks for %s", event, as, field)
				}
			}
		}
	}
}
