package main_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recado/testenv"
)

// site is a desk as it is set up: a mailbox of its own, a configuration file, a
// store, people. Programs are started on it.
type site struct {
	t       testing.TB
	suffix  string // of all mailboxes, so that no other test's mail is in them
	data    string // folder
	config  string // path
	pages   string // host:port of the first process
	address string // of the desk
	ledger  *ledger
	people  []person
}

// ourMX is the name under which our mail exchanger vouches for senders.
const ourMX = "mx.desk.example"

// settings are what a test has otherwise. more is YAML: the rest of the mailbox, then
// whole sections.
type settings struct {
	database, redis string
	imap, smtp      string // host:port; empty: Dovecot and Postfix
	more            string
	quiet           string // how long WhatsApp waits for more lines; empty: not at all
}

// newSite writes the configuration and registers the people.
func newSite(t testing.TB, s settings, people ...person) *site {
	t.Helper()
	folder := t.TempDir()
	d := &site{
		t: t, suffix: strings.ToLower(rand.Text()[:8]), data: filepath.Join(folder, "data"),
		config: filepath.Join(folder, "recado.yaml"), pages: freePort(t), people: people,
	}
	d.address = "suporte-" + d.suffix + "@desk.example"
	if s.imap == "" {
		s.imap = testenv.IMAP(t)
	}
	if s.smtp == "" {
		s.smtp = testenv.SMTP(t)
	}
	write(t, d.config, fmt.Sprintf(`
desk: {name: Suporte Aurora}
data: %q
database: %q
redis: %q
hours: {always: true}
web: {listen: %q, public_url: "http://%s"}
email:
  - address: %s
    imap: {host: %s, port: %s, tls: none, password: %s}
    smtp: {host: %s, port: %s, tls: none}
    authserv_ids: [%s]
    poll: 1h
%s`, d.data, s.database, s.redis, d.pages, d.pages, d.address,
		host(s.imap), port(s.imap), testenv.Password, host(s.smtp), port(s.smtp), ourMX, s.more))
	d.register(folder)
	d.ledger = openLedger(t, s.database, d.data)
	return d
}

// register imports the people, who all are of one organisation or of the team.
func (d *site) register(folder string) {
	d.t.Helper()
	var b strings.Builder
	b.WriteString("organisations:\n  - {code: \"1001\", name: Viação Aurora}\npeople:\n")
	for i := range d.people {
		p := &d.people[i]
		p.site, p.address = d, fmt.Sprintf("%s-%s@%s", p.nick, d.suffix, p.domain())
		role := `organisation: "1001", role: standard`
		if p.team != "" {
			role = "team: " + p.team
		}
		if p.phone != "" {
			role += ", whatsapp: \"" + p.phone + "\", whatsapp_verified: yes"
		}
		fmt.Fprintf(&b, "  - {name: %s, email: %s, language: pt-BR, %s}\n", p.name, p.address, role)
	}
	world := filepath.Join(folder, "world.yaml")
	write(d.t, world, b.String())
	run(d.t, "import", "-c", d.config, world)
}

func (d *site) person(nick string) *person {
	d.t.Helper()
	for i := range d.people {
		if d.people[i].nick == nick {
			return &d.people[i]
		}
	}
	d.t.Fatalf("nobody is called %s", nick)
	return nil
}

// serve starts a process. The environment wins over the file.
func (d *site) serve(environ ...string) *program {
	d.t.Helper()
	return start(d.t, environ, "serve", "-c", d.config)
}

// serveReading is serve, and waits until the mailbox is being read.
func (d *site) serveReading() *program {
	d.t.Helper()
	p := d.serve()
	d.reads(p, 20*time.Second)
	return p
}

// reads waits until the process that serves d.pages reads the mailbox.
func (d *site) reads(p *program, within time.Duration) {
	d.t.Helper()
	eventually(d.t, within, "the mailbox is read", func() bool { return p.running() && d.readBy(d.pages) })
}

// readBy reports whether the process with these pages reads the mailbox.
func (d *site) readBy(pages string) bool { return partUp(d.t, pages, "email "+d.address) }

func (p *program) running() bool {
	select {
	case <-p.gone:
		p.t.Fatalf("recado ended with %d:\n%s", p.cmd.ProcessState.ExitCode(), p.output())
	default:
	}
	return true
}

// partUp asks /readyz about one part. Where nobody answers it is not up.
func partUp(t testing.TB, pages, part string) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, "http://"+pages+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	var state struct {
		Parts []struct {
			Name string `json:"name"`
			Up   bool   `json:"up"`
		} `json:"parts"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&state); err != nil {
		return false
	}
	for _, p := range state.Parts {
		if p.Name == part {
			return p.Up
		}
	}
	return false
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// freePort is a host:port that nobody listens on now.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func host(addr string) string { h, _, _ := strings.Cut(addr, ":"); return h }

func port(addr string) string { _, p, _ := strings.Cut(addr, ":"); return p }
