package email

import (
	"net"
	"sync"
)

// owingConn settles a debt once so many answers were written: go-smtp writes the 250 (by
// LMTP one for each recipient) after Data returned, and Run must not hang up before.
type owingConn struct {
	net.Conn
	leave func() // gives the place among the connections back

	mu      sync.Mutex
	answers int
	debt    func()
	gone    bool
}

func (c *owingConn) owe(answers int, debt func()) {
	c.mu.Lock()
	c.answers, c.debt = answers, debt
	gone := c.gone
	c.mu.Unlock()
	if gone {
		c.settle(answers)
	}
}

func (c *owingConn) settle(answers int) {
	c.mu.Lock()
	debt := c.debt
	if c.answers -= answers; c.answers > 0 {
		debt = nil
	} else {
		c.debt = nil
	}
	c.mu.Unlock()
	if debt != nil {
		debt()
	}
}

// forget settles for good: nothing can be answered any more.
func (c *owingConn) forget() {
	c.mu.Lock()
	c.gone = true
	answers := c.answers
	c.mu.Unlock()
	c.settle(answers)
}

func (c *owingConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.settle(1)
	return n, err
}

func (c *owingConn) Close() error {
	c.leave()
	return c.Conn.Close()
}
