package email

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"recado/core/message"
)

func runListener(t *testing.T, o Options, lo ListenOptions, sink *desktop) string {
	t.Helper()
	lo.Addr = or(lo.Addr, "127.0.0.1:0")
	l, err := Listen(t.Context(), o, lo)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx, sink) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return l.Addr().String()
}

func submit(t *testing.T, addr, from string, to []string, raw string) error {
	t.Helper()
	c, err := smtp.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.SendMail(from, to, strings.NewReader(raw))
}

func code(err error) int {
	if said, ok := errors.AsType[*smtp.SMTPError](err); ok {
		return said.Code
	}
	return 0
}

func TestListenerRelaysNothing(t *testing.T) {
	sink := newDesktop()
	addr := runListener(t, testOptions(t), ListenOptions{}, sink)
	tests := []struct {
		to   string
		code int // 0: taken
	}{
		{"suporte@desk.example", 0},
		{"Suporte@DESK.example", 0},
		{"suporte+2026-1.abc@desk.example", 0},
		{"outro@desk.example", 550},
		{"suporte@mau.example", 550},
		{"suporte%mau.example@desk.example", 550},
		{"x@y@desk.example", 550},
	}
	for _, tt := range tests {
		if err := submit(t, addr, "ana@cliente.example", []string{tt.to}, letterFrom("1", "um")); code(err) != tt.code || (err == nil) != (tt.code == 0) {
			t.Errorf("to %s: %v, want %d", tt.to, err, tt.code)
		}
	}
}

func TestListenerBelievesOnlyWhenTold(t *testing.T) {
	for _, believe := range []bool{false, true} {
		sink := newDesktop()
		addr := runListener(t, testOptions(t), ListenOptions{TrustSubmission: believe}, sink)
		if err := submit(t, addr, "ana@cliente.example", []string{"suporte@desk.example"}, letterFrom("1", "um")); err != nil {
			t.Fatal(err)
		}
		want := message.Unproved
		if believe {
			want = message.ByUpstream
		}
		if got := sink.next(t); got.Proof != want {
			t.Errorf("believe %v: proof %q, want %q", believe, got.Proof, want)
		}
	}
	if _, err := Listen(t.Context(), testOptions(t), ListenOptions{Addr: "0.0.0.0:0", TrustSubmission: true}); err == nil {
		t.Error("senders would be believed from anywhere")
	}
}

func TestListenerLimitsSize(t *testing.T) {
	o := testOptions(t)
	o.MaxMail = 10_000
	addr := runListener(t, o, ListenOptions{}, newDesktop())
	err := submit(t, addr, "ana@cliente.example", []string{"suporte@desk.example"}, letterFrom("1", strings.Repeat("0123456789\r\n", 2000)))
	if code(err) != 552 {
		t.Errorf("%v, want 552", err)
	}
}

func TestListenerAnswersLaterWhenNotCommitted(t *testing.T) {
	sink := newDesktop()
	down := true
	sink.accept = func([]message.Inbound) error {
		if down {
			return errors.New("the database is away")
		}
		return nil
	}
	addr := runListener(t, testOptions(t), ListenOptions{}, sink)
	if err := submit(t, addr, "ana@cliente.example", []string{"suporte@desk.example"}, letterFrom("1", "um")); code(err) != 451 {
		t.Errorf("%v, want 451", err)
	}
	down = false
	if err := submit(t, addr, "ana@cliente.example", []string{"suporte@desk.example"}, letterFrom("1", "um")); err != nil {
		t.Errorf("%v", err)
	}
	sink.next(t)
}

func TestListenerKnowsTheEnvelope(t *testing.T) {
	o := testOptions(t)
	sink := newDesktop()
	addr := runListener(t, o, ListenOptions{}, sink)
	token := "suporte+" + o.Signer.Reply("2026-000042", "ana@cliente.example") + "@desk.example"
	if err := submit(t, addr, "ana@cliente.example", []string{token}, verdictNone+letterFrom("1", "um")); err != nil {
		t.Fatal(err)
	}
	if got := sink.next(t); got.Thread.Number != "2026-000042" || got.Proof != message.ByToken {
		t.Errorf("number %q, proof %q", got.Thread.Number, got.Proof)
	}
	if err := submit(t, addr, "", []string{"suporte@desk.example"}, letterFrom("2", "estou fora")); err != nil {
		t.Fatal(err)
	}
	if got := sink.next(t); got.Auto != message.AutoReply {
		t.Errorf("from the null sender: auto %q", got.Auto)
	}
}
