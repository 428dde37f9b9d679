package email

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"recado/channels"
)

// Mailbox is a channel that reads folders of one IMAP account and answers by SMTP.
type Mailbox struct {
	*postman
	collectors []*collector // one for each folder
}

var (
	_ channels.Channel    = (*Mailbox)(nil)
	_ channels.Exclusive  = (*Mailbox)(nil)
	_ channels.Foreteller = (*Mailbox)(nil)
	_ channels.Checker    = (*Mailbox)(nil)
	_ channels.Reporter   = (*Mailbox)(nil)
	_ channels.Amender    = (*Mailbox)(nil)
)

// NewMailbox checks the options; it does not connect.
func NewMailbox(o Options) (*Mailbox, error) {
	d, err := newDesk(o)
	if err != nil {
		return nil, err
	}
	if err := d.IMAP.check("IMAP"); err != nil {
		return nil, err
	}
	if d.IMAP.Host == "" || d.IMAP.User == "" || d.Memory == nil {
		return nil, errors.New("email: a mailbox needs an IMAP server, a user and a memory for its cursor")
	}
	if d.TrustSenders && !onLoopback(d.IMAP.Host) {
		return nil, fmt.Errorf("email: every From field is believed only on this machine itself, not at %s", d.IMAP.Host)
	}
	m := &Mailbox{postman: newPostman(d)}
	for _, name := range d.IMAP.Folders {
		c := &collector{desk: d, name: name, condition: &condition{}}
		c.set(false, "not connected yet")
		m.collectors = append(m.collectors, c)
	}
	return m, nil
}

// Exclusive is true: two readers of one folder would take everything twice.
func (m *Mailbox) Exclusive() bool { return true }

// State is up when every folder is read, and tells of the first that is not.
func (m *Mailbox) State() channels.State {
	var state channels.State
	for _, c := range m.collectors {
		if state = c.State(); !state.Up {
			break
		}
	}
	return state
}

// Run reads all folders until ctx ends. After each failure it connects anew, with
// growing pauses. A refused password or a missing folder ends it, when it is the only
// folder; of several, that one is tried again now and then, and the others are read.
func (m *Mailbox) Run(ctx context.Context, sink channels.Sink) error {
	if len(m.collectors) == 1 {
		return m.collectors[0].run(ctx, sink)
	}
	const retry = 5 * time.Minute
	var all sync.WaitGroup
	for _, c := range m.collectors {
		all.Go(func() {
			for ctx.Err() == nil {
				if err := c.run(ctx, sink); err != nil {
					m.desk.Log.Error("a folder is not read, the others are", "account", m.desk.Account, "folder", c.name, "error", err)
					c.set(false, err.Error())
					channels.Sleep(ctx, retry)
				}
			}
		})
	}
	all.Wait()
	return nil
}
