package main

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// The import policy (DESIGN.md, "Rooms"), as a test: what a package may import is
// written here, or it may not. The model is go/build's deps_test.go. Source files are
// parsed, not asked of the go command, so that a cached result is never wrong.

// rule is what one package may import.
type rule struct {
	ours    []string // packages of this module; "core/*" is all below core but the suites
	tests   []string // and what its tests may besides
	outside []string // core only: modules of others
	io      []string // core only: standard packages that noIO forbids
}

// suites are for tests: fakes, conformance suites, real servers, and the embedded
// database, which is the fake of the store (see core/coretest).
var suites = []string{"assist/assisttest/suite", "core/coretest", "channels/channeltest", "bot/bottest", "testenv", "testenv/servers", "bot/sqlstore"}

// rules has an entry for each package, and each package has one.
var rules = map[string]rule{
	"core/message":   {},
	"core/hours":     {outside: []string{"github.com/rickar/cal/v2"}},
	"core/directory": {ours: []string{"core/message"}},
	"core/catalog":   {ours: []string{"core/directory"}, tests: []string{"core/message"}},
	"core/ticket":    {ours: []string{"core/message", "core/directory", "core/catalog"}, outside: []string{"github.com/google/uuid"}},
	// net/url only takes addresses apart.
	"core/article": {io: []string{"net/url"}},
	// An answer belongs to a ticket's closing and to a person.
	"core/survey": {ours: []string{"core/directory", "core/ticket"}},
	"core/notice": {
		ours: []string{"core/message", "core/directory", "core/ticket", "core/survey"}, tests: []string{"core/hours", "core/catalog", "core/report"},
		outside: []string{"github.com/goccy/go-yaml", "github.com/nicksnyder/go-i18n/v2", "golang.org/x/text"},
	},
	// log/slog with the logger passed in is no I/O of the core's own.
	"core/dialogue": {ours: []string{"core/*"}, outside: []string{"github.com/google/uuid", "golang.org/x/text"}},
	"core/report":   {ours: []string{"core/*"}},
	"core/coretest": {ours: []string{"core/*"}, outside: []string{"github.com/google/uuid"}},

	"channels": {ours: []string{"core/message"}},
	"channels/email": {ours: []string{
		"channels", "channels/email/dkim", "channels/email/letter", "channels/email/machine", "channels/email/oauth", "channels/email/reply", "channels/email/sender", "core/message", "sign",
	}, tests: []string{"core/notice"}},
	"channels/email/dkim":       {},
	"channels/email/letter":     {ours: []string{"channels/email/letter/tnef", "core/message"}},
	"channels/email/machine":    {ours: []string{"channels/email/letter", "channels/email/sender", "core/message"}},
	"channels/email/oauth":      {ours: []string{"channels/seal"}},
	"channels/email/reply":      {ours: []string{"channels/email/letter"}},
	"channels/email/sender":     {ours: []string{"channels/email/letter"}},
	"channels/whatsapp":         {ours: []string{"channels", "channels/literal", "channels/piece", "channels/whatsapp/ratchet", "core/message"}, tests: []string{"channels/whatsapp/watest"}},
	"channels/whatsapp/ratchet": {tests: []string{"channels/whatsapp/watest"}},
	"channels/whatsapp/watest":  {ours: []string{"channels/whatsapp/ratchet"}},
	"channels/literal":          {},
	"channels/piece":            {},
	"channels/seal":             {},
	"channels/slack":            {ours: []string{"channels", "channels/literal", "channels/piece", "channels/seal", "core/message"}, tests: []string{"channels/slack/slackfake"}},
	"channels/slack/slackfake":  {},
	"channels/web":              {ours: []string{"channels", "core/message", "sign"}},
	"channels/local":            {ours: []string{"channels", "core/message"}},
	"channels/channeltest":      {ours: []string{"channels", "core/message"}},

	// A format of its own, read from bytes.
	"channels/email/letter/tnef": {},

	// catalog and ticket: what the assistant proposes is made of their values.
	"assist":           {ours: []string{"assist/precedent", "assist/redact", "assist/search", "core/dialogue", "core/message", "core/article", "core/directory", "core/catalog", "core/ticket"}},
	"assist/search":    {ours: []string{"core/article"}},
	"assist/precedent": {ours: []string{"assist/search"}},

	"assist/redact": {},
	"assist/llm": {
		ours:  []string{"assist/redact", "core/dialogue", "core/directory", "core/message", "core/article", "core/catalog", "core/ticket"},
		tests: []string{"assist", "assist/search", "assist/assisttest"},
	},
	"assist/assisttest":       {},
	"assist/assisttest/suite": {ours: []string{"core/*"}},

	// A ticket as a file.
	"paper": {ours: []string{"core/dialogue", "core/message"}},

	"bot":            {ours: []string{"channels", "core/*", "bot/inbox", "bot/lane", "bot/outbox"}},
	"bot/lane":       {},
	"bot/outage":     {},
	"bot/inbox":      {ours: []string{"bot/lane", "bot/outage", "core/message"}, tests: []string{"channels", "core/dialogue"}},
	"bot/outbox":     {ours: []string{"bot/lane", "bot/outage", "channels", "core/message"}, tests: []string{"core/dialogue"}},
	"bot/pace":       {ours: []string{"core/message"}},
	"bot/sqlstore":   {ours: []string{"channels", "core/*", "bot/inbox", "bot/outbox"}, tests: []string{"bot"}},
	"bot/redisstore": {ours: []string{"core/dialogue", "core/message"}},
	"bot/files":      {ours: []string{"channels"}},
	// message: what a refusal of its store becomes.
	"bot/files/clamav": {ours: []string{"bot/files", "channels"}, tests: []string{"core/message"}},
	"bot/files/s3":     {ours: []string{"bot/files", "channels"}},
	"bot/bottest":      {ours: []string{"bot", "bot/inbox", "bot/outbox", "channels", "core/*"}},

	"bulk":   {ours: []string{"core/*"}},
	"config": {},
	"play":   {},
	"sign":   {},

	"testenv":         {ours: []string{"testenv/servers"}},
	"testenv/run":     {ours: []string{"testenv/servers"}},
	"testenv/servers": {},

	"cmd/recado": {ours: []string{"*", "bot/sqlstore"}},
}

