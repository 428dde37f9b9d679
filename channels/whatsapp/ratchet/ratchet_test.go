package ratchet_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"

	"go.mau.fi/whatsmeow/store"

	"recado/channels/whatsapp/ratchet"
	"recado/channels/whatsapp/watest"
)

// TestBothAtOnce has two people write to each other at the same time: what one says while
// hearing the other arrives.
func TestBothAtOnce(t *testing.T) {
	const each = 150
	s := watest.New(t)
	ana, rui := s.Phone("5511999990001", "Ana"), s.Phone("5511999990002", "Rui")
	ana.Say(rui.Account, "oi") // two that begin at once would each have a session of their own
	rui.Hear(func(words string) bool { return words == "oi" })
	rui.Say(ana.Account, "oi")
	ana.Hear(func(words string) bool { return words == "oi" })
	pairs := []struct{ from, to *watest.Phone }{{ana, rui}, {rui, ana}}
	var talking sync.WaitGroup
	for _, p := range pairs {
		talking.Go(func() {
			for n := range each {
				p.from.Say(p.to.Account, fmt.Sprint(n))
			}
		})
	}
	talking.Wait()
	for _, p := range pairs {
		p.to.Account.AwaitSettled()
		heard := map[string]int{}
		for _, m := range p.to.Heard() {
			heard[watest.Words(m)]++
		}
		for n := range each {
			if heard[fmt.Sprint(n)] != 1 {
				t.Errorf("message %d was heard %d times", n, heard[fmt.Sprint(n)])
			}
		}
	}
	if odd := s.Oddities(); len(odd) > 0 {
		t.Errorf("in passing: %q", odd)
	}
}

// sessions is a store of sessions in memory.
type sessions struct {
	store.NoopStore
	all map[string][]byte
}

func (s *sessions) GetSession(_ context.Context, address string) ([]byte, error) {
	return s.all[address], nil
}

func (s *sessions) GetManySessions(_ context.Context, addresses []string) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, a := range addresses {
		out[a] = s.all[a]
	}
	return out, nil
}

func (s *sessions) PutManySessions(_ context.Context, some map[string][]byte) error {
	maps.Copy(s.all, some)
	return nil
}

func (s *sessions) DoDecryptionTxn(ctx context.Context, do func(context.Context) error) error {
	return do(ctx)
}

// TestStepIsNotPutBack goes through the orders in which a decryption can fall between the
// reading and the writing of who encrypts.
func TestStepIsNotPutBack(t *testing.T) {
	const ana = "ana.0:1"
	rig := func() (*store.Device, *sessions) {
		under := &sessions{all: map[string][]byte{ana: []byte("0")}}
		d := &store.Device{Sessions: under, EventBuffer: under}
		ratchet.Guard(d)
		return d, under
	}
	decrypt := func(d *store.Device, to string) error {
		return d.EventBuffer.DoDecryptionTxn(t.Context(), func(ctx context.Context) error {
			if _, err := d.Sessions.GetSession(ctx, ana); err != nil {
				return err
			}
			return d.Sessions.PutSession(ctx, ana, []byte(to))
		})
	}
	put := func(d *store.Device, to string) error {
		return d.Sessions.PutManySessions(t.Context(), map[string][]byte{ana: []byte(to)})
	}
	get := func(d *store.Device) {
		if _, err := d.Sessions.GetManySessions(t.Context(), []string{ana}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(name string, got, want error, under *sessions, session string) {
		t.Helper()
		if !errors.Is(got, want) || (want == nil) != (got == nil) || string(under.all[ana]) != session {
			t.Errorf("%s: %v and session %q, want %v and %q", name, got, under.all[ana], want, session)
		}
	}

	d, under := rig()
	get(d)
	check("alone", put(d, "1"), nil, under, "1")
	check("one reading is good for one step", put(d, "2"), ratchet.ErrChanged, under, "1")

	d, under = rig()
	get(d)
	if err := decrypt(d, "in"); err != nil {
		t.Fatal(err)
	}
	check("a decryption between", put(d, "1"), ratchet.ErrChanged, under, "in")
	get(d)
	check("and then again", put(d, "2"), nil, under, "2")

	d, under = rig()
	if _, err := d.Sessions.GetSession(t.Context(), "nobody"); err != nil {
		t.Fatal(err)
	}
	err := d.Sessions.PutSession(t.Context(), "nobody", []byte("new"))
	check("a session that is new", err, nil, under, "0")
}
