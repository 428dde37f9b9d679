package slack

import (
	"context"
	"errors"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"recado/channels"
)

// Slack takes one message a second for each channel, and tells by 429 and Retry-After when
// a method has been called too often (docs.slack.dev, "Rate limits"). Both are kept here:
// a wait of some seconds is waited for, a longer one is the outbox's.

const (
	perRoom     = time.Second     // between two messages of one channel
	perCard     = time.Second     // between two updates of one message
	longestHere = 3 * time.Second // that a call waits by itself
	mostPlaces  = 4096
)

// pace knows when each place may be spoken to next.
type pace struct {
	clock func() time.Time

	mu     sync.Mutex
	next   recent[string, time.Time] // by method and place: our own pauses
	limits recent[string, time.Time] // by method, of posts by method and place: what Slack told
}

// reserve is how long a call has to wait; it counts as made then. A wait that is too long
// is not reserved.
func (p *pace) reserve(method, place string, every time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next.most = mostPlaces
	now := p.clock()
	at := now.Add(p.told(method, place))
	if until, known := p.next.get(method + " " + place); known && until.After(at) {
		at = until
	}
	if wait := at.Sub(now); wait > longestHere {
		return wait
	}
	if every > 0 {
		p.next.put(method+" "+place, at.Add(every))
	}
	return at.Sub(now)
}

// limit is how long Slack's own limit still lasts. It is asked again after each wait: the
// limit may have been told to another call meanwhile.
func (p *pace) limit(method, place string) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.told(method, place)
}

func (p *pace) told(method, place string) (wait time.Duration) {
	now := p.clock()
	for _, name := range []string{method, method + " " + place} {
		if until, known := p.limits.get(name); known {
			wait = max(wait, until.Sub(now))
		}
	}
	return wait
}

// answered counts the pause from the answer: the call before may have been long on its way,
// and Slack counts when calls arrive.
func (p *pace) answered(method, place string, every time.Duration) {
	if every <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	name, next := method+" "+place, p.clock().Add(every)
	if until, known := p.next.get(name); !known || next.After(until) {
		p.next.put(name, next)
	}
}

// limited notes that a method is not to be called for a while: of posts, in one channel.
func (p *pace) limited(method, place string, after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if method == methodPost {
		method += " " + place
	}
	p.limits.most = mostPlaces
	p.limits.put(method, p.clock().Add(after))
}

// The methods that are paced by name.
const (
	methodPost   = "chat.postMessage"
	methodUpdate = "chat.update"
)

// call makes one call of the Web API when its time has come.
func (c *Channel) call(ctx context.Context, method, place string, do func(*slackgo.Client) error) error {
	every := map[string]time.Duration{methodPost: perRoom, methodUpdate: perCard}[method]
	for wait := c.pace.reserve(method, place, every); wait > 0; wait = c.pace.limit(method, place) {
		if wait > longestHere {
			return &channels.Error{Kind: channels.RateLimited, RetryAfter: wait, Err: errors.New(method + " is not to be called yet")}
		}
		channels.Sleep(ctx, wait)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	err := c.try(ctx, do)
	c.pace.answered(method, place, every)
	if limit, ok := errors.AsType[*slackgo.RateLimitedError](err); ok {
		c.pace.limited(method, place, limit.RetryAfter)
	}
	return err
}

// try calls with the token of now, and once more with another when that one had ended.
func (c *Channel) try(ctx context.Context, do func(*slackgo.Client) error) error {
	token, err := c.tokens.Token(ctx)
	if err != nil {
		return err
	}
	err = do(c.client(token))
	if said := code(err); said != "token_expired" && said != "invalid_auth" {
		return err
	}
	if f, ok := c.tokens.(forgetful); ok {
		f.Forget(ctx, token)
		if next, failed := c.tokens.Token(ctx); failed == nil && next != token {
			return do(c.client(next))
		}
	}
	return err
}
