package testenv

import (
	"context"
	"net"
	"sync"
	"testing"
)

// Line stands between a client and a server, to break what is between them.
type Line struct {
	listener net.Listener
	to       string

	mu     sync.Mutex
	conns  []net.Conn
	ended  bool
	after  int // chunks until the next cut; -1: never
	ours   bool
	chunks int
	cuts   int
}

// NewLine leads to a server's host:port. Its lines end with the test.
func NewLine(t testing.TB, to string) *Line {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &Line{listener: listener, to: to, after: -1}
	ctx, cancel := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() { l.serve(ctx, &serving) })
	t.Cleanup(func() {
		cancel()
		_ = listener.Close() // that it ends is all that is wanted
		l.end()
		serving.Wait()
	})
	return l
}

// Addr is where the client goes, host:port.
func (l *Line) Addr() string { return l.listener.Addr().String() }

// Port is that of Addr.
func (l *Line) Port() int {
	where, ok := l.listener.Addr().(*net.TCPAddr)
	if !ok {
		return 0
	}
	return where.Port
}

// Cut breaks all connections there are.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conn := range l.conns {
		_ = conn.Close()
	}
	l.conns = nil
}

func (l *Line) end() {
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
	l.Cut()
}

// CutAfter breaks a connection once that many chunks were let through: of the client, or
// else of the server. A chunk is what one side said at once; half of the next one passes
// still, so that cuts fall inside of what is said too. The connections after it are whole.
func (l *Line) CutAfter(chunks int, client bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.after, l.ours, l.chunks = chunks, client, 0
}

// Cuts is how often CutAfter came to it.
func (l *Line) Cuts() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cuts
}

func (l *Line) serve(ctx context.Context, serving *sync.WaitGroup) {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		server, err := new(net.Dialer).DialContext(ctx, "tcp", l.to)
		if err != nil || !l.note(client, server) {
			_ = client.Close()
			continue
		}
		serving.Go(func() { l.pass(client, server, true) })
		serving.Go(func() { l.pass(server, client, false) })
	}
}

// note keeps a connection's two ends, unless the line has ended meanwhile.
func (l *Line) note(client, server net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		_ = server.Close()
		return false
	}
	l.conns = append(l.conns, client, server)
	return true
}

// pass copies one direction. Both sides hear of the end of either.
func (l *Line) pass(from, to net.Conn, client bool) {
	defer func() { _, _ = from.Close(), to.Close() }()
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if l.isLast(client) {
			_, _ = to.Write(buffer[:n/2]) // it is cut anyway
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (l *Line) isLast(client bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.after < 0 || client != l.ours {
		return false
	}
	if l.chunks++; l.chunks <= l.after {
		return false
	}
	l.after = -1
	l.cuts++
	return true
}
