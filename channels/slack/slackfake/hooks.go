package slackfake

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// hooks are the app's addresses, when it takes events by HTTP.
type hooks struct {
	events, interactive, commands string
	line                          []*delivery
	busy                          bool
}

// PostTo turns Socket Mode off: events, interactions and commands go to these addresses
// from now on, one at a time. Slack verifies the first: the test fails when it does not
// answer the challenge.
func (s *Server) PostTo(events, interactive, commands string) {
	s.t.Helper()
	const challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
	body, err := json.Marshal(object{"token": verification, "type": "url_verification", "challenge": challenge})
	if err != nil {
		s.t.Fatal(err)
	}
	status, answer, _ := s.post(events, "application/json", body, nil)
	var echoed struct {
		Challenge string `json:"challenge"`
	}
	_ = json.Unmarshal(answer, &echoed)
	if status != http.StatusOK || echoed.Challenge != challenge && strings.TrimSpace(string(answer)) != challenge {
		s.t.Fatalf("slackfake: %s answered the challenge with %d %q", events, status, answer)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks.events, s.hooks.interactive, s.hooks.commands = events, interactive, commands
	s.flush()
}

// Sign are the headers that Slack signs a body with, at a time in unix seconds.
func (s *Server) Sign(body []byte, at int64) http.Header {
	stamp := strconv.FormatInt(at, 10)
	mac := hmac.New(sha256.New, []byte(s.app.signingSecret))
	_, _ = fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	return http.Header{
		"X-Slack-Request-Timestamp": {stamp},
		"X-Slack-Signature":         {"v0=" + hex.EncodeToString(mac.Sum(nil))},
	}
}

// post sends a signed request, within the time that the app has. Why says how that went
// wrong, in Slack's words.
func (s *Server) post(to, kind string, body []byte, more http.Header) (status int, answer []byte, why string) {
	s.mu.Lock()
	patient := s.deadline
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(s.t.Context(), patient)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return 0, nil, "unknown_error"
	}
	r.Header = s.Sign(body, s.now().Unix())
	maps.Copy(r.Header, more)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	resp, err := http.DefaultClient.Do(r)
	switch {
	case ctx.Err() != nil:
		return 0, nil, "http_timeout"
	case err != nil:
		return 0, nil, "connection_failed"
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	switch {
	case err != nil:
		return 0, nil, "http_timeout"
	case resp.StatusCode/100 != 2 && resp.Header.Get("X-Slack-No-Retry") == "1":
		return resp.StatusCode, answer, "no_retry"
	case resp.StatusCode/100 != 2:
		return resp.StatusCode, answer, "http_error"
	}
	return resp.StatusCode, answer, ""
}

// queue puts a delivery in line. The caller holds the lock.
func (h *hooks) queue(s *Server, d *delivery) {
	h.line = append(h.line, d)
	if !h.busy {
		h.busy = true
		go s.drain()
	}
}

// drain posts what is in line.
func (s *Server) drain() {
	for {
		s.mu.Lock()
		if len(s.hooks.line) == 0 {
			s.hooks.busy = false
			s.changed()
			s.mu.Unlock()
			return
		}
		d := s.hooks.line[0]
		to, kind, body, more := s.request(d)
		s.mu.Unlock()
		_, answer, why := s.post(to, kind, body, more)
		s.mu.Lock()
		s.hooks.line = s.hooks.line[1:]
		s.posted(d, answer, why)
		s.mu.Unlock()
	}
}

// request is what is posted for a delivery.
func (s *Server) request(d *delivery) (to, kind string, body []byte, more http.Header) {
	body, err := json.Marshal(d.payload)
	if err != nil {
		s.strange("slackfake itself: %v", err)
	}
	switch d.kind {
	case "interactive":
		return s.hooks.interactive, "application/x-www-form-urlencoded", []byte(url.Values{"payload": {string(body)}}.Encode()), nil
	case "slash_commands":
		form := url.Values{}
		for key, v := range d.payload {
			form.Set(key, fmt.Sprint(v))
		}
		return s.hooks.commands, "application/x-www-form-urlencoded", []byte(form.Encode()), nil
	}
	if d.attempt > 0 {
		more = http.Header{"X-Slack-Retry-Num": {strconv.Itoa(d.attempt)}, "X-Slack-Retry-Reason": {d.reason}}
	}
	return s.hooks.events, "application/json", body, more
}

// posted takes the outcome. The caller holds the lock.
func (s *Server) posted(d *delivery, answer []byte, why string) {
	switch why {
	case "":
	case "no_retry":
		d.attempt = len(retries)
		fallthrough
	default:
		if why == "http_timeout" {
			s.late++
		}
		s.again(d, why)
		return
	}
	out := object{}
	if len(bytes.TrimSpace(answer)) > 0 && d.kind != "events_api" {
		switch err := json.Unmarshal(answer, &out); {
		case err != nil && d.kind == "slash_commands":
			out = object{"text": string(answer)}
		case err != nil && d.answers:
			s.strange("an answer that is no JSON object: %.100s", answer)
		}
	}
	s.took(d, out)
}
