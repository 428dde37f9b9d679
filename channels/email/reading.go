package email

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"recado/channels/email/letter"
	"recado/core/message"
)

// reading takes the mails of one batch apart, several at a time while the server still
// sends: to keep a mail is to wait for a disk, or for a store far away.
type reading struct {
	desk  *desk
	group errgroup.Group

	mu     sync.Mutex
	read   map[uint32]message.Inbound // by uid
	failed error                      // the first that could not be kept
}

// readers is how many mails are read at the same time. Each holds its mail in memory.
const readers = 8

func newReading(d *desk) *reading {
	r := &reading{desk: d, read: map[uint32]message.Inbound{}}
	r.group.SetLimit(readers)
	return r
}

// begin waits for a reader. An error is of an earlier mail, and no more are wanted.
func (r *reading) begin(ctx context.Context, e entry, raw []byte) error {
	r.group.Go(func() error {
		in, err := r.one(ctx, e, raw)
		r.mu.Lock()
		defer r.mu.Unlock()
		if err == nil {
			r.read[e.uid] = in
		} else if r.failed == nil {
			r.failed = err
		}
		return nil
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

// one reads a mail. A panic, of a store for instance, is an error like any other.
func (r *reading) one(ctx context.Context, e entry, raw []byte) (in message.Inbound, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("keeping mail %d panicked: %v", e.uid, v)
		}
	}()
	return r.desk.read(ctx, raw, letter.Envelope{Size: e.size, Believed: r.desk.TrustSenders})
}

// wait ends with what was read.
func (r *reading) wait() (map[uint32]message.Inbound, error) {
	_ = r.group.Wait() // its functions return no errors
	return r.read, r.failed
}
