package email

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"recado/channels"
	"recado/testenv"
)

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
