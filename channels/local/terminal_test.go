package local

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"recado/core/message"
)

// team is a fixed list of people.
type team struct {
	people []Person
	err    error
}

func (l *team) People(context.Context) ([]Person, error) { return l.people, l.err }

func aurora() *team {
	return &team{people: []Person{
		{Nick: "ana", Name: "Ana Souza", Role: "Viação Aurora", Addresses: []message.Address{
			{Channel: message.WhatsApp, ID: "5511999990001"}, {Channel: message.Email, ID: "ana@aurora.example"}}},
		{Nick: "bia", Name: "Bia Lima", Role: "agente", Addresses: []message.Address{{Channel: message.Email, ID: "bia@desk.example"}}},
		{Nick: "andré", Name: "André Reis", Role: "Viação Aurora"},
	}}
}

// parrot answers everybody at once, with what they said.
type parrot struct {
	hub   *Hub
	items []message.Inbound
}

func (p *parrot) Accept(ctx context.Context, items ...message.Inbound) error {
	for _, in := range items {
		p.items = append(p.items, in)
		out := message.Outbound{ID: in.Key.ID, To: in.From, Number: "2026-000001", Text: "Você disse *" + in.Text + "*."}
		if in.From.Channel == message.Email {
			out.Subject = "Chamado 2026-000001"
		}
		for _, f := range in.Attachments {
			out.Text = "Guardei " + f.Name
			out.Attachments = append(out.Attachments, f)
		}
		if _, err := p.hub.Channel(in.From.Channel).Send(ctx, out); err != nil {
			return err
		}
	}
	return nil
}

// disk keeps one file.
type disk struct{ content []byte }

func (d *disk) Keep(_ context.Context, r io.Reader, _ int64) (string, int64, error) {
	b, err := io.ReadAll(r)
	d.content = b
	return "digest", int64(len(b)), err
}

func (d *disk) Open(context.Context, string) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(d.content)), nil
}

// desk is a hub that a parrot answers, with a terminal on it.
type desk struct {
	hub    *Hub
	parrot *parrot
	out    bytes.Buffer
	log    bytes.Buffer
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	clock := func() time.Time { return time.Date(2026, 11, 23, 14, 3, 0, 0, time.UTC) }
	d := &desk{hub: NewHub(Options{Clock: clock, Files: &disk{}})}
	d.parrot = &parrot{hub: d.hub}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	for _, name := range []message.Channel{message.WhatsApp, message.Email} {
		go func() { done <- d.hub.Channel(name).Run(ctx, d.parrot) }()
	}
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
	synctest.Wait()
	return d
}

