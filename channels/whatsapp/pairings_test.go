package whatsapp

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"recado/channels/whatsapp/watest"
	"recado/core/message"
)

// syncBuffer is a log that several goroutines write.
type syncBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// newPairings runs pairings of one number until the test ends.
func newPairings(t *testing.T, o Options, memory *memory) (*Pairings, *syncBuffer) {
	t.Helper()
	log := &syncBuffer{}
	o.Log = slog.New(slog.NewTextHandler(log, nil))
	p, err := NewPairings(PairingsOptions{Numbers: []Options{o}, Memory: memory, Clock: time.Now, Log: o.Log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the pairings ended with %v", err)
		}
	})
	return p, log
}

func (p *Pairings) must(t *testing.T) Pairing {
	t.Helper()
	at, err := p.At(t.Context(), "principal")
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// A number is linked from a page while the desk waits for it, by picture or by a typed
// code; the desk takes it up, and the page sees that. Nobody logs the codes.
func TestPairingsLinkBesideARunningChannel(t *testing.T) {
	for name, use := range map[string]func(a *watest.Account, at Pairing) error{
		"the picture":    func(a *watest.Account, at Pairing) error { return a.Scan(at.QR) },
		"the typed code": func(a *watest.Account, at Pairing) error { return a.Enter(at.Typed) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := watest.New(t)
			o, kept := unlinkedOptions(t, s), &memory{}
			p, log := newPairings(t, o, kept)
			o.Mend = message.Link{Purpose: "pair", Subject: "principal"}
			r := startRig(t, s, o)
			if state := r.troubled(message.Unlinked); state.Mend != o.Mend {
				t.Errorf("the page is not offered: %+v", state)
			}
			if at := p.must(t); at != (Pairing{}) {
				t.Errorf("before: %+v", at)
			}
			phone := ""
			if name == "the typed code" {
				phone = "+" + deskNumber
			}
			if err := p.Begin(t.Context(), "principal", phone); err != nil {
				t.Fatal(err)
			}
			at := p.must(t)
			if !at.Going || at.QR == "" || (at.Typed == "") != (phone == "") {
				t.Fatalf("shown: %+v", at)
			}
			if err := use(s.Account(deskNumber, "Suporte"), at); err != nil {
				t.Fatal(err)
			}
			r.well()
			r.hears("oi")
			if at := p.must(t); at.Number != deskNumber || at.QR != "" || at.Typed != "" {
				t.Errorf("after: %+v", at)
			}
			if text := log.String(); strings.Contains(text, at.QR) || at.Typed != "" && strings.Contains(text, at.Typed) {
				t.Errorf("the log has the code:\n%s", text)
			}
		})
	}
}

// What does not become a link is told, and other processes see the same: the codes while
// they are good, none when the one that showed them is gone.
func TestPairingsThatEndWithoutALink(t *testing.T) {
	s := watest.New(t)
	o, kept := unlinkedOptions(t, s), &memory{}
	p, _ := newPairings(t, o, kept)
	beside, _ := newPairings(t, o, kept)
	begin := func(on *Pairings, phone string) {
		t.Helper()
		if err := on.Begin(t.Context(), "principal", phone); err != nil {
			t.Fatal(err)
		}
	}

	begin(p, "011988880000")
	if at := p.must(t); at != (Pairing{End: PairingPhone}) {
		t.Errorf("a bad number: %+v", at)
	}
	begin(p, "")
	first := p.must(t)
	begin(p, "")
	second := p.must(t)
	if first.QR == second.QR || !second.Going {
		t.Errorf("begun anew, it shows the same: %+v", second)
	}
	begin(beside, "")
	if at := beside.must(t); at != second {
		t.Errorf("another process shows %+v, not %+v", at, second)
	}
	if err := p.Stop(t.Context(), "principal"); err != nil {
		t.Fatal(err)
	}
	if at := beside.must(t); at != (Pairing{End: PairingStopped}) {
		t.Errorf("stopped: %+v", at)
	}

	free, mine, err := o.withDefaults().lockLink(t.Context())
	if err != nil || !mine {
		t.Fatal(mine, err)
	}
	begin(p, "")
	if at := p.must(t); at != (Pairing{End: PairingBusy}) {
		t.Errorf("while a terminal is at it: %+v", at)
	}
	free()
	if err := p.Begin(t.Context(), "vendas", ""); !errors.Is(err, ErrNoNumber) {
		t.Errorf("a number that is not configured: %v", err)
	}
	if _, err := p.At(t.Context(), "vendas"); !errors.Is(err, ErrNoNumber) {
		t.Errorf("a number that is not configured: %v", err)
	}
}

