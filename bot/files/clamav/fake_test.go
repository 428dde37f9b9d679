package clamav_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"sync"
	"testing"
)

// virus is what the fake finds something in.
const virus = "this is only a test of the scanner"

// fakeClamd speaks clamd's protocol, as its manual page and its answers have it, and
// fails the test for a client that breaks it.
type fakeClamd struct {
	t       testing.TB
	address string
	limit   int // of a stream

	mu      sync.Mutex
	fault   func(net.Conn) bool // does something else on a connection; nil, or false: nothing
	streams int
}

func newFakeClamd(t testing.TB, network string) *fakeClamd {
	t.Helper()
	at := "127.0.0.1:0"
	if network == "unix" {
		at = filepath.Join(t.TempDir(), "clamd.ctl")
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), network, at)
	if err != nil {
		t.Fatal(err)
	}
	f := &fakeClamd{t: t, address: l.Addr().String(), limit: 30 << 20}
	var served sync.WaitGroup
	served.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			served.Go(func() { f.serve(conn) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); served.Wait() })
	return f
}

// faulty does fault on each connection that comes; nil ends that.
func (f *fakeClamd) faulty(fault func(net.Conn) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

func (f *fakeClamd) scanned() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.streams
}

func (f *fakeClamd) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	f.mu.Lock()
	fault := f.fault
	f.mu.Unlock()
	if fault != nil && fault(conn) {
		return
	}
	r := bufio.NewReader(conn)
	command, err := r.ReadString(0)
	if err != nil {
		return // somebody who only looked whether the port is open
	}
	if command != "zIDSESSION\x00" {
		f.obey(conn, r, command, "")
		return
	}
	for n := 1; ; n++ {
		command, err := r.ReadString(0)
		switch {
		case err != nil:
			return // the client gave up
		case command == "zEND\x00":
			if n, _ := r.Read(make([]byte, 1)); n > 0 {
				f.t.Error("the client says more after the end of the session")
			}
			return
		}
		if !f.obey(conn, r, command, fmt.Sprintf("%d: ", n)) {
			return
		}
	}
}

// obey does one command; number is in front of its answer in a session. It reports whether
// the session goes on.
func (f *fakeClamd) obey(conn net.Conn, r io.Reader, command, number string) bool {
	switch command {
	case "zPING\x00":
		f.say(conn, number+"PONG")
	case "zVERSION\x00":
		f.say(conn, number+"ClamAV 1.4.6/27800/Thu Nov 26 09:31:00 2026")
	case "zINSTREAM\x00":
		verdict, goesOn := f.scan(r)
		if verdict != "" {
			f.say(conn, number+verdict)
		}
		return goesOn
	default:
		f.t.Errorf("the client says %q", command)
		f.say(conn, number+"UNKNOWN COMMAND")
	}
	return true
}

// scan reads chunks to the empty one. Beyond its limit clamd answers at once and hangs up.
func (f *fakeClamd) scan(r io.Reader) (verdict string, goesOn bool) {
	var all bytes.Buffer
	for {
		var length uint32
		if err := binary.Read(r, binary.BigEndian, &length); err != nil {
			return "", false // the client gave up: there is no verdict
		}
		if length == 0 {
			break
		}
		if all.Len()+int(length) > f.limit {
			return "INSTREAM size limit exceeded. ERROR", false
		}
		if _, err := io.CopyN(&all, r, int64(length)); err != nil {
			return "", false
		}
	}
	f.mu.Lock()
	f.streams++
	f.mu.Unlock()
	if bytes.Contains(all.Bytes(), []byte(virus)) {
		return "stream: Recado.Test.Signature FOUND", true
	}
	return "stream: OK", true
}

func (f *fakeClamd) say(conn net.Conn, text string) {
	_, _ = fmt.Fprintf(conn, "%s\x00", text) // a client that went away is its own affair
}

// answering is a fault: it takes in all that is sent, and answers this.
func answering(raw string) func(net.Conn) bool {
	return func(conn net.Conn) bool {
		readStream(conn)
		_, _ = io.WriteString(conn, raw)
		return true
	}
}

// readStream reads the beginning of a session and its stream.
func readStream(conn net.Conn) {
	r := bufio.NewReader(conn)
	for range 2 {
		if _, err := r.ReadString(0); err != nil {
			return
		}
	}
	for {
		var length uint32
		if err := binary.Read(r, binary.BigEndian, &length); err != nil || length == 0 {
			return
		}
		if _, err := io.CopyN(io.Discard, r, int64(length)); err != nil {
			return
		}
	}
}

// hanging is a fault: it says nothing until the client goes away.
func hanging(conn net.Conn) bool {
	_, _ = io.Copy(io.Discard, conn)
	return true
}

// hangingUp is a fault: it ends the connection after some bytes.
func hangingUp(after int64) func(net.Conn) bool {
	return func(conn net.Conn) bool {
		_, _ = io.CopyN(io.Discard, conn, after)
		return true
	}
}
