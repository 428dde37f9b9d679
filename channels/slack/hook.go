package slack

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// What happens may also be posted by Slack (docs.slack.dev, "HTTP request URLs"): events
// as JSON, the rest as forms. One address takes all three.

const (
	mostBody   = 4 << 20                 // bytes of one request
	answerTime = 2500 * time.Millisecond // Slack waits for 3 s, and the way back takes some
	oldest     = 5 * time.Minute         // docs.slack.dev, "Verifying requests from Slack"
)

// Hook takes what Slack posts, and answers once it is committed; when that takes too
// long, with 503, so that Slack posts it again.
func (c *Channel) Hook() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
		if err != nil {
			http.Error(w, "too large, or broken off", http.StatusRequestEntityTooLarge)
			return
		}
		if !c.signed(r.Header, body) {
			c.passed.Count("unsigned")
			http.Error(w, "not signed by Slack, or too old", http.StatusUnauthorized)
			return
		}
		c.posted(w, r, body)
	})
}

// signed checks that Slack wrote a request, lately.
func (c *Channel) signed(h http.Header, body []byte) bool {
	at := h.Get("X-Slack-Request-Timestamp")
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil || c.Secret == "" {
		return false
	}
	if age := c.Clock().Sub(time.Unix(seconds, 0)); age > oldest || age < -oldest {
		return false
	}
	mac := hmac.New(sha256.New, []byte(c.Secret))
	mac.Write([]byte("v0:" + at + ":"))
	mac.Write(body)
	return hmac.Equal([]byte("v0="+hex.EncodeToString(mac.Sum(nil))), []byte(h.Get("X-Slack-Signature")))
}

// posted takes one request.
func (c *Channel) posted(w http.ResponseWriter, r *http.Request, body []byte) {
	kind, payload := posting(body)
	n, err := parseNode(payload)
	switch {
	case err != nil:
		c.passed.Count("unreadable")
		w.WriteHeader(http.StatusOK) // it would come again as it is
		return
	case n.text("type") == "url_verification":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, n.text("challenge"))
		return
	case n.text("type") == "app_rate_limited":
		c.passed.Count("rate limited")
		c.Log.Error("Slack drops events, since there are too many of them")
		w.WriteHeader(http.StatusOK)
		return
	case n.text("ssl_check") == "1":
		w.WriteHeader(http.StatusOK)
		return
	}
	at := c.whose(n)
	at.mu.Lock()
	life := at.life
	at.mu.Unlock()
	if life == nil || life.Err() != nil {
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	taken := make(chan struct{})
	at.take(life, at.decode(kind, n), func() { close(taken) }) //nolint:contextcheck // Run's: an item outlives its request
	late := time.NewTimer(answerTime)
	defer late.Stop()
	select {
	case <-taken:
		w.WriteHeader(http.StatusOK)
	case <-late.C:
		http.Error(w, "not yet", http.StatusServiceUnavailable)
	case <-r.Context().Done():
	}
}

// posting tells the three kinds of request apart, and gives what each says as JSON.
func posting(body []byte) (kind string, payload []byte) {
	if body = bytes.TrimSpace(body); bytes.HasPrefix(body, []byte("{")) {
		return ofEvents, body
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return ofCommands, nil
	}
	if form.Has("payload") {
		return ofInteractions, []byte(form.Get("payload"))
	}
	said := map[string]string{}
	for name := range form {
		said[name] = form.Get(name)
	}
	raw, err := json.Marshal(said)
	if err != nil {
		return ofCommands, nil
	}
	return ofCommands, raw
}
