package clamav

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Clamd speaks to one clamd(8), a connection for each question, in the form with a zero
// byte at the end of a command and of an answer ("z" in its manual page). A stream goes in
// a session (IDSESSION), with a PING behind it: only who has read to the end of the stream
// finds the PING, so its answer says that the verdict is on all of it. A verdict alone
// says nothing: when it left clamd, and when it got here, is not told by TCP.
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
	longAnswer = 4 << 10  // bytes of all answers; more is not clamd's
)

// Version asks for clamd's version and the one of its signatures, as
// "ClamAV 1.4.6/27800/Thu Nov 26 09:31:00 2026"; without signatures the first part alone.
func (c *Clamd) Version(ctx context.Context) (string, error) {
	answer, err := c.question(ctx, "zVERSION\x00")
	if err == nil && !strings.HasPrefix(answer, "ClamAV ") {
		err = fmt.Errorf("no clamd answers there, but something that says %q", answer)
	}
	return answer, err
}

// Ping finds out whether clamd answers.
func (c *Clamd) Ping(ctx context.Context) error {
	answer, err := c.question(ctx, "zPING\x00")
	if err == nil && answer != "PONG" {
		err = fmt.Errorf("no clamd answers there, but something that says %q", answer)
	}
	return err
}

// Scan sends r as a stream. It returns the name of what was found, empty for nothing.
func (c *Clamd) Scan(ctx context.Context, r io.Reader) (virus string, err error) {
	answers, err := c.ask(ctx, "zIDSESSION\x00zINSTREAM\x00", r, 2)
	var verdict string
	var tookAll bool
	for _, a := range answers { // clamd may end the second first
		if a == "2: PONG" {
			tookAll = true
		} else if text, ok := strings.CutPrefix(a, "1: "); ok {
			verdict = text
		}
	}
	if strings.HasPrefix(verdict, "INSTREAM size limit exceeded") {
		return "", ErrTooLarge
	}
	if err != nil && len(answers) > 0 {
		return "", fmt.Errorf("clamd says %q before it had all: %w", printable(strings.Join(answers, ", ")), err)
	} else if err != nil {
		return "", err
	}
	found, infected := strings.CutSuffix(strings.TrimPrefix(verdict, "stream: "), " FOUND")
	switch {
	case tookAll && verdict == "stream: OK":
		return "", nil
	case tookAll && infected && strings.HasPrefix(verdict, "stream: ") && found != "":
		return printable(found), nil
	}
	return "", fmt.Errorf("clamd could not scan: it says %q", printable(strings.Join(answers, ", ")))
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

// question asks what has one short answer.
func (c *Clamd) question(ctx context.Context, command string) (string, error) {
	answers, err := c.ask(ctx, command, nil, 1)
	if err != nil {
		return "", err
	}
	return answers[0], nil
}

// ask sends commands, and a stream behind them unless stream is nil, and reads n answers;
// fewer come with an error.
func (c *Clamd) ask(ctx context.Context, commands string, stream io.Reader, n int) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	conn, err := c.dial(ctx)
	if err != nil {
		return nil, err
	}
	// The answers are read while the stream is written: clamd says that it is too long in
	// the middle of it, and hangs up.
	type reply struct {
		answers []string
		err     error
	}
	answered := make(chan reply, 1)
	go func() {
		answers, err := readAnswers(conn, n)
		answered <- reply{answers, err}
	}()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // which ends both
	unsent := send(conn, commands, stream)
	if own, ok := errors.AsType[*readError](unsent); ok {
		_ = conn.Close() // clamd still waits for the rest
		<-answered
		stop()
		return nil, own.err
	}
	got := <-answered
	stop()
	_ = conn.Close() // all was said
	switch {
	case got.err == nil:
		return got.answers, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("clamd: %w", ctx.Err())
	}
	return got.answers, fmt.Errorf("clamd: %w", errors.Join(got.err, unsent))
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

// send writes commands and, in chunks of a length and its bytes, a stream with the empty
// chunk that ends it, and behind that the end of the session.
func send(w io.Writer, commands string, stream io.Reader) error {
	if _, err := io.WriteString(w, commands); err != nil || stream == nil {
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
			_, err := io.WriteString(w, "\x00\x00\x00\x00zPING\x00zEND\x00")
			return err
		}
	}
}

// readAnswers reads n answers, each to its zero byte. One without it is half an answer, so
// none: "stream: OK" may be the beginning of anything.
func readAnswers(r io.Reader, n int) (answers []string, err error) {
	lines := bufio.NewReader(io.LimitReader(r, longAnswer))
	for range n {
		answer, err := lines.ReadString(0)
		if err != nil {
			return answers, fmt.Errorf("no whole answer: %w", err)
		}
		answers = append(answers, strings.TrimSpace(strings.TrimSuffix(answer, "\x00")))
	}
	return answers, nil
}
