package slackfake

import (
	"net"
	"sync"
)

// lines are the TCP connections, so that one can be made to look dead: nothing comes or
// goes on it, and nobody hangs up.
type lines struct {
	net.Listener
	mu   sync.Mutex
	open map[string]*line // by the client's address
}

type line struct {
	net.Conn
	of     *lines
	mu     sync.Mutex
	frozen bool
	closed chan struct{}
	once   sync.Once
}

func (l *lines) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	one := &line{Conn: c, of: l, closed: make(chan struct{})}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[c.RemoteAddr().String()] = one
	return one, nil
}

// freeze makes a connection look dead.
func (l *lines) freeze(address string) {
	l.mu.Lock()
	one := l.open[address]
	l.mu.Unlock()
	if one != nil {
		one.mu.Lock()
		one.frozen = true
		one.mu.Unlock()
	}
}

func (c *line) dead() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.frozen
}

func (c *line) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.dead() {
		<-c.closed
		return 0, net.ErrClosed
	}
	return n, err
}

func (c *line) Write(p []byte) (int, error) {
	if c.dead() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

func (c *line) Close() error {
	c.once.Do(func() {
		close(c.closed)
		c.of.mu.Lock()
		defer c.of.mu.Unlock()
		delete(c.of.open, c.RemoteAddr().String())
	})
	return c.Conn.Close()
}
