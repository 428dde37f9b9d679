package main_test

import (
	"bytes"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// chatting is somebody at the terminal that a desk to try things out has, as `recado
// chat` attaches to it.
type chatting struct {
	t    testing.TB
	conn net.Conn

	mu    sync.Mutex
	heard bytes.Buffer // since something was said
}

// chatAs waits for the desk to let terminals in.
func (d *site) chatAs(nick string) *chatting {
	d.t.Helper()
	c := &chatting{t: d.t}
	eventually(d.t, 20*time.Second, "the desk lets a terminal in", func() (in bool) {
		var err error
		c.conn, err = net.Dial("unix", filepath.Join(d.data, "chat.sock"))
		return err == nil
	})
	d.t.Cleanup(func() { _ = c.conn.Close() })
	c.say(nick)
	go c.listen()
	return c
}

func (c *chatting) listen() {
	some := make([]byte, 4<<10)
	for {
		n, err := c.conn.Read(some)
		c.mu.Lock()
		c.heard.Write(some[:n])
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// say types a line; what was heard before is forgotten.
func (c *chatting) say(line string) {
	c.t.Helper()
	c.mu.Lock()
	c.heard.Reset()
	c.mu.Unlock()
	if _, err := c.conn.Write([]byte(line + "\n")); err != nil {
		c.t.Fatal(err)
	}
}

// hears waits for words that came after the last line.
func (c *chatting) hears(words string) {
	c.t.Helper()
	defer func() {
		if c.t.Failed() {
			c.t.Logf("heard instead:\n%s", c.text())
		}
	}()
	eventually(c.t, deliveryTime, "the desk says: "+words, func() bool { return bytes.Contains(c.text(), []byte(words)) })
}

func (c *chatting) text() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return bytes.Clone(c.heard.Bytes())
}
