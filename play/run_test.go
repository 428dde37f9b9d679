package play

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// desk is a stage that does what its table says, and notes what was asked of it.
type desk struct {
	answers map[string][]Message // to whoever acts, by what they said
	heard   map[string][]Message
	fields  map[string]string
	log     []string
}

func (d *desk) note(what string) error {
	d.log = append(d.log, what)
	return nil
}

func (d *desk) Given(_ context.Context, text string) error  { return d.note("given " + text) }
func (d *desk) SetClock(_ context.Context, at string) error { return d.note("at " + at) }
func (d *desk) Pass(_ context.Context, span time.Duration) error {
	return d.note("pass " + span.String())
}
func (d *desk) Settle(context.Context) error                              { return d.note("settle") }
func (d *desk) Kill(context.Context) error                                { return d.note("kill") }
func (d *desk) Heard(who string) ([]Message, error)                       { return d.heard[who], nil }
func (d *desk) Ticket(context.Context, string) (map[string]string, error) { return d.fields, nil }

func (d *desk) Thread(number string) ([]Message, error) { return d.heard["thread "+number], nil }
func (*desk) Management() []Message                     { return nil }

func (d *desk) Private(who string) ([]Message, error)  { return d.heard["only "+who], nil }
func (d *desk) Card(string) (map[string]string, error) { return d.fields, nil }
func (d *desk) Marks(words string) (string, error)     { return d.fields["marks "+words], nil }

func (d *desk) Do(_ context.Context, a Act) error {
	d.heard[a.Who] = append(d.heard[a.Who], d.answers[a.Text]...)
	return d.note(a.Who + " " + a.Text)
}

func newDesk() *desk {
	return &desk{
		heard:  map[string][]Message{},
		fields: map[string]string{"status": "open", "subject": "CT-e parado", "notes": ""},
		answers: map[string][]Message{
			"oi":     {{Channel: "whatsapp", Text: "Oi, Ana!\n\nTudo bem?"}, {Channel: "email", Subject: "Assunto", Text: "Outra", Files: []string{"nota.pdf"}}},
			"código": {{Channel: "email", Text: "Chamado 2026-700001. O código é 700002."}},
		},
	}
}

func play(t *testing.T, d *desk, lines ...string) error {
	t.Helper()
	s, err := Parse("x.txt", strings.NewReader("Título\n"+strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return Run(t.Context(), s, d)
}

// TestExpectations: what is met, and, as much, what is not.
func TestExpectations(t *testing.T) {
	t.Parallel()
	for expectation, met := range map[string]bool{
		"recado to ana   ~ Tudo bem":                 true,
		"recado to ana   ~ Tudo mal":                 false,
		"recado to ana   = Oi, Ana!\n    Tudo bem?":  true,
		"recado to ana   = Oi, Ana!":                 false,
		"recado to ana   = Oi...bem?":                true,
		"recado to ana   /^Oi, \\w+!/":               true,
		"recado to ana   /^Olá/":                     false,
		"recado to ana   nothing":                    false,
		"recado to bia   nothing":                    true,
		"recado to ana on email   ~ Outra":           true,
		"recado to ana on email   ~ nota.pdf":        true,
		"recado to ana on email   ~ Assunto":         true,
		"recado to ana on email   ~ Tudo bem":        false,
		"recado to ana on slack   nothing":           true,
		"recado to bia   ~ Oi":                       false,
		"ticket 2026-000001   status=open":           true,
		"ticket 2026-000001   status=closed":         false,
		`ticket 2026-000001   subject="CT-e parado"`: true,
		`ticket 2026-000001   notes=""`:              true,
		"ticket 2026-000001   notes=1":               false,
	} {
		t.Run(expectation, func(t *testing.T) {
			t.Parallel()
			err := play(t, newDesk(), "ana on whatsapp   oi", expectation)
			if met && err != nil {
				t.Errorf("should be met: %v", err)
			}
			var d *Difference
			if !met && !errors.As(err, &d) {
				t.Errorf("should be a difference, got %v", err)
			}
		})
	}
}

func TestExpectationsGoForward(t *testing.T) {
	t.Parallel()
	d := newDesk()
	if err := play(t, d, "ana on whatsapp   oi", "recado to ana   ~ Outra", "recado to ana on email   nothing"); err != nil {
		t.Fatal(err)
	}
	if err := play(t, newDesk(), "ana on whatsapp   oi", "recado to ana   ~ Tudo bem", "recado to ana   ~ Tudo bem"); err == nil {
		t.Error("one message met two expectations")
	}
	if err := play(t, newDesk(), "ana on whatsapp   oi", "ticket 1   colour=red"); err == nil {
		t.Error("an unknown field was accepted")
	}
}

// TestOrder: lines of one person are a burst; everything else settles in between.
func TestOrder(t *testing.T) {
	t.Parallel()
	d := newDesk()
	err := play(t, d, "given x", "at 2026-01-01 00:00", "ana on whatsapp   a", "ana on whatsapp   b", "bia on whatsapp   c",
		"recado to ana   nothing", "2 hours pass", "kill", "ticket 1   status=open")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"given x", "at 2026-01-01 00:00", "ana a", "ana b", "settle", "bia c", "settle", "pass 2h0m0s", "kill"}
	if !slices.Equal(d.log, want) {
		t.Errorf("got  %q\nwant %q", d.log, want)
	}
}

func TestCode(t *testing.T) {
	t.Parallel()
	d := newDesk()
	if err := play(t, d, "ana on email   código", "bia on whatsapp   é {code of ana}"); err != nil {
		t.Fatal(err)
	}
	if got := d.log[len(d.log)-1]; got != "bia é 700002" {
		t.Errorf("said %q", got)
	}
	if err := play(t, newDesk(), "bia on whatsapp   {code}"); err == nil {
		t.Error("a code out of nowhere")
	}
}
