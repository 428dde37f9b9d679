package email

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"recado/channels"
	"recado/core/message"
)

// desktop is a sink for cases that the suite does not have: it tells what comes.
type desktop struct {
	accept func(items []message.Inbound) error
	came   chan message.Inbound
}

func newDesktop() *desktop { return &desktop{came: make(chan message.Inbound, 1000)} }

func (d *desktop) Accept(_ context.Context, items ...message.Inbound) error {
	if d.accept != nil {
		if err := d.accept(items); err != nil {
			return err
		}
	}
	for _, in := range items {
		d.came <- in
	}
	return nil
}

func (d *desktop) next(t *testing.T) message.Inbound {
	t.Helper()
	select {
	case in := <-d.came:
		return in
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came")
		return message.Inbound{}
	}
}

// runMailbox runs until the returned function is called, which waits for the end.
func runMailbox(t *testing.T, o Options, sink *desktop) (*Mailbox, func() error) {
	t.Helper()
	m, err := NewMailbox(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx, sink) }()
	var once sync.Once
	var result error
	stop := func() error {
		once.Do(func() { cancel(); result = <-done })
		return result
	}
	t.Cleanup(func() { _ = stop() })
	return m, stop
}

func mailboxOptions(t *testing.T, in *imapUpstream) Options {
	o := testOptions(t)
	o.IMAP = in.options()
	return o
}

