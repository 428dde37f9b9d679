package email

import (
	"context"
	"fmt"
	"io"
	"sync"
	"testing"

	"recado/core/message"
)

// backwards is a store that lets the first mails go only once as many are there as are
// ever read at the same time, the last of them first.
type backwards struct {
	memFiles
	mu           sync.Mutex
	came, inside int
	most         int
	full         chan struct{}
	gone         [readers + 1]chan struct{}
}

func newBackwards() *backwards {
	b := &backwards{full: make(chan struct{})}
	for i := range b.gone {
		b.gone[i] = make(chan struct{})
	}
	close(b.gone[readers])
	return b
}

func (b *backwards) Keep(ctx context.Context, r io.Reader, limit int64) (string, int64, error) {
	b.mu.Lock()
	n := b.came
	b.came, b.inside = b.came+1, b.inside+1
	b.most = max(b.most, b.inside)
	if b.came == readers {
		close(b.full)
	}
	b.mu.Unlock()
	if n < readers {
		<-b.full
		<-b.gone[n+1]
		defer close(b.gone[n])
	}
	defer func() { b.mu.Lock(); b.inside--; b.mu.Unlock() }()
	return b.memFiles.Keep(ctx, r, limit)
}

func TestMailsReadTogetherComeInTheirOrder(t *testing.T) {
	in := newIMAP(t, asItIs)
	const n = 3 * readers
	for i := range n {
		in.put(t, letterFrom(fmt.Sprint(i), fmt.Sprint("mail ", i)))
	}
	o, files, sink := mailboxOptions(t, in), newBackwards(), newDesktop()
	o.Files = files
	_, stop := runMailbox(t, o, sink)
	for i := range n {
		if got := sink.next(t); got.Text != fmt.Sprint("mail ", i) {
			t.Fatalf("mail %d is %q", i, got.Text)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if files.most != readers {
		t.Errorf("%d mails were read at the same time, want %d", files.most, readers)
	}
}

// fragile is a store that panics on its first mails.
type fragile struct {
	memFiles
	mu   sync.Mutex
	left int
}

func (f *fragile) Keep(ctx context.Context, r io.Reader, limit int64) (string, int64, error) {
	f.mu.Lock()
	f.left--
	broken := f.left >= 0
	f.mu.Unlock()
	if broken {
		panic("a bug of the store")
	}
	return f.memFiles.Keep(ctx, r, limit)
}

func TestStoreThatPanics(t *testing.T) {
	in := newIMAP(t, asItIs)
	for _, word := range []string{"um", "dois", "três"} {
		in.put(t, letterFrom(word, word))
	}
	o, sink := mailboxOptions(t, in), newDesktop()
	o.Files = &fragile{left: 2}
	committed := 0
	sink.accept = func(items []message.Inbound) error { committed += len(items); return nil }
	_, stop := runMailbox(t, o, sink)
	for _, word := range []string{"um", "dois", "três"} {
		if got := sink.next(t); got.Text != word {
			t.Errorf("came %q, want %q", got.Text, word)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if committed != 3 {
		t.Errorf("%d mails were committed, want 3", committed)
	}
}
