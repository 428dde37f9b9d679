package inbox

import (
	"time"

	"recado/core/message"
)

// bursts is the rule by which waiting items are gathered into turns.
type bursts struct {
	quiet func(message.Inbound) time.Duration // how long to wait for more after an item; 0: not at all
	most  time.Duration                       // the longest that the first item of a burst waits
	alone int                                 // an item with so many attempts joins no other
}

// next says how many of the waiting items, given in order, make the next turn, and
// the earliest time for it; the zero time is at once. The answer depends on times
// of receipt alone, so that a process which comes late cuts a conversation into the
// same turns as one which was there.
func (b bursts) next(items []Item) (n int, at time.Time) {
	if len(items) == 0 {
		return 0, time.Time{}
	}
	head := items[0]
	if b.window(head) == 0 {
		return 1, time.Time{}
	}
	over := b.until(head.ReceivedAt, head)
	for n = 1; n < len(items); n++ {
		item := items[n]
		if !b.joins(head, item) || item.ReceivedAt.After(over) {
			return n, time.Time{} // the person went on to something else, or had fallen silent
		}
		over = b.until(head.ReceivedAt, item)
	}
	return n, over
}

// until is the end of the quiet window after last, in a burst begun at first.
func (b bursts) until(first time.Time, last Item) time.Time {
	return earlier(last.ReceivedAt.Add(b.window(last)), first.Add(b.most))
}

// joins reports whether item may be in one turn with head.
func (b bursts) joins(head, item Item) bool {
	return b.window(item) > 0 && item.From == head.From &&
		item.Key.Channel == head.Key.Channel && item.Key.Account == head.Key.Account
}

// window is how long an item waits for more of its burst. Only lines of text that a
// person wrote in a chat do: an e-mail and a page are complete as they come, and a
// button, a rating or an edit means something by itself, as does what cannot be read, and
// what the team said. What failed again and again is tried
// alone, so that one bad line does not take its neighbours along.
func (b bursts) window(item Item) time.Duration {
	in := item.Inbound
	chat := in.Key.Channel != message.Email && in.Key.Channel != message.Web
	if b.quiet == nil || !chat || in.Kind != message.Text || in.Auto != message.NotAuto || in.Own || in.Defect != message.Whole || item.Attempts >= b.alone {
		return 0
	}
	return min(max(b.quiet(in), 0), b.most)
}

// earlier is the earlier of two times.
func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