func (d *desk) terminal(t *testing.T, in io.Reader, people People) *Terminal {
	t.Helper()
	term, err := NewTerminal(TerminalOptions{
		Hub: d.hub, People: people, In: in, Out: &d.out, Zone: time.UTC,
		Settle: func(context.Context) error { return nil }, // the parrot answers before Say returns
		Log:    slog.New(slog.NewTextHandler(&d.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return term
}

func TestTerminalSpeaksAsAnybody(t *testing.T) {
	nota := filepath.Join(t.TempDir(), "nota.txt")
	if err := os.WriteFile(nota, bytes.Repeat([]byte("x"), 2048), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ script, want string }{
		"a chat": {"oi\n", `
Agora você é Ana Souza, no whatsapp (5511999990001).
ana · whatsapp> oi
[1] para Ana Souza · whatsapp · 14:03
  Você disse *oi*.
ana · whatsapp>
`},
		"another person, on the channel that she has": {"/como BIA\n// cliente com pressa\n", `
Agora você é Ana Souza, no whatsapp (5511999990001).
ana · whatsapp> /como BIA
Agora você é Bia Lima, no e-mail (bia@desk.example).
bia · e-mail> // cliente com pressa
[1] para Bia Lima · e-mail · 14:03
  Assunto: Chamado 2026-000001
  Você disse *// cliente com pressa*.
bia · e-mail>
`},
		"lines that go on, in Spanish commands": {"/canal correo\num\\\ndois\n/salir\nnunca\n", `
Agora você é Ana Souza, no whatsapp (5511999990001).
ana · whatsapp> /canal correo
Agora você é Ana Souza, no e-mail (ana@aurora.example).
ana · e-mail> um
dois
[1] para Ana Souza · e-mail · 14:03
  Assunto: Chamado 2026-000001
  Você disse *um
  dois*.
ana · e-mail> /salir
`},
		"a file": {"/anexar " + nota + "\n/anexar /nada\n/attach /\n", `
Agora você é Ana Souza, no whatsapp (5511999990001).
ana · whatsapp> /anexar ` + nota + `
[1] para Ana Souza · whatsapp · 14:03
  Guardei nota.txt
  📎 nota.txt (2 KB)
ana · whatsapp> /anexar /nada
Não consegui abrir "/nada".
ana · whatsapp> /attach /
Não consegui abrir "/".
ana · whatsapp>
`},
		"an answer by number makes one who got it": {"oi\n/como bia@nada.example\n/responder 1 certo\n/responder 9\n", `
Agora você é Ana Souza, no whatsapp (5511999990001).
ana · whatsapp> oi
[1] para Ana Souza · whatsapp · 14:03
  Você disse *oi*.
ana · whatsapp> /como bia@nada.example
Agora você é bia@nada.example, no e-mail (bia@nada.example).
bia@nada.example · e-mail> /responder 1 certo
Agora você é Ana Souza, no whatsapp (5511999990001).
[2] para Ana Souza · whatsapp · 14:03
  Você disse *certo*.
ana · whatsapp> /responder 9
Não há mensagem "9" aqui. O número está entre colchetes, antes de cada mensagem.
ana · whatsapp>
`},
		"what does not work": {"/como zé\n/como an\n/como ANDRE\n/canal slack\n/dançar\n\n /canal é texto\n", `
Agora você é Ana Souza, no whatsapp (5511999990001).
ana · whatsapp> /como zé
Não achei "zé". Veja quem existe com /pessoas.
ana · whatsapp> /como an
Não achei "an". Veja quem existe com /pessoas.
ana · whatsapp> /como ANDRE
André Reis não tem endereço em canal nenhum.
ana · whatsapp> /canal slack
Ana Souza não tem endereço no canal "slack".
ana · whatsapp> /dançar
Não conheço /dançar. Veja /ajuda, ou ponha um espaço antes para mandar assim mesmo.
ana · whatsapp>
ana · whatsapp>  /canal é texto
[1] para Ana Souza · whatsapp · 14:03
  Você disse */canal é texto*.
ana · whatsapp>
`},
		"a number that nobody knows": {"/como +55 (11) 98888-7777\n", `
Agora você é Ana Souza, no whatsapp (5511999990001).
ana · whatsapp> /como +55 (11) 98888-7777
Agora você é +5511988887777, no whatsapp (5511988887777).
+5511988887777 · whatsapp>
`},
		"who there is": {"/pessoas\n", `
Agora você é Ana Souza, no whatsapp (5511999990001).
ana · whatsapp> /pessoas
  ana  Ana Souza  Viação Aurora
      whatsapp 5511999990001
      e-mail ana@aurora.example
  bia  Bia Lima  agente
      e-mail bia@desk.example
  andré  André Reis  Viação Aurora
ana · whatsapp>
`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				term := d.terminal(t, strings.NewReader(tc.script), aurora())
				if err := term.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				_, got, _ := strings.Cut(d.out.String(), "\n") // the welcome
				if trimmed(got) != strings.TrimPrefix(tc.want, "\n") {
					t.Errorf("got\n%s\nwant%s", got, tc.want)
				}
			})
		})
	}
}

// trimmed drops spaces at line ends, which golden texts do not show.
func trimmed(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func TestTerminalMails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		script := "/canal email\no sistema parou\ncontinua parado\n/novo Boleto\nonde está?\n/novo\n" + strings.Repeat("longo ", 20) + "\n"
		if err := d.terminal(t, strings.NewReader(script), aurora()).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		type mail struct{ subject, answers string }
		var got []mail
		for _, in := range d.parrot.items {
			got = append(got, mail{in.Subject, strings.Join(in.Thread.Refs, " ")})
		}
		want := []mail{
			{"o sistema parou", ""},
			{"Re: Chamado 2026-000001", "email-1@local"},
			{"Boleto", ""},
			{strings.Repeat("longo ", 10) + "…", ""},
		}
		if len(got) != len(want) {
			t.Fatalf("mails %q", got)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("mail %d is %q, want %q", i, got[i], want[i])
			}
		}
	})
}

