package llm

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Figures of the wire.
const (
	maxReply   = 1 << 20 // bytes of an answer over HTTP; ours have a few kilobytes
	firstDelay = 300 * time.Millisecond
	maxDelay   = 4 * time.Second
)

// Clock tells the time and waits (rule 11).
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// wire is openai.HTTPDoer: it tries again what may work again, and bounds what comes back.
type wire struct {
	http    *http.Client
	clock   Clock
	retries int
	jitter  func() float64 // 0 to 1
}

// trip is what a request met on its way, and the library does not tell.
type trip struct {
	asked time.Duration // how long the server wants to be left alone
}

type tripKey struct{}

// newWire never follows a redirection: it would carry the key and people's words elsewhere.
func newWire(o Options) *wire {
	transport := o.Transport
	if transport == nil {
		t, ok := http.DefaultTransport.(*http.Transport)
		if ok {
			t = t.Clone()
			t.MaxIdleConnsPerHost = o.Concurrency
			transport = t
		}
	}
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &wire{http: client, clock: o.Clock, retries: o.Retries, jitter: o.Jitter}
}

// Do sends a request. After the last try the answer is given as it is; a wait that the
// deadline does not allow is not begun.
func (w *wire) Do(req *http.Request) (*http.Response, error) {
	for try := 0; ; try++ {
		res, err := w.once(req, try)
		delay, again := w.delay(res, err, try)
		if !again || try >= w.retries || !w.inTime(req.Context(), delay) {
			if t, ok := req.Context().Value(tripKey{}).(*trip); ok && res != nil && res.StatusCode >= 400 {
				t.asked = retryAfter(res.Header, w.clock.Now())
			}
			return res, err
		}
		if res != nil {
			_ = res.Body.Close() // it was read already
		}
		select {
		case <-req.Context().Done():
			return nil, req.Context().Err()
		case <-w.clock.After(delay):
		}
	}
}

// once sends a request, and reads the whole answer.
func (w *wire) once(req *http.Request, try int) (*http.Response, error) {
	if try > 0 && req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = body
	}
	res, err := w.http.Do(req) //nolint:gosec // G704: the address is the configured one
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxReply+1))
	_ = res.Body.Close() // what is wrong with it was told by reading
	switch {
	case len(body) > maxReply:
		return nil, fail(Huge, "an answer of more than a megabyte")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fail(Cut, "the connection ended within the answer")
	case err != nil:
		return nil, err
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return nil, &Failure{Why: Rejected, Status: res.StatusCode, Detail: "a redirection is not followed"}
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// delay is how long to wait before the next try, and whether one makes sense.
func (w *wire) delay(res *http.Response, err error, try int) (time.Duration, bool) {
	backoff := min(firstDelay<<try, maxDelay)
	backoff = backoff/2 + time.Duration(w.jitter()*float64(backoff/2))
	var f *Failure
	switch {
	case errors.As(err, &f):
		return backoff, f.Why == Cut
	case err != nil:
		return backoff, !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled)
	case res.StatusCode == http.StatusTooManyRequests:
		if isQuota(res) {
			return 0, false
		}
	case res.StatusCode < 500 && res.StatusCode != http.StatusRequestTimeout && res.StatusCode != http.StatusConflict:
		return 0, false
	}
	return max(backoff, retryAfter(res.Header, w.clock.Now())), true
}

// inTime reports whether a wait ends before the request's deadline.
func (w *wire) inTime(ctx context.Context, wait time.Duration) bool {
	end, limited := ctx.Deadline()
	return !limited || w.clock.Now().Add(wait).Before(end)
}

// isQuota reports a 429 that no wait mends: the account is empty. The body stays readable.
func isQuota(res *http.Response) bool {
	body, err := io.ReadAll(res.Body)
	res.Body = io.NopCloser(bytes.NewReader(body))
	return err == nil && bytes.Contains(body, []byte("insufficient_quota"))
}

// retryAfter is what the server asks for: Retry-After in seconds or as a date (RFC 9110
// section 10.2.3), or OpenAI's retry-after-ms.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseInt(h.Get("Retry-After-Ms"), 10, 32); err == nil && ms > 0 {
		return time.Duration(ms) * time.Millisecond
	}
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
