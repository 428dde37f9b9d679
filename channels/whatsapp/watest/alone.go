package watest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"testing"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// Stand is a testing.TB for a program that measures: it has no test around it.
type Stand struct {
	testing.TB // nil: only what is below is ever asked for
	out        io.Writer

	mu     sync.Mutex
	faults []error
	last   []func()
}

// Alone makes one. What fails is written to out and returned by End; what is fatal panics.
func Alone(out io.Writer) *Stand { return &Stand{out: out} }

// End cleans up, last first, and returns what failed.
func (s *Stand) End() error {
	for _, clean := range slices.Backward(s.last) {
		clean()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.faults...)
}

// Helper implements testing.TB.
func (*Stand) Helper() {}

// Cleanup implements testing.TB.
func (s *Stand) Cleanup(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = append(s.last, f)
}

// Context implements testing.TB.
func (*Stand) Context() context.Context { return context.Background() }

// Error implements testing.TB.
func (s *Stand) Error(args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, errors.New(fmt.Sprint(args...)))
}

// Errorf implements testing.TB.
func (s *Stand) Errorf(format string, args ...any) { s.Error(fmt.Sprintf(format, args...)) }

// Fatal implements testing.TB.
func (s *Stand) Fatal(args ...any) {
	_, _ = fmt.Fprintln(s.out, args...)
	panic(fmt.Sprint(args...)) // there is no test to end
}

// Fatalf implements testing.TB.
func (s *Stand) Fatalf(format string, args ...any) { s.Fatal(fmt.Sprintf(format, args...)) }

// Logf implements testing.TB.
func (s *Stand) Logf(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format+"\n", args...) }

// TempDir implements testing.TB.
func (s *Stand) TempDir() string {
	folder, err := os.MkdirTemp("", "recado-watest-*")
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = os.RemoveAll(folder) }) // in the folder for temporary files
	return folder
}

// Echo is a phone that answers every message with its own words: what two clients and
// this server can do, with nothing between.
func (s *Server) Echo(number string) *Phone {
	p := s.Phone(number, "Eco")
	p.AddEventHandler(func(event any) {
		m, is := event.(*events.Message)
		if !is || m.Info.IsFromMe {
			return
		}
		go p.Say(s.accountOf(m.Info.Sender.ToNonAD()), Words(m))
	})
	return p
}

func (s *Server) accountOf(jid types.JID) *Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(jid)
}
