package main_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestStopDrains stops the program amid its work: what is begun is ended, the exit
// code says that all is well, and the next start goes on where this one ended. After
// an orderly end nothing at all comes twice.
func TestStopDrains(t *testing.T) {
	t.Parallel()
	s := newStorm(t, settings{})
	p := s.desk.serveReading()
	<-s.arrive(0)
	eventually(t, deliveryTime, "some of the work is done", func() bool { return s.ended() > 0 })
	arriving := s.arrive(1)
	done := s.ended()
	p.terminate()
	told := time.Now()
	if code := p.ends(30 * time.Second); code != 0 {
		t.Errorf("ended with %d", code)
	}
	t.Logf("told to end with %d mails done: ended %v later with %d done, %d waiting and %d messages unsent", done, time.Since(told).Round(time.Millisecond),
		s.ended(), s.desk.ledger.outcomes()[""], s.desk.ledger.unsent())
	if n := s.desk.ledger.number("select count(*) from conversation where owner <> ''"); n > 0 {
		t.Errorf("%d conversations are still claimed", n)
	}
	if n := s.desk.ledger.number("select count(*) from lease where lease_until > 0"); n > 0 {
		t.Errorf("%d leases are still held", n)
	}

	<-arriving
	arrived := 2 * inAll / kills
	s.desk.serve()
	s.desk.ledger.endsWith(time.Minute, map[string]int{"opened": senders, "added": arrived - senders})
	if again := s.received(s.bia, arrived); again > 0 {
		t.Errorf("%d letters came twice", again)
	}
}

// TestSecondSignalStopsAtOnce has a mail server that never answers: the first signal
// waits for it, the second does not.
func TestSecondSignalStopsAtOnce(t *testing.T) {
	t.Parallel()
	silent := silentSMTP(t)
	d := newSite(t, settings{smtp: silent.addr}, person{nick: "ana", name: "Ana Lima"}, person{nick: "bia", name: "Bia Campos", team: "agent"})
	p := d.serveReading()
	ana := d.person("ana")
	ana.writes(draft{subject: "Relatório", text: "O relatório de fretes não abre.", header: []string{ana.vouched()}})
	select {
	case <-silent.held:
	case <-time.After(deliveryTime):
		t.Fatal("nothing was sent")
	}
	p.terminate()
	p.says(10*time.Second, "a second signal stops at once")
	p.running()
	p.terminate()
	again := time.Now()
	if code := p.ends(5 * time.Second); code == 0 {
		t.Error("what was cut short ended with 0")
	}
	t.Logf("the second signal ended it within %v", time.Since(again).Round(time.Millisecond))
	if n := d.ledger.unsent(); n != 2 {
		t.Errorf("%d messages wait to be sent, want the two that were cut short", n)
	}
}

// smtpSilence is a mail server that greets, and then says nothing more.
type smtpSilence struct {
	addr string
	held chan struct{} // closed once somebody waits for its answer
}

func silentSMTP(t *testing.T) *smtpSilence {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &smtpSilence{addr: l.Addr().String(), held: make(chan struct{})}
	go func() {
		for first := true; ; first = false {
			conn, err := l.Accept()
			if err != nil {
				return // closed: the test ends
			}
			t.Cleanup(func() { _ = conn.Close() })
			if _, err := fmt.Fprint(conn, "220 silent.example\r\n"); err != nil || !first {
				continue
			}
			if _, err := bufio.NewReader(conn).ReadString('\n'); err == nil {
				close(s.held)
			}
		}
	}()
	return s
}

// TestOneProcessAFolder starts a second process on the folder of the embedded
// database.
func TestOneProcessAFolder(t *testing.T) {
	t.Parallel()
	d := newSite(t, settings{}, person{nick: "bia", name: "Bia Campos", team: "agent"})
	d.serveReading()
	second := d.serve("RECADO_WEB_LISTEN=" + freePort(t))
	if code := second.ends(10 * time.Second); code == 0 {
		t.Error("a second process ended as if all were well")
	}
	mustHold(t, string(second.output()), d.data, "another recado is running on this data folder; stop it first")
	mustLack(t, string(second.output()), "no ar", "goroutine")
	if !d.readBy(d.pages) {
		t.Error("the first process no longer reads the mailbox")
	}
}

// TestStartAndRest measures. What is aimed at is in docs/performance.md; a machine
// under load is no fault of the program's.
func TestStartAndRest(t *testing.T) {
	d := newSite(t, settings{}, person{nick: "bia", name: "Bia Campos", team: "agent"})
	for _, start := range []string{"first start of a built program", "second start"} {
		p := d.serve()
		eventually(t, 20*time.Second, "it is ready", func() bool { return p.running() && partUp(t, d.pages, "runtime") })
		ready := time.Since(p.begun)
		d.reads(p, 20*time.Second)
		t.Logf("%s: ready after %v, reading the mailbox after %v, %d MB resident", start,
			ready.Round(time.Millisecond), time.Since(p.begun).Round(time.Millisecond), p.resident()>>20)
		p.terminate()
		if code := p.ends(20 * time.Second); code != 0 {
			t.Errorf("told to end while idle, it ended with %d", code)
		}
	}
}

// resident is the memory that the process has now, in bytes.
func (p *program) resident() int64 {
	p.t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		p.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				p.t.Fatal(err)
			}
			return kB << 10
		}
	}
	p.t.Fatal("no VmRSS")
	return 0
}
