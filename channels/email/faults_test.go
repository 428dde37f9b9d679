package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"recado/channels"
	"recado/core/message"
	"recado/testenv"
)

// counter is a sink as the inbox is one: it knows by its key what it has. It fails the
// test on what comes out of order.
type counter struct {
	mu    sync.Mutex
	keys  map[message.Key]int
	texts []string // of what was new, in order
	until int
	all   chan struct{} // closed once until were new
}

func newCounter(until int) *counter {
	return &counter{keys: map[message.Key]int{}, until: until, all: make(chan struct{})}
}

func (c *counter) Accept(_ context.Context, items ...message.Inbound) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, in := range items {
		if c.keys[in.Key]++; c.keys[in.Key] > 1 {
			continue
		}
		first, _, _ := strings.Cut(in.Text, "\n") // what follows is there to be long
		c.texts = append(c.texts, strings.Clone(first))
		if len(c.texts) == c.until {
			close(c.all)
		}
	}
	return nil
}

// wait ends when all are there, or when for so long no further one came.
func (c *counter) wait(t *testing.T) {
	const within = time.Minute
	t.Helper()
	for before := -1; ; {
		select {
		case <-c.all:
			return
		case <-time.After(within):
		}
		c.mu.Lock()
		there := len(c.texts)
		c.mu.Unlock()
		if there == before {
			t.Fatalf("%d of %d mails are there, and for %v no more came", there, c.until, within)
		}
		before = there
	}
}

func run(t *testing.T, m *Mailbox, sink channels.Sink) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx, sink) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// Dovecot's line is cut at every step of a whole session: at the k-th thing that the
// server says, and at the k-th that we say, for every k until nothing is left to cut.
// Afterwards every mail has come, in order, and none is left in the folder that it should
// have been moved from.
func TestRealLineCutAtEveryStep(t *testing.T) {
	const mails = 3
	for name, ours := range map[string]bool{"what the server says": false, "what we say": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			steps := 0
			for cutAt(t, steps, ours, mails) {
				if steps++; steps > 200 {
					t.Fatal("the session never ends")
				}
			}
			if steps < 8 {
				t.Errorf("only %d steps were cut", steps)
			}
			t.Logf("%d cuts, and everything was there", steps)
		})
	}
}

// cutAt runs one session whose line is cut after k chunks, and reports whether it was.
func cutAt(t *testing.T, k int, ours bool, mails int) bool {
	t.Helper()
	o := realOptions(t)
	o.SMTP = newSMTP(t).options()
	put := appender(t, o.IMAP.Server)
	line := testenv.NewLine(t, o.IMAP.addr())
	o.IMAP.Port, o.IMAP.MoveTo, o.IMAP.Poll = line.Port(), "Feito", 50*time.Millisecond
	o.IMAP.Batch = 2
	var want []string
	letter := func(i int) string {
		text := fmt.Sprintf("mail %d de %d", i, k)
		want = append(want, text)
		return letterFrom(fmt.Sprintf("%d.%d.%v", i, k, ours), text+"\r\n\r\n-- \r\n"+strings.Repeat("assinatura comprida\r\n", 400))
	}
	for i := range mails {
		put(letter(i))
	}
	sink := newCounter(mails + 1)
	m, err := NewMailbox(o)
	if err != nil {
		t.Fatal(err)
	}
	line.CutAfter(k, ours)
	stop := run(t, m, sink)
	put(letter(mails)) // it may be told of in IDLE
	sink.wait(t)
	awaitFolder(t, realServer(t, testenv.IMAP(t), o.Address), "INBOX", func(left [][]byte) bool { return len(left) == 0 })
	stop()
	if !slices.Equal(sink.texts, want) {
		t.Errorf("cut after %d: came %q, want %q", k, sink.texts, want)
	}
	return line.Cuts() > 0
}

