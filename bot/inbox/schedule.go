package inbox

import (
	"container/heap"
	"context"
	"time"
)

// conversation is what this process knows of one conversation. It is forgotten when
// nothing is known to wait and no claim is held. The Inbox's lock guards it.
type conversation struct {
	name  string
	order int64     // of becoming known: breaks ties, so that Settle is deterministic
	due   time.Time // when to look for a turn; zero: nothing is known to wait
	first time.Time // receipt of the oldest item known to wait
	since time.Time // since when a turn is overdue; zero: none is
	after time.Time // no turn before this: the pause after a failure
	waits int       // turns in a row put off by no fault of the item

	busy bool                    // a turn is under way; then it is not in the heap
	stop context.CancelCauseFunc // of the turn under way

	claim Claim
	until time.Time // the claim is sure until then; zero: no claim is held
	idle  time.Time // when the claim is given up, if nothing comes

	index int // in the heap; -1: not there
}

// at is when something is to be done about the conversation.
func (c *conversation) at() time.Time {
	if c.due.IsZero() {
		return c.idle
	}
	return c.due
}

// expect makes the conversation due at the given time, if it is not due earlier; the
// pause after a failure is kept.
func (c *conversation) expect(due time.Time) {
	if due.Before(c.after) {
		due = c.after
	}
	if c.due.IsZero() || due.Before(c.due) {
		c.due = due
	}
}

// schedule holds the conversations that are known, those that are not busy in order
// of time.
type schedule struct {
	byName map[string]*conversation
	queue  queue
	orders int64
}

func newSchedule() *schedule { return &schedule{byName: map[string]*conversation{}} }

// know finds a conversation, or makes it known.
func (s *schedule) know(name string) *conversation {
	c := s.byName[name]
	if c == nil {
		s.orders++
		c = &conversation{name: name, order: s.orders, index: -1}
		s.byName[name] = c
	}
	return c
}

// settle puts c where its time says, after any change to it.
func (s *schedule) settle(c *conversation) {
	switch {
	case c.busy || c.at().IsZero():
		if c.index >= 0 {
			heap.Remove(&s.queue, c.index)
		}
		if !c.busy {
			delete(s.byName, c.name)
		}
	case c.index >= 0:
		heap.Fix(&s.queue, c.index)
	default:
		heap.Push(&s.queue, c)
	}
}

// take removes from the queue the conversations whose time has come: at most room
// that are to be worked on, which are busy from now on, and those whose claim was
// idle long enough.
func (s *schedule) take(now time.Time, room int) (work, idle []*conversation) {
	for len(s.queue) > 0 && !s.queue[0].at().After(now) {
		c := s.queue[0]
		if c.due.IsZero() {
			heap.Pop(&s.queue)
			idle = append(idle, c)
			continue
		}
		if len(work) == room {
			break
		}
		heap.Pop(&s.queue)
		c.busy = true
		if c.since.IsZero() {
			c.since = c.due
		}
		work = append(work, c)
	}
	return work, idle
}

// next is the earliest time at which take has something; false when it never will.
func (s *schedule) next() (time.Time, bool) {
	if len(s.queue) == 0 {
		return time.Time{}, false
	}
	return s.queue[0].at(), true
}

// queue is a heap of conversations by time.
type queue []*conversation //nolint:recvcheck // as container/heap wants it

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	if a, b := q[i].at(), q[j].at(); !a.Equal(b) {
		return a.Before(b)
	}
	return q[i].order < q[j].order
}

func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *queue) Push(x any) {
	c := x.(*conversation) //nolint:forcetypeassert // settle alone pushes
	c.index = len(*q)
	*q = append(*q, c)
}

func (q *queue) Pop() any {
	old := *q
	c := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	c.index = -1
	return c
}
