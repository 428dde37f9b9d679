package config

import (
	"cmp"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// exampleKey is one key of the example file, on or commented out.
type exampleKey struct {
	path   string // as keys() writes it
	indent int
	line   int // from 0
	off    bool
	parent *exampleKey
}

var keyLine = regexp.MustCompile(`^( *)(#?)(- )?([a-z0-9_]+):(?: |$)`)

// readExample finds the keys of the example; their section follows from indentation.
func readExample(t *testing.T) ([]string, []*exampleKey) {
	t.Helper()
	lines := strings.Split(Example, "\n")
	var all []*exampleKey
	var open []*exampleKey
	for i, line := range lines {
		m := keyLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		k := &exampleKey{path: m[4], indent: len(m[1]) + len(m[3]), line: i, off: m[2] != ""}
		for len(open) > 0 && open[len(open)-1].indent >= k.indent {
			open = open[:len(open)-1]
		}
		if len(open) > 0 {
			k.parent = open[len(open)-1]
			k.path = k.parent.path + "." + k.path
		}
		if slices.Contains([]string{"email", "dkim", "hours.closed", "hours.open", "whatsapp", "slack", "slack[].rooms"}, k.path) {
			k.path += "[]"
		}
		open = append(open, k)
		all = append(all, k)
	}
	return lines, all
}

// with uncomments the given keys, and what they cannot be without.
func with(t *testing.T, lines []string, all []*exampleKey, on ...*exampleKey) string {
	t.Helper()
	required := map[string][]string{
		"email[]":        {"email[].address", "email[].imap.host", "email[].imap.password", "email[].smtp.host"},
		"email[].oauth":  {"email[].oauth.provider", "email[].oauth.client_id", "email[].oauth.refresh_token"},
		"hours.closed[]": {"hours.closed[].date", "hours.closed[].name"},
		"hours.open[]":   {"hours.open[].date", "hours.open[].hours"},
		"whatsapp[]":     {"whatsapp[].account"},
		"slack[]":        {"slack[].workspace", "slack[].bot_token", "slack[].app_token", "slack[].rooms", "slack[].rooms[].channel"},
		"dkim[]":         {"dkim[].domain", "dkim[].selector", "dkim[].key"},
	}
	chosen := map[string]bool{}
	for _, k := range on {
		for p := k; p != nil; p = p.parent {
			chosen[p.path] = true
			for _, path := range required[p.path] {
				chosen[path] = true
			}
		}
	}
	for _, k := range on {
		if twin, ok := strings.CutSuffix(k.path, "_file"); ok {
			delete(chosen, twin)
		}
	}
	if chosen["whatsapp[].database_file"] {
		delete(chosen, "whatsapp[].database")
	}
	if chosen["slack[].refresh_token"] || chosen["slack[].refresh_token_file"] {
		chosen["slack[].client_id"], chosen["slack[].client_secret"] = true, true
	}
	if chosen["email[].oauth"] { // instead of a password
		delete(chosen, "email[].imap.password")
	}
	if chosen["email[].oauth.token_url"] {
		delete(chosen, "email[].oauth.provider")
	}
	text := slices.Clone(lines)
	for changed := true; changed; { // parents of what is required
		changed = false
		for _, k := range all {
			if chosen[k.path] && k.parent != nil && !chosen[k.parent.path] {
				chosen[k.parent.path], changed = true, true
			}
		}
	}
	for _, k := range all {
		if k.off && chosen[k.path] {
			text[k.line] = strings.Replace(text[k.line], "#", "", 1)
		}
	}
	folder := t.TempDir()
	for name, holds := range map[string]string{
		"mail-password": "change-me\n", "client-secret": "change-me\n", "refresh-token": "change-me\n", "dkim-key": "-----BEGIN PRIVATE KEY-----\n",
		"whatsapp-database": "sqlite\n", "slack-bot-token": "xoxb-change-me\n", "slack-app-token": "xapp-change-me\n",
		"slack-signing-secret": "change-me\n", "slack-refresh-token": "xoxe-change-me\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(holds), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return strings.ReplaceAll(strings.Join(text, "\n"), "/etc/recado", folder)
}

func mustLoad(t *testing.T, text string, env map[string]string) Config {
	t.Helper()
	cfg, err := load("recado.yaml", []byte(text), lookup(env))
	if err != nil {
		t.Fatalf("%v\nin:\n%s", err, text)
	}
	return cfg
}

func lookup(env map[string]string) Lookup {
	return func(name string) (string, bool) { v, ok := env[name]; return v, ok }
}

func TestExampleAsItStandsIsTheDefault(t *testing.T) {
	if got, want := mustLoad(t, Example, nil), mustLoad(t, "", nil); !reflect.DeepEqual(got, want) {
		t.Errorf("the example file changes something:\n%+v\nwant\n%+v", got, want)
	}
}

func TestExampleShowsEveryKey(t *testing.T) {
	_, all := readExample(t)
	shown := map[string]bool{}
	for _, k := range all {
		if shown[k.path] {
			t.Errorf("%s is shown twice", k.path)
		}
		shown[k.path] = true
		shown[strings.TrimSuffix(k.path, "[]")] = true
	}
	for _, path := range keys(reflect.TypeFor[Config](), "") {
		if !shown[path] {
			t.Errorf("example.yaml lacks %s", path)
		}
	}
}

// Each key loads when it alone is uncommented, and says what holds anyway.
func TestExampleKeysLoadAndShowTheDefault(t *testing.T) {
	lines, all := readExample(t)
	isExample := []string{"email[]", "dkim[]", "hours.closed[]", "hours.open[]"} // entries have no default
	minimal := slices.IndexFunc(all, func(k *exampleKey) bool { return k.path == "email[].address" })
	mailbox := mustLoad(t, with(t, lines, all, all[minimal]), nil)
	number := mustLoad(t, "whatsapp: [{account: principal}]", nil)
	workspace := mustLoad(t, "slack: [{workspace: T0123456789, bot_token: xoxb-change-me, app_token: xapp-change-me, rooms: [{channel: C0123456789}]}]", nil)
	for _, k := range all {
		if !k.off {
			continue
		}
		t.Run(k.path, func(t *testing.T) {
			got, want := mustLoad(t, with(t, lines, all, k), nil), mustLoad(t, "", nil)
			switch root, _, _ := strings.Cut(k.path, "."); {
			case k.path == "email[].authserv_ids":
				want = mailbox
				want.Email = slices.Clone(want.Email)
				want.Email[0].AuthservIDs = []string{"mx.aurora.example"}
			case k.path == "email[].arc_sealers":
				want = mailbox
				want.Email = slices.Clone(want.Email)
				want.Email[0].ARCSealers = []string{"lists.example"}
			case root == "email[]":
				want = mailbox
			case root == "whatsapp[]":
				want = number
			case root == "slack[]":
				want = workspace
			case slices.ContainsFunc(isExample, func(p string) bool { return strings.HasPrefix(k.path, p) }):
				return
			}
			normal(&got)
			normal(&want)
			if !reflect.DeepEqual(got, want) {
				t.Errorf("is not the default:\n%+v\nwant\n%+v", got, want)
			}
		})
	}
}

// normal forgets what uncommenting is bound to change: how a mailbox signs in, and
// nil against empty.
func normal(c *Config) {
	c.Email = slices.Clone(c.Email)
	for i := range c.Email {
		c.Email[i].OAuth, c.Email[i].IMAP.Password, c.Email[i].SMTP.Password = OAuth{}, Secret{}, Secret{}
		c.Email[i].IMAP.PasswordFile, c.Email[i].SMTP.PasswordFile = "", ""
	}
	c.WhatsApp = slices.Clone(c.WhatsApp)
	for i := range c.WhatsApp {
		c.WhatsApp[i].DatabaseFile = ""
	}
	c.Slack = slices.Clone(c.Slack)
	for i := range c.Slack {
		s := &c.Slack[i]
		s.BotTokenFile, s.AppTokenFile, s.SigningFile, s.ClientSecretFile, s.RefreshTokenFile, s.ClientID = "", "", "", "", "", ""
		s.SigningSecret, s.ClientSecret, s.RefreshToken = Secret{}, Secret{}, Secret{}
		if len(s.Supervisors) == 0 {
			s.Supervisors = nil
		}
	}
	for _, d := range []*[]string{&c.Hours.Week.Saturday, &c.Hours.Week.Sunday} {
		if len(*d) == 0 {
			*d = nil
		}
	}
}

func TestTenLinesAreEnoughForAMailbox(t *testing.T) {
	var lines []string
	for line := range strings.Lines(Example) {
		if body, ok := strings.CutPrefix(line, "#   "); ok {
			lines = append(lines, body)
		}
	}
	if len(lines) == 0 || len(lines) > 10 {
		t.Fatalf("the example shows %d lines, want 1 to 10", len(lines))
	}
	file := filepath.Join(t.TempDir(), "mail-password")
	if err := os.WriteFile(file, []byte("s3nha\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := mustLoad(t, strings.ReplaceAll(strings.Join(lines, ""), "/etc/recado/mail-password", file), nil)
	m := cfg.Email[0]
	got := []any{m.Name, m.IMAP.Port, m.IMAP.User, m.IMAP.Password.Reveal(), m.SMTP.Port, m.SMTP.TLS, m.SMTP.User, m.SMTP.Password.Reveal(), cfg.SMTPIn.Enabled, cfg.Desk.Register}
	want := []any{"Suporte Aurora", 993, "suporte@aurora.example", "s3nha", 465, TLS, "suporte@aurora.example", "s3nha", Off, "suporte@aurora.example"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestGmailNeedsThreeValues(t *testing.T) {
	for name, text := range map[string]string{
		"own domain":    "email: [{address: suporte@aurora.example, imap: {host: imap.gmail.com, password: x}}]",
		"gmail address": "email: [{address: aurora@gmail.com, imap: {password: x}}]",
	} {
		t.Run(name, func(t *testing.T) {
			m := mustLoad(t, text, nil).Email[0]
			got := []any{m.IMAP.Host, m.IMAP.Port, m.SMTP.Host, m.SMTP.Port, cmp.Or(m.AuthservIDs...)}
			want := []any{"imap.gmail.com", 993, "smtp.gmail.com", 465, "mx.google.com"}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestWithoutAFileTheTrialDeskRuns(t *testing.T) {
	cfg, err := Load("", lookup(nil))
	if err != nil {
		t.Fatal(err)
	}
	got := []any{cfg.Example, cfg.SMTPIn.Enabled, cfg.SMTPIn.Listen, cfg.SMTPIn.TrustSenders, cfg.Web.Listen, cfg.Web.PublicURL, cfg.Database.IsZero(), cfg.Data}
	want := []any{true, On, "127.0.0.1:2525", true, "127.0.0.1:8080", "http://127.0.0.1:8080", true, "./data"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