// flags reads the flags of each mail, in order.
func (u *imapUpstream) flags(t *testing.T) (all [][]imap.Flag) {
	t.Helper()
	c, err := imapclient.DialInsecure(u.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Login(testUser, testPassword).Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Select("INBOX", nil).Wait(); err != nil {
		t.Fatal(err)
	}
	mails, err := c.Fetch(imap.UIDSet{{Start: 1}}, &imap.FetchOptions{Flags: true}).Collect()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mails {
		all = append(all, m.Flags)
	}
	return all
}

func TestSeenIsSetAfterTheCommitOnly(t *testing.T) {
	in := newIMAP(t, asItIs)
	in.put(t, letterFrom("1", "um"))
	during := make(chan [][]imap.Flag, 1)
	sink := newDesktop()
	sink.accept = func([]message.Inbound) error { during <- in.flags(t); return nil }
	_, stop := runMailbox(t, mailboxOptions(t, in), sink)
	sink.next(t)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if got := <-during; slices.Contains(got[0], imap.FlagSeen) {
		t.Errorf("seen before the commit: %v", got)
	}
	if got := in.flags(t); !slices.Contains(got[0], imap.FlagSeen) {
		t.Errorf("not seen after the commit: %v", got)
	}
}

func TestLeaveUnseen(t *testing.T) {
	in := newIMAP(t, asItIs)
	in.put(t, letterFrom("1", "um"))
	o := mailboxOptions(t, in)
	o.IMAP.LeaveUnseen = true
	sink := newDesktop()
	_, stop := runMailbox(t, o, sink)
	sink.next(t)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if got := in.flags(t); slices.Contains(got[0], imap.FlagSeen) {
		t.Errorf("flags %v", got)
	}
}

// The memory server has neither MOVE nor UIDPLUS: what was copied is marked.
func TestMoved(t *testing.T) {
	for _, folder := range []string{"Feito", "Ainda não há"} {
		t.Run(folder, func(t *testing.T) {
			in := newIMAP(t, asItIs)
			if err := in.user.Create("Feito", nil); err != nil {
				t.Fatal(err)
			}
			in.put(t, letterFrom("1", "um"))
			o := mailboxOptions(t, in)
			o.IMAP.MoveTo = folder
			sink := newDesktop()
			_, stop := runMailbox(t, o, sink)
			sink.next(t)
			in.put(t, letterFrom("2", "dois"))
			sink.next(t)
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			for _, flags := range in.flags(t) {
				if !slices.Contains(flags, imap.FlagDeleted) {
					t.Errorf("flags %v", flags)
				}
			}
			if status, err := in.user.Status(folder, &imap.StatusOptions{NumMessages: true}); err != nil || *status.NumMessages != 2 {
				t.Errorf("the folder has %v mails: %v", status, err)
			}
		})
	}
}

// A server that cannot move stops nothing.
func TestMoveThatFails(t *testing.T) {
	s := newOddServer(t, func(s *oddServer) {
		s.caps = "MOVE"
		s.other = func(c *oddConn, cmd string) bool {
			if !strings.HasPrefix(cmd, "CREATE") {
				return false
			}
			c.say("%s NO [NOPERM] not here", c.tag)
			return true
		}
	}, letterFrom("1", "um"))
	o := s.options(t)
	o.IMAP.MoveTo = "Feito"
	sink := newDesktop()
	_, stop := runMailbox(t, o, sink)
	sink.next(t)
	s.put(letterFrom("2", "dois"))
	sink.next(t)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

func TestFolderMadeAnewIsReadFromItsStart(t *testing.T) {
	in := newIMAP(t, asItIs)
	in.put(t, letterFrom("1", "um"))
	o := mailboxOptions(t, in)
	first := newDesktop()
	_, stop := runMailbox(t, o, first)
	before := first.next(t)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if err := in.user.Delete("INBOX"); err != nil {
		t.Fatal(err)
	}
	if err := in.user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	in.put(t, letterFrom("1", "um"))
	in.put(t, letterFrom("2", "dois"))
	second := newDesktop()
	_, stop = runMailbox(t, o, second)
	again, fresh := second.next(t), second.next(t)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if again.Key != before.Key {
		t.Errorf("the same mail has key %s, then %s", before.Key, again.Key)
	}
	if fresh.Text != "dois" {
		t.Errorf("then came %q", fresh.Text)
	}
}

func TestRefusedPasswordEndsRun(t *testing.T) {
	in := newIMAP(t, asItIs)
	o := mailboxOptions(t, in)
	o.IMAP.Password = func(context.Context) (string, error) { return "errada", nil }
	m, err := NewMailbox(o)
	if err != nil {
		t.Fatal(err)
	}
	err = m.Run(context.Background(), newDesktop())
	if err == nil || !strings.Contains(err.Error(), "refused the password") {
		t.Errorf("Run returned %v", err)
	}
	if s := m.State(); s.Up || strings.Contains(s.Detail, "errada") {
		t.Errorf("state %+v", s)
	}
}

// A mail on which the sink always panics is handed in stripped; those around it whole.
func TestMailThatTheSinkCannotBear(t *testing.T) {
	in := newIMAP(t, asItIs)
	for i, text := range []string{"antes", "veneno", "depois"} {
		in.put(t, letterFrom(fmt.Sprint(i), text))
	}
	sink := newDesktop()
	sink.accept = func(items []message.Inbound) error {
		for _, in := range items {
			if in.Text == "veneno" {
				panic("veneno")
			}
		}
		return nil
	}
	_, stop := runMailbox(t, mailboxOptions(t, in), sink)
	antes, veneno, depois := sink.next(t), sink.next(t), sink.next(t)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if antes.Text != "antes" || depois.Text != "depois" {
		t.Errorf("around it came %q and %q", antes.Text, depois.Text)
	}
	if veneno.Text != "" || veneno.Defect != message.Garbled || veneno.Original == "" || veneno.Check() != nil {
		t.Errorf("it came as %+v", veneno)
	}
}

func TestMailTooLargeIsReadInPart(t *testing.T) {
	in := newIMAP(t, asItIs)
	in.put(t, letterFrom("0", "antes"))
	in.put(t, letterFrom("1", "começo\r\n"+strings.Repeat("0123456789abcdef\r\n", 4000)))
	in.put(t, letterFrom("2", "depois"))
	o := mailboxOptions(t, in)
	o.MaxMail = 4096
	sink := newDesktop()
	_, stop := runMailbox(t, o, sink)
	antes, large, depois := sink.next(t), sink.next(t), sink.next(t)
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if antes.Text != "antes" || depois.Text != "depois" {
		t.Errorf("around it came %q and %q", antes.Text, depois.Text)
	}
	if !strings.HasPrefix(large.Text, "começo") || large.Defect != message.Incomplete || large.OriginalSize < 60_000 {
		t.Errorf("text %.20q, defect %q of %d bytes", large.Text, large.Defect, large.OriginalSize)
	}
}

// A store that is down holds everything up and loses nothing.
// TestFilesAway gives up in the middle of an answer of the server: the mails behind
// the first are still on their way.
func TestFilesAway(t *testing.T) {
	in := newIMAP(t, asItIs)
	for _, word := range []string{"um", "dois", "três"} {
		in.put(t, letterFrom(word, word))
	}
	o := mailboxOptions(t, in)
	files := &memFiles{down: errors.New("the disk is full")}
	o.Files = files
	sink := newDesktop()
	m, stop := runMailbox(t, o, sink)
	deadline := time.Now().Add(20 * time.Second)
	for !strings.Contains(m.State().Detail, "the disk is full") {
		if time.Now().After(deadline) {
			t.Fatalf("state %+v", m.State())
		}
		channels.Sleep(context.Background(), time.Millisecond)
	}
	files.mu.Lock()
	files.down = nil
	files.mu.Unlock()
	for _, word := range []string{"um", "dois", "três"} {
		if got := sink.next(t); got.Text != word {
			t.Errorf("came %q, want %q", got.Text, word)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

func TestManyMailsComeInBatches(t *testing.T) {
	in := newIMAP(t, asItIs)
	const n = 130
	for i := range n {
		in.put(t, letterFrom(fmt.Sprint(i), fmt.Sprint("mail ", i)))
	}
	largest := 0
	sink := newDesktop()
	sink.accept = func(items []message.Inbound) error { largest = max(largest, len(items)); return nil }
	_, stop := runMailbox(t, mailboxOptions(t, in), sink)
	for i := range n {
		if got := sink.next(t); got.Text != fmt.Sprint("mail ", i) {
			t.Fatalf("mail %d is %q", i, got.Text)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if largest != 50 {
		t.Errorf("the largest batch had %d, want 50", largest)
	}
}

func TestBatch(t *testing.T) {
	const mb = 1 << 20
	sizes := func(s ...int64) (entries []entry) {
		for i, size := range s {
			entries = append(entries, entry{uint32(i + 1), size})
		}
		return entries
	}
	tests := []struct {
		name    string
		entries []entry
		want    int
	}{
		{"few and small", sizes(1, 1, 1), 3},
		{"too many", sizes(1, 1, 1, 1, 1, 1), 5},
		{"together too large", sizes(10*mb, 10*mb), 1},
		{"one beyond a batch, alone", sizes(40*mb, 1), 1},
		{"one beyond what is read, alone", sizes(60*mb, 1), 1},
		{"those before one beyond what is read", sizes(1, 1, 60*mb), 2},
	}
	for _, tt := range tests {
		if got := batch(tt.entries, 5, 50*mb); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}
