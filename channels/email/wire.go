package email

import (
	"bytes"
	"net"
	"strings"
	"sync"
	"time"
)

// wire is a connection as go-imap should have it. Time is guarded by folder.within,
// which knows how large a mail is: go-imap would give each mail five minutes, and a
// large one on a slow line would be begun again for ever. And a server's last words
// are kept: go-imap forgets what BYE said.
type wire struct {
	net.Conn
	mu   sync.Mutex
	tail []byte
}

const tailSize = 512 // a line of IMAP is not longer than that in practice

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tail = append(w.tail, p[max(0, n-tailSize):n]...)
	w.tail = append(w.tail[:0], w.tail[max(0, len(w.tail)-tailSize):]...)
	return n, err
}

// SetReadDeadline does nothing, on purpose.
func (w *wire) SetReadDeadline(time.Time) error { return nil }

// farewell is what the server said in its BYE, if that was the last that it said.
func (w *wire) farewell() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := bytes.LastIndex(w.tail, []byte("* BYE"))
	if i < 0 || i > 0 && w.tail[i-1] != '\n' {
		return ""
	}
	words, _, _ := strings.Cut(string(w.tail[i+len("* BYE"):]), "\r\n")
	return strings.ToValidUTF8(strings.TrimSpace(words), "?")
}
