package slackfake

import (
	"fmt"
	"time"
)

// rates are Slack's limits: calls a minute for each method, and one posted message a
// second for each channel, of which a few may come at once.
type rates struct {
	on      bool
	limits  map[string]*limit      // by method and channel
	made    map[string][]time.Time // by method and channel: within the last minute
	ignored []string
	refused int
}

// limit is what was told about a method and channel.
type limit struct {
	told, until time.Time
	refused     map[string]bool // the calls, by their arguments, to which it was told
}

// onTheirWay is how long calls may still arrive that were made before their method was
// told to wait. One that was told so itself has no such excuse.
const onTheirWay = 300 * time.Millisecond

func (l *limit) disobeyed(c *call, now time.Time) bool {
	return now.Before(l.until) && (l.refused[fmt.Sprint(c.args)] || now.Sub(l.told) > onTheirWay)
}

// burst is how many messages a channel takes at once.
const burst = 3

func (r *rates) init() { r.limits, r.made = map[string]*limit{}, map[string][]time.Time{} }

// LimitRates turns Slack's own limits on. They are off otherwise: most tests say in a
// second what people say in a day.
func (s *Server) LimitRates() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rates.on = true
}

// Disobeyed are the calls that came before the Retry-After of their method was over.
func (s *Server) Disobeyed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.rates.ignored...)
}

// Limited is how many calls were told to come back later.
func (s *Server) Limited() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rates.refused
}

// key is what is limited together: a method of a workspace, and for messages the channel.
func (c *call) key() string {
	if c.method == "chat.postMessage" {
		return c.token + " " + c.method + " " + c.text("channel")
	}
	return c.token + " " + c.method
}

// limited notes that a call was told to come back later.
func (r *rates) limited(c *call, wait time.Duration) {
	r.refused++
	now, key := c.server.now(), c.key()
	l := r.limits[key]
	if l == nil || !now.Before(l.until) {
		l = &limit{told: now, refused: map[string]bool{}}
		r.limits[key] = l
	}
	l.until = now.Add(wait)
	l.refused[fmt.Sprint(c.args)] = true
}

// wait is how long a call is to wait; zero: it may pass.
func (r *rates) wait(c *call) time.Duration {
	now, key := c.server.now(), c.key()
	if l := r.limits[key]; l != nil && now.Before(l.until) {
		if l.disobeyed(c, now) {
			r.ignored = append(r.ignored, c.method)
		}
		if r.on {
			l.refused[fmt.Sprint(c.args)] = true
			return l.until.Sub(now)
		}
	}
	if !r.on {
		return 0
	}
	most, span := c.spec.tier, time.Minute
	if c.method == "chat.postMessage" {
		most, span = burst, burst*time.Second
	}
	if most == 0 {
		return 0
	}
	var kept []time.Time
	for _, at := range r.made[key] {
		if now.Sub(at) < span {
			kept = append(kept, at)
		}
	}
	if len(kept) >= most {
		r.made[key] = kept
		wait := max(span-now.Sub(kept[0]), time.Second)
		r.limited(c, wait)
		return wait
	}
	r.made[key] = append(kept, now)
	return 0
}