// Codes that a process showed before it died are not shown for ever, and a page asks in
// vain where nobody makes links.
func TestPairingsOfADeadProcess(t *testing.T) {
	s := watest.New(t)
	o, kept, now := unlinkedOptions(t, s), &memory{}, time.Now()
	p, err := NewPairings(PairingsOptions{Numbers: []Options{o}, Memory: kept, Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	p.keep(t.Context(), "principal", shown{QR: "2@x", Until: now})
	if at := p.must(t); !at.Going {
		t.Errorf("not shown: %+v", at)
	}
	now = now.Add(codesLate)
	if at := p.must(t); at != (Pairing{}) {
		t.Errorf("still shown: %+v", at)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Begin(ctx, "principal", ""); !errors.Is(err, context.Canceled) {
		t.Errorf("begun by nobody: %v", err)
	}
}

// What WhatsApp answers instead of a link ends the pairing with its reason, on the page
// as in the terminal; nothing is linked, and it can be tried again.
func TestPairingsThatWhatsAppRefuses(t *testing.T) {
	for end, tc := range map[PairingEnd]struct {
		refuse func(s *watest.Server, a *watest.Account, qr string) error
		want   error
	}{
		PairingPasskey: {func(_ *watest.Server, a *watest.Account, qr string) error { return a.AskPasskey(qr) }, ErrPasskey},
		PairingOld:     {func(_ *watest.Server, a *watest.Account, qr string) error { return a.ScanTooOld(qr) }, errOldPhone},
	} {
		t.Run(string(end), func(t *testing.T) {
			t.Parallel()
			s := watest.New(t)
			o, kept, account := unlinkedOptions(t, s), &memory{}, s.Account(deskNumber, "Suporte")
			var refused error
			if err := Pair(t.Context(), o, "", func(qr, _ string) { refused = tc.refuse(s, account, qr) }); !errors.Is(err, tc.want) || refused != nil {
				t.Fatalf("in the terminal: %v, %v", err, refused)
			}
			p, _ := newPairings(t, o, kept)
			if err := p.Begin(t.Context(), "principal", ""); err != nil {
				t.Fatal(err)
			}
			if err := tc.refuse(s, account, p.must(t).QR); err != nil {
				t.Fatal(err)
			}
			late := time.After(30 * time.Second)
			for at := p.must(t); at.Going; at = p.must(t) {
				select {
				case <-late:
					t.Fatal("it goes on")
				case <-time.After(2 * time.Millisecond):
				}
			}
			if at := p.must(t); at != (Pairing{End: end}) {
				t.Errorf("on the page: %+v", at)
			}
			if err := p.Begin(t.Context(), "principal", ""); err != nil || !p.must(t).Going {
				t.Errorf("tried again: %v, %+v", err, p.must(t))
			}
		})
	}
	t.Run(string(PairingUpdate), func(t *testing.T) {
		t.Parallel()
		s := watest.New(t)
		p, _ := newPairings(t, unlinkedOptions(t, s), &memory{})
		s.RefusePairings(1, 405)
		if err := p.Begin(t.Context(), "principal", ""); err != nil {
			t.Fatal(err)
		}
		if at := p.must(t); at != (Pairing{End: PairingUpdate}) {
			t.Errorf("on the page: %+v", at)
		}
	})
}