// noIO is what the core does without: it is told, and it answers.
var noIO = []string{"net", "os", "syscall", "database", "io/ioutil", "log/syslog", "plugin", "runtime/debug", "unsafe", "C"}

// owners are who alone may import a library: what it speaks to is hidden there. testenv
// looks at real servers from outside, and is not bound by it.
var owners = map[string][]string{
	"database/sql":                   {"bot/sqlstore", "channels/whatsapp", "cmd/recado"}, // the bench measures the bare database
	"modernc.org/sqlite":             {"bot/sqlstore", "channels/whatsapp", "channels/whatsapp/watest"},
	"github.com/pressly/goose/v3":    {"bot/sqlstore"},
	"github.com/jackc/pgx/v5":        {"bot/sqlstore", "channels/whatsapp", "cmd/recado"}, // `check` puts its error codes into words
	"github.com/redis/go-redis/v9":   {"bot/redisstore"},
	"github.com/emersion/go-imap/v2": {"channels/email", "cmd/recado"}, // the bench measures the bare servers
	"github.com/emersion/go-smtp":    {"channels/email", "cmd/recado"},
	"github.com/jhillyerd/enmime/v2": {"channels/email/letter"},
	"golang.org/x/oauth2":            {"channels/email/oauth"},
	"go.mau.fi/whatsmeow":            {"channels/whatsapp", "channels/whatsapp/ratchet", "channels/whatsapp/watest"},
	"github.com/slack-go/slack":      {"channels/slack"},
	"github.com/alecthomas/kong":     {"cmd/recado"},
	"blitiri.com.ar/go/spf":          {"channels/email/sender"},
	"github.com/mdp/qrterminal/v3":   {"cmd/recado"},
	"rsc.io/qr":                      {"channels/web"},
	"github.com/minio/minio-go/v7":   {"bot/files/s3"},

	// The model, whatever server it is on.
	"github.com/sashabaranov/go-openai": {"assist/llm"},
}