// TestTerminalAtTheTable has a person at a keyboard: news replaces the prompt.
func TestTerminalAtTheTable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		keys, typed := io.Pipe()
		term := d.terminal(t, keys, aurora())
		term.style.on, term.atTable = true, true
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- term.Run(ctx) }()
		synctest.Wait()
		d.out.Reset()

		out := message.Outbound{ID: "x", To: message.Address{Channel: message.Email, ID: "bia@desk.example"},
			Subject: "Chamado", Text: "*Ana* disse _oi_: 2*3*4 a_b_c \x1b[2J", Link: &message.Link{Label: "Avaliar", URL: "http://127.0.0.1/rate/x"}}
		for range 2 {
			if _, err := d.hub.Channel(message.Email).Send(ctx, out); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		const prompt = "\x1b[1mana\x1b[22m\x1b[2m · whatsapp\x1b[22m> "
		const body = "  \x1b[2mAssunto: Chamado\x1b[22m\n  \x1b[1mAna\x1b[22m disse \x1b[3moi\x1b[23m: 2*3*4 a_b_c [2J\n  \x1b[1mAvaliar\x1b[22m: http://127.0.0.1/rate/x\n"
		want := "\r\x1b[K\x1b[2m[1] para Bia Lima · e-mail · 14:03\x1b[22m\n" + body +
			"\x1b[2m[2] para Bia Lima · e-mail · 14:03 (repetida)\x1b[22m\n" + body + prompt
		if got := d.out.String(); got != want {
			t.Errorf("got\n%q\nwant\n%q", got, want)
		}

		d.out.Reset()
		if _, err := io.WriteString(typed, "oi\n"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := d.out.String(); strings.HasPrefix(got, "oi") || !strings.Contains(got, "Você disse \x1b[1moi\x1b[22m.") || !strings.HasSuffix(got, prompt) {
			t.Errorf("after a line: %q", got)
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run returned %v", err)
		}
		if err := typed.Close(); err != nil { // lets the goroutine that reads go
			t.Error(err)
		}
	})
}

func TestTerminalWithoutTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, people := newDesk(t), aurora()
		pull, push := io.Pipe()
		term := d.terminal(t, pull, people)
		done := make(chan error)
		go func() { done <- term.Run(t.Context()) }()
		synctest.Wait()
		people.err = errors.New("database is locked")
		if _, err := io.WriteString(push, "/como bia\n"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := push.CloseWithError(errors.New("the line broke")); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err == nil || !strings.Contains(err.Error(), "the line broke") {
			t.Errorf("Run returned %v", err)
		}
		if got := d.out.String(); !strings.Contains(got, "Não consegui ver quem existe agora.") || strings.Contains(got, "locked") {
			t.Errorf("the person read\n%s", got)
		}
		if !strings.Contains(d.log.String(), "database is locked") {
			t.Errorf("the log says %s", d.log.String())
		}
	})
}

func TestTerminalNeedsSomebody(t *testing.T) {
	for name, tc := range map[string]struct {
		people *team
		nick   string
	}{
		"nobody there":      {&team{}, ""},
		"nobody called so":  {aurora(), "zé"},
		"nobody can be got": {&team{err: errors.New("away")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			term, err := NewTerminal(TerminalOptions{Hub: NewHub(Options{}), People: tc.people, Nick: tc.nick, In: strings.NewReader(""), Out: io.Discard})
			if err != nil {
				t.Fatal(err)
			}
			if err := term.Run(t.Context()); err == nil {
				t.Error("it began")
			}
		})
	}
	if _, err := NewTerminal(TerminalOptions{}); err == nil {
		t.Error("a terminal of nothing was made")
	}
}

func TestStyleOffChangesNothing(t *testing.T) {
	const line = "*a* _b_"
	if got := (style{}).markup(line); got != line {
		t.Errorf("got %q", got)
	}
}
