package clamav

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"
)

// Clamd speaks to one clamd(8), a connection for each question, in the form with a zero
// byte at the end of a command and of an answer ("z" in its manual page).
type Clamd struct {
	address string
	timeout time.Duration
}

// NewClamd names a server: a path is a Unix socket, anything else host:port. timeout is
// for one whole question.
func NewClamd(address string, timeout time.Duration) *Clamd { return &Clamd{address, timeout} }

// ErrTooLarge is clamd's refusal of a stream beyond its StreamMaxLength.
var ErrTooLarge = errors.New("clamd takes no stream of that size (StreamMaxLength)")

const (
	chunk      = 64 << 10 // bytes of one part of a stream
	longAnswer = 4 << 10  // more is not clamd's
)

// Version asks for clamd's version and the one of its signatures, as
// "ClamAV 1.4.6/27800/Thu Nov 26 09:31:00 2026"; without signatures the first part alone.
func (c *Clamd) Version(ctx context.Context) (string, error) {
	answer, err := c.ask(ctx, "zVERSION\x00", nil)
	if err == nil && !strings.HasPrefix(answer, "ClamAV ") {
		err = fmt.Errorf("no clamd answers there, but something that says %q", answer)
	}
	return answer, err
}

// Ping finds out whether clamd answers.
func (c *Clamd) Ping(ctx context.Context) error {
	answer, err := c.ask(ctx, "zPING\x00", nil)
	if err == nil && answer != "PONG" {
		err = fmt.Errorf("no clamd answers there, but something that says %q", answer)
	}
	return err
}

// Scan sends r as a stream. It returns the name of what was found, empty for nothing.
func (c *Clamd) Scan(ctx context.Context, r io.Reader) (virus string, err error) {
	answer, err := c.ask(ctx, "zINSTREAM\x00", r)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(answer, "INSTREAM size limit exceeded") {
		return "", ErrTooLarge
	}
	verdict, ok := strings.CutPrefix(answer, "stream: ")
	found, infected := strings.CutSuffix(verdict, " FOUND")
	switch {
	case ok && verdict == "OK":
		return "", nil
	case ok && infected && found != "":
		return printable(found), nil
	}
	return "", fmt.Errorf("clamd could not scan: it says %q", printable(answer))
}

// printable keeps a name short and harmless in logs and in messages.
func printable(name string) string {
	const longest = 120
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, name)
	return name[:min(len(name), longest)]
}

// ask sends a command, and a stream behind it unless stream is nil, and reads the answer.
func (c *Clamd) ask(ctx context.Context, command string, stream io.Reader) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	conn, err := c.dial(ctx)
	if err != nil {
		return "", err
	}
	// The answer is read while the stream is written: clamd says that it is too long in
	// the middle of it, and hangs up.
	type reply struct {
		text  string
		early bool
		err   error
	}
	answered := make(chan reply, 1)
	var ending atomic.Bool
	go func() {
		text, err := readAnswer(conn)
		answered <- reply{text, !ending.Load(), err}
	}()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // which ends both
	unsent := send(conn, command, stream, func() { ending.Store(true) })
	if own, ok := errors.AsType[*readError](unsent); ok {
		_ = conn.Close() // clamd still waits for the rest
		<-answered
		stop()
		return "", own.err
	}
	got := <-answered
	stop()
	closed := conn.Close()
	switch {
	case ctx.Err() != nil:
		return "", fmt.Errorf("clamd: %w", ctx.Err())
	case got.err != nil:
		return "", fmt.Errorf("clamd: %w", errors.Join(got.err, unsent))
	case (got.early || unsent != nil) && !strings.HasSuffix(got.text, "ERROR"):
		return "", fmt.Errorf("clamd: it answered %q before it had all: %w", printable(got.text), cmp.Or(unsent, errEarly))
	}
	_ = closed // the answer is whole
	return got.text, nil
}

func (c *Clamd) dial(ctx context.Context) (net.Conn, error) {
	network := "tcp"
	if strings.HasPrefix(c.address, "/") {
		network = "unix"
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, c.address)
	if err != nil {
		return nil, fmt.Errorf("clamd: %w", err)
	}
	return conn, nil
}

// readError is a failure of the bytes to be scanned, not of clamd.
type readError struct{ err error }

func (e *readError) Error() string { return e.err.Error() }

// errEarly is a verdict on bytes that were not all sent yet.
var errEarly = errors.New("the rest was still on its way")

// send writes a command and, in chunks of a length and its bytes, a stream with the
// empty chunk that ends it. It calls ending before the last of it.
func send(w io.Writer, command string, stream io.Reader, ending func()) error {
	if stream == nil {
		ending()
	}
	if _, err := io.WriteString(w, command); err != nil || stream == nil {
		return err
	}
	buf := make([]byte, 4+chunk)
	for {
		n, err := io.ReadFull(stream, buf[4:])
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return &readError{err}
		}
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			if _, err := w.Write(buf[:4+n]); err != nil {
				return err
			}
		}
		if last {
			ending()
			_, err := w.Write(make([]byte, 4))
			return err
		}
	}
}

// readAnswer reads to the zero byte. An answer without one is half an answer: "stream:
// OK" may be the beginning of anything.
func readAnswer(r io.Reader) (string, error) {
	answer, err := bufio.NewReader(io.LimitReader(r, longAnswer)).ReadString(0)
	if err != nil {
		return "", fmt.Errorf("no whole answer: %w", err)
	}
	return strings.TrimSpace(strings.TrimSuffix(answer, "\x00")), nil
}
