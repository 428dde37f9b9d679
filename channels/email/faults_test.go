package email

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
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

// fullDisk is a folder of files on a disk of 256 KB, until it is grown. Root has a real
// one; others get the error that a real one gave.
type fullDisk struct {
	memFiles
	folder string // on the small disk; "" without one
	full   atomic.Bool
	failed atomic.Int64
}

func newFullDisk(t *testing.T) *fullDisk {
	t.Helper()
	d := &fullDisk{}
	d.full.Store(true)
	folder := t.TempDir()
	if os.Geteuid() != 0 || exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder).Run() != nil {
		return d
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) }) // the folder is temporary
	d.folder = folder
	return d
}

func (d *fullDisk) Keep(ctx context.Context, r io.Reader, limit int64) (string, int64, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return "", 0, err
	}
	if d.folder != "" {
		name := filepath.Join(d.folder, rand.Text())
		err = os.WriteFile(name, raw, 0o600)
		if err != nil {
			_ = os.Remove(name) // as files.Folder does
		}
	} else if d.full.Load() && len(raw) > 64<<10 {
		err = syscall.ENOSPC
	}
	if err != nil {
		d.failed.Add(1)
		return "", 0, fmt.Errorf("keeping a file: %w", err)
	}
	return d.memFiles.Keep(ctx, bytes.NewReader(raw), limit)
}

func (d *fullDisk) grow(t *testing.T) {
	t.Helper()
	d.full.Store(false)
	if d.folder == "" {
		return
	}
	if out, err := exec.CommandContext(t.Context(), "mount", "-o", "remount,size=64m", d.folder).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// The disk of the attachments is full: mail waits at Dovecot, unseen and where it was,
// and the state says why; SMTP answers 451. When there is room again all of it arrives.
func TestRealDiskFull(t *testing.T) {
	o := realOptions(t)
	o.SMTP = newSMTP(t).options()
	disk := newFullDisk(t)
	t.Logf("a real small disk: %v", disk.folder != "")
	o.Files = disk
	o.IMAP.MoveTo = "Feito"
	put := appender(t, o.IMAP.Server)
	const mails = 6
	var want []string
	for i := range mails {
		text := fmt.Sprint("mail ", i)
		want = append(want, text)
		put(withFile(fmt.Sprint(i), text, 100<<10))
	}
	sink := newCounter(mails)
	m, err := NewMailbox(o)
	if err != nil {
		t.Fatal(err)
	}
	run(t, m, sink)
	for deadline := time.Now().Add(30 * time.Second); disk.failed.Load() < 3; channels.Sleep(context.Background(), time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the disk was never full")
		}
	}
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(m.State().Detail, "no space left on device"); channels.Sleep(context.Background(), time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("state %+v", m.State())
		}
	}
	sink.mu.Lock()
	taken := len(sink.texts)
	sink.mu.Unlock()
	awaitFolder(t, o.IMAP.Server, "INBOX", func(left [][]byte) bool { return len(left) == mails-taken })

	listen := testOptions(t)
	listen.Files = disk
	addr := runListener(t, listen, ListenOptions{}, newDesktop())
	if err := submit(t, addr, "ana@cliente.example", []string{"suporte@desk.example"}, withFile("x", "x", 300<<10)); code(err) != 451 {
		t.Errorf("by SMTP: %v, want 451", err)
	}
	disk.grow(t)
	sink.wait(t)
	if !slices.Equal(sink.texts, want) {
		t.Errorf("came %q", sink.texts)
	}
	if err := submit(t, addr, "ana@cliente.example", []string{"suporte@desk.example"}, withFile("x", "x", 300<<10)); err != nil {
		t.Errorf("by SMTP, with room again: %v", err)
	}
	awaitFolder(t, o.IMAP.Server, "Feito", func(there [][]byte) bool { return len(there) == mails })
}