// imapAt is a connection beside the tested one.
func imapAt(t testing.TB, s Server) *imapclient.Client {
	t.Helper()
	c, err := imapclient.DialInsecure(s.addr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Login(s.User, testenv.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	return c
}

// awaitFolder waits until a folder's mails are as they should be.
func awaitFolder(t *testing.T, s Server, name string, ok func([][]byte) bool) {
	t.Helper()
	c := imapAt(t, s)
	defer c.Close()
	for deadline := time.Now().Add(30 * time.Second); ; channels.Sleep(context.Background(), 5*time.Millisecond) {
		box, err := c.Select(name, &imap.SelectOptions{ReadOnly: true}).Wait()
		if err != nil {
			t.Fatal(err)
		}
		if left := make([][]byte, box.NumMessages); ok(left) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s has %d mails", name, box.NumMessages)
		}
	}
}

// The folder is deleted at Dovecot and made again, with the old mails put back and new
// ones among them, while it is read. The old ones are known by their keys.
func TestRealFolderMadeAnew(t *testing.T) {
	o := realOptions(t)
	o.SMTP = newSMTP(t).options()
	o.IMAP.Folders = []string{"Suporte"}
	c := imapAt(t, o.IMAP.Server)
	create := func() uint32 {
		if err := c.Create("Suporte", nil).Wait(); err != nil {
			t.Fatal(err)
		}
		status, err := c.Status("Suporte", &imap.StatusOptions{UIDValidity: true}).Wait()
		if err != nil {
			t.Fatal(err)
		}
		return status.UIDValidity
	}
	before := create()
	put := func(id string) { appendTo(t, c, "Suporte", letterFrom(id, "mail "+id)) }
	sink := newCounter(5)
	m, err := NewMailbox(o)
	if err != nil {
		t.Fatal(err)
	}
	put("1")
	put("2")
	run(t, m, sink)
	awaitCount(t, sink, 2)
	if err := c.Delete("Suporte").Wait(); err != nil {
		t.Fatal(err)
	}
	if after := create(); after == before {
		t.Fatalf("UIDVALIDITY is still %d", after)
	}
	for _, id := range []string{"3", "2", "1", "4", "5"} {
		put(id)
	}
	sink.wait(t)
	if want := []string{"mail 1", "mail 2", "mail 3", "mail 4", "mail 5"}; !slices.Equal(sink.texts, want) {
		t.Errorf("came %q, want %q", sink.texts, want)
	}
}

func appendTo(t testing.TB, c *imapclient.Client, folder, raw string) {
	t.Helper()
	cmd := c.Append(folder, int64(len(raw)), nil)
	_, err := io.WriteString(cmd, raw)
	if err = errors.Join(err, cmd.Close()); err == nil {
		_, err = cmd.Wait()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func awaitCount(t *testing.T, c *counter, n int) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; channels.Sleep(context.Background(), 5*time.Millisecond) {
		c.mu.Lock()
		got := len(c.texts)
		c.mu.Unlock()
		if got >= n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d mails came", got, n)
		}
	}
}

// Handled mail is moved on real Dovecot, by MOVE, into a folder with an accent that did
// not exist; and the same mail in two folders, as with Gmail's labels, is one item.
func TestRealMoveAndLabels(t *testing.T) {
	o := realOptions(t)
	o.SMTP = newSMTP(t).options()
	o.Ledger = "desk"
	o.IMAP.Folders, o.IMAP.MoveTo = []string{"INBOX", "Etiqueta"}, "Já lidos/São Paulo"
	c := imapAt(t, o.IMAP.Server)
	if !c.Caps().Has(imap.CapMove) {
		t.Fatal("this Dovecot has no MOVE")
	}
	if err := c.Create("Etiqueta", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"INBOX", "Etiqueta"} {
		appendTo(t, c, folder, letterFrom("1", "um"))
	}
	appendTo(t, c, "Etiqueta", letterFrom("2", "dois"))
	sink := newCounter(2)
	m, err := NewMailbox(o)
	if err != nil {
		t.Fatal(err)
	}
	run(t, m, sink)
	sink.wait(t)
	for _, folder := range []string{"INBOX", "Etiqueta"} {
		awaitFolder(t, o.IMAP.Server, folder, func(left [][]byte) bool { return len(left) == 0 })
	}
	awaitFolder(t, o.IMAP.Server, "Já lidos/São Paulo", func(there [][]byte) bool { return len(there) == 3 })
}
