package clamav_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
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
	switch command {
	case "zPING\x00":
		f.say(conn, "PONG")
	case "zVERSION\x00":
		f.say(conn, "ClamAV 1.4.6/27800/Thu Nov 26 09:31:00 2026")
	case "zINSTREAM\x00":
		f.scan(conn, r)
	default:
		f.t.Errorf("the client says %q", command)
		f.say(conn, "UNKNOWN COMMAND")
	}
}

// scan reads chunks to the empty one. Beyond its limit clamd answers at once and hangs up.
func (f *fakeClamd) scan(conn net.Conn, r io.Reader) {
	var all bytes.Buffer
	for {
		var length uint32
		if err := binary.Read(r, binary.BigEndian, &length); err != nil {
			return // the client gave up: there is no verdict
		}
		if length == 0 {
			break
		}
		if all.Len()+int(length) > f.limit {
			f.say(conn, "INSTREAM size limit exceeded. ERROR")
			return
		}
		if _, err := io.CopyN(&all, r, int64(length)); err != nil {
			return
		}
	}
	f.mu.Lock()
	f.streams++
	f.mu.Unlock()
	verdict := "stream: OK"
	if bytes.Contains(all.Bytes(), []byte(virus)) {
		verdict = "stream: Recado.Test.Signature FOUND"
	}
	f.say(conn, verdict)
	if n, err := r.Read(make([]byte, 1)); n > 0 && !errors.Is(err, net.ErrClosed) {
		f.t.Error("the client says more after the end of the stream")
	}
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

// readStream reads one command with its stream.
func readStream(conn net.Conn) {
	r := bufio.NewReader(conn)
	if _, err := r.ReadString(0); err != nil {
		return
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