// withFile is a mail with an attachment of about so many bytes as it travels.
func withFile(id, text string, size int) string {
	head := strings.NewReplacer("Content-Type: text/plain; charset=utf-8\r\n", "Content-Type: multipart/mixed; boundary=b\r\n",
		"Content-Transfer-Encoding: 8bit\r\n", "").Replace(letterFrom(id, ""))
	content := strings.Repeat(strings.Repeat("QUJD", 19)+"\r\n", size/78+1)
	return head + "--b\r\nContent-Type: text/plain\r\n\r\n" + text + "\r\n--b\r\nContent-Type: application/pdf; name=\"" + id +
		".pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + content + "\r\n--b--\r\n"
}

// A mailbox of 10,000 mails, of which one in twenty has 100 KB, is taken in: nothing is
// missing, the order is kept, and what it takes of memory is bounded.
func TestRealTenThousandMails(t *testing.T) {
	mails := 10_000
	if underRace || testing.Short() {
		mails = 1000 // `make suite` runs it whole without the detector
	}
	o := realOptions(t)
	o.SMTP = newSMTP(t).options()
	o.Files = &discard{}
	o.IMAP.LeaveUnseen = true
	begun := time.Now()
	fill(t, o.IMAP.Server, mails)
	t.Logf("filled in %v", time.Since(begun).Round(time.Millisecond))
	sink := newCounter(mails)
	m, err := NewMailbox(o)
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	peak := watchHeap(t)
	begun = time.Now()
	run(t, m, sink)
	sink.wait(t)
	took, most := time.Since(begun), peak()
	t.Logf("%d mails in %v, %.0f/s; heap at most %d MB", mails, took.Round(time.Millisecond), float64(mails)/took.Seconds(), most>>20)
	for i, text := range sink.texts {
		if want := fmt.Sprint("mail ", i); text != want {
			t.Fatalf("the %d-th is %q", i, text)
		}
	}
	if most > 120<<20 {
		t.Errorf("the heap grew to %d MB", most>>20)
	}
}

// discard keeps nothing, so that what is measured is the mail's own.
type discard struct{}

func (discard) Keep(_ context.Context, r io.Reader, _ int64) (string, int64, error) {
	n, err := io.Copy(io.Discard, r)
	return strings.Repeat("0", 64), n, err
}

func (discard) Open(context.Context, string) (io.ReadCloser, error) {
	return nil, errors.New("nothing is kept")
}

// watchHeap samples the heap until the function it returns is called, which gives the most.
func watchHeap(t *testing.T) func() uint64 {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan uint64, 1)
	go func() {
		var most uint64
		var s runtime.MemStats
		for channels.Sleep(ctx, 20*time.Millisecond) {
			runtime.ReadMemStats(&s)
			most = max(most, s.HeapInuse)
		}
		done <- most
	}()
	return func() uint64 { cancel(); return <-done }
}

// fill puts mails into Dovecot, in order, a thousand with each command (MULTIAPPEND, RFC
// 3502, with LITERAL+): one by one it takes minutes.
func fill(t *testing.T, s Server, mails int) {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	done := func(tag string) {
		for lines.Scan() {
			if said := lines.Text(); strings.HasPrefix(said, tag) {
				if !strings.HasPrefix(said, tag+" OK") {
					t.Fatalf("Dovecot says %s", said)
				}
				return
			}
		}
		t.Fatal("Dovecot hung up")
	}
	fmt.Fprintf(conn, "a LOGIN %s %s\r\n", s.User, testenv.Password)
	done("a")
	for i := 0; i < mails; {
		out := bufio.NewWriter(conn)
		fmt.Fprint(out, "b APPEND INBOX")
		for last := min(i+1000, mails); i < last; i++ {
			id, text := fmt.Sprint(i), fmt.Sprint("mail ", i)
			raw := letterFrom(id, text+"\r\n\r\n-- \r\n"+strings.Repeat("assinatura\r\n", 150))
			if i%20 == 0 {
				raw = withFile(id, text, 100<<10)
			}
			fmt.Fprintf(out, " {%d+}\r\n%s", len(raw), raw)
		}
		fmt.Fprint(out, "\r\n")
		if err := out.Flush(); err != nil {
			t.Fatal(err)
		}
		done("b")
	}
}