// badNames say nothing about what is inside.
var badNames = []string{"utils", "util", "models", "model", "common", "helpers", "helper", "manager", "managers", "misc", "base"}

func TestImportPolicy(t *testing.T) {
	for _, v := range importViolations(parsed(t, "../.."), rules) {
		t.Error(v)
	}
}

// A policy that nothing can break would prove nothing: each kind of violation is
// planted under testdata, and found.
func TestImportPolicyFindsViolations(t *testing.T) {
	planted := map[string]rule{
		"core/message": {},
		"core/ticket":  {ours: []string{"core/message"}},
		"core/gone":    {},
		"config":       {},
		"channels":     {ours: []string{"core/*"}},
	}
	want := []string{
		`channels imports recado/core/coretest in channels/channels.go; its rule does not allow that`,
		`config imports database/sql in config/config.go; only bot/sqlstore and channels/whatsapp and cmd/recado may`,
		`config/helpers.go: the name "helpers" says nothing about what is inside`,
		`core/gone has a rule, but there is no such package`,
		`core/ticket imports github.com/google/uuid in core/ticket/ticket.go; a package of the core names the modules it needs in its rule`,
		`core/ticket imports net/http in core/ticket/ticket.go; the core does no I/O`,
		`core/ticket imports recado/channels in core/ticket/ticket.go; its rule does not allow that`,
		`core/ticket imports recado/config in core/ticket/ticket_test.go; its rule does not allow that`,
		`core/utils has no rule; write down what it may import`,
		`core/utils/utils.go: the name "utils" says nothing about what is inside`,
	}
	got := importViolations(parsed(t, "testdata/violations"), planted)
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// importViolations lists what breaks the policy, sorted.
func importViolations(all []source, rules map[string]rule) []string {
	var found []string
	say := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	seen := map[string]bool{}
	for _, s := range all {
		r, ruled := rules[s.pkg]
		if !ruled && !seen[s.pkg] {
			say("%s has no rule; write down what it may import", s.pkg)
		}
		seen[s.pkg] = true
		for _, name := range []string{s.syntax.Name.Name, strings.TrimSuffix(strings.TrimSuffix(path.Base(s.file), ".go"), "_test")} {
			if slices.Contains(badNames, name) {
				say("%s: the name %q says nothing about what is inside", s.file, name)
				break
			}
		}
		if ruled {
			for imported := range s.imports {
				if why := r.forbids(s, imported); why != "" {
					say("%s imports %s in %s; %s", s.pkg, imported, s.file, why)
				}
			}
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(rules)) {
		if !seen[pkg] {
			say("%s has a rule, but there is no such package", pkg)
		}
	}
	slices.Sort(found)
	return found
}

// forbids says why a file may not import something; "" when it may.
func (r rule) forbids(s source, imported string) string {
	if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
		if !r.allows(s, ours) {
			return "its rule does not allow that"
		}
		return ""
	}
	for library, alone := range owners {
		if !s.test && !under(s.pkg, "testenv") && under(imported, library) && !slices.Contains(alone, s.pkg) {
			return "only " + strings.Join(alone, " and ") + " may"
		}
	}
	if s.test || !strings.HasPrefix(s.pkg, "core/") {
		return ""
	}
	inside := func(list []string) bool {
		return slices.ContainsFunc(list, func(p string) bool { return under(imported, p) })
	}
	switch {
	case inside(noIO) && !slices.Contains(r.io, imported):
		return "the core does no I/O"
	case strings.Contains(strings.Split(imported, "/")[0], ".") && !inside(r.outside) && s.pkg != "core/coretest":
		return "a package of the core names the modules it needs in its rule"
	}
	return ""
}

func (r rule) allows(s source, ours string) bool {
	may := r.ours
	if s.test {
		may = slices.Concat(may, r.tests, suites, []string{s.pkg})
	}
	return slices.ContainsFunc(may, func(m string) bool {
		all, wild := strings.CutSuffix(m, "*")
		return m == ours || wild && strings.HasPrefix(ours, all) && !slices.Contains(suites, ours)
	})
}

// under reports whether an import is a package, or below it.
func under(imported, pkg string) bool {
	return imported == pkg || strings.HasPrefix(imported, pkg+"/")
}
