package email

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emersion/go-imap/v2"

	"recado/channels"
	"recado/core/message"
)

// collector takes the mail of one folder.
type collector struct {
	*condition
	desk *desk
	name string // of the folder

	cursor      cursor // of the run that is going on
	unannounced int    // times that new mail was found of which IDLE had not told
	stuck       stuck
	owed        int // looks at which moving what was taken is tried again
	pauses      backoff
}

// moveTries is how often a move that the server refused is tried again. After a line broke
// the server may still be busy with it on the old connection, and says NO meanwhile.
const moveTries = 10

// run reads until ctx ends, or a person has to act.
func (c *collector) run(ctx context.Context, sink channels.Sink) error {
	defer c.set(false, "stopped")
	c.pauses = backoff{first: c.desk.IMAP.Pause}
	for ctx.Err() == nil {
		err := c.session(ctx, sink)
		if ctx.Err() != nil {
			break
		}
		c.set(false, err.Error())
		if t, ok := errors.AsType[*trouble](err); ok && t.final {
			return fmt.Errorf("reading mail for %s: %w", c.desk.Address, err)
		}
		if throttled(err) {
			c.pauses.slow()
		}
		c.desk.Log.Warn("reading mail was interrupted", "account", c.desk.Account, "folder", c.name, "error", err)
		c.pauses.pause(ctx)
	}
	return nil
}

// session is one connection: everything new is taken, then news are awaited.
func (c *collector) session(ctx context.Context, sink channels.Sink) (err error) {
	f, err := openFolder(ctx, c.desk.IMAP, c.name)
	if err != nil {
		return err
	}
	defer f.close()
	defer func() { err = f.explained(err) }()
	if err := c.resume(ctx, f); err != nil {
		return err
	}
	c.set(true, "reading "+c.name)
	told := true
	for quiet := 0; ; quiet++ {
		before := c.cursor
		if err := c.catchUp(ctx, f, sink); err != nil {
			return err
		}
		if c.cursor != before {
			quiet = 0
			c.note(told)
		}
		if c.owed > 0 {
			quiet = 0
			if err := c.clear(ctx, f); err != nil {
				return err
			}
		}
		c.pauses.reset()
		if told, err = f.await(ctx, c.untilNextLook(quiet)); err != nil {
			return err
		}
	}
}

// note counts how often a server that has IDLE did not tell of new mail. Once may be
// bad luck: the mail came just when IDLE was renewed.
func (c *collector) note(told bool) {
	if told {
		return
	}
	if c.unannounced++; c.unannounced == lies {
		c.desk.Log.Warn("the server does not tell of new mail in IDLE; it is asked every "+c.desk.IMAP.Poll.String(),
			"account", c.desk.Account, "folder", c.name)
	}
}

const lies = 2

// untilNextLook is how long news are waited for before we look ourselves. Mail that
// comes just before IDLE begins is not announced by every server, so the first looks
// follow soon after one another; and a server that was caught is never relied on again.
func (c *collector) untilNextLook(quiet int) time.Duration {
	if c.unannounced >= lies {
		return c.desk.IMAP.Poll
	}
	return min(c.desk.IMAP.Idle, c.desk.IMAP.Poll<<min(quiet, 10))
}

// cursor says which mails of a folder were committed: all up to uid, as long as
// the folder keeps its validity (RFC 9051 section 2.3.1.1).
type cursor struct{ validity, uid uint32 }

func (c *collector) cursorName() string { return "imap " + c.desk.Account + " " + c.name }

func (c *collector) save(ctx context.Context) error {
	if err := c.desk.Memory.Save(ctx, c.cursorName(), fmt.Sprintf("%d %d", c.cursor.validity, c.cursor.uid)); err != nil {
		return fmt.Errorf("saving the cursor: %w", err)
	}
	return nil
}

// resume finds where reading goes on. What is read twice does no harm, since the inbox
// knows by their keys the mails that it has; so a folder is read from its start when in
// doubt: it has a new validity; it has none, and then no uid outlives a connection; or
// its uids went back below the cursor, as after a backup was put back.
func (c *collector) resume(ctx context.Context, f *folder) error {
	saved, err := c.desk.Memory.Load(ctx, c.cursorName())
	if err != nil {
		return fmt.Errorf("loading the cursor: %w", err)
	}
	c.cursor = cursor{}
	if saved == "" && c.desk.IMAP.FromNow {
		return c.skip(ctx, f)
	}
	if saved != "" {
		if _, err := fmt.Sscanf(saved, "%d %d", &c.cursor.validity, &c.cursor.uid); err != nil {
			c.desk.Log.Error("the cursor cannot be read, the whole folder is read again", "account", c.desk.Account, "cursor", saved)
			c.cursor = cursor{}
		}
	}
	backwards := f.next != 0 && f.next <= c.cursor.uid
	if c.cursor.validity != f.validity || f.validity == 0 || backwards {
		if saved != "" {
			c.desk.Log.Warn("the folder was made anew, all of it is read", "account", c.desk.Account, "folder", c.name,
				"validity", f.validity, "next", f.next, "cursor", saved)
		}
		c.cursor = cursor{validity: f.validity}
	}
	if c.owed = 0; c.desk.IMAP.MoveTo != "" {
		c.owed = moveTries
	}
	return nil
}

// skip passes over what lies in the folder when it is read for the first time.
func (c *collector) skip(ctx context.Context, f *folder) error {
	entries, err := f.list(ctx, 1)
	if err != nil {
		return err
	}
	c.cursor = cursor{validity: f.validity}
	if len(entries) > 0 {
		c.cursor.uid = entries[len(entries)-1].uid
	}
	c.desk.Log.Info("the mail that was there before is passed over", "account", c.desk.Account, "folder", c.name, "mails", len(entries))
	return c.save(ctx)
}

// clear moves what was taken and still lies there: the connection ended between the two,
// or the server refused.
func (c *collector) clear(ctx context.Context, f *folder) error {
	c.owed--
	entries, err := f.leftovers(ctx, c.cursor.uid)
	for err == nil && len(entries) > 0 {
		n := min(len(entries), c.desk.IMAP.Batch)
		err = f.move(ctx, entries[:n], c.desk.IMAP.MoveTo)
		entries = entries[n:]
	}
	if _, said := errors.AsType[*imap.Error](err); err != nil && !said {
		return err
	}
	switch {
	case err == nil:
		c.owed = 0
	case c.owed == 0:
		c.desk.Log.WarnContext(ctx, "mail that was taken stays where it was", "mailbox", c.desk.Address, "error", err)
	}
	return nil
}

// catchUp takes everything behind the cursor, in batches.
func (c *collector) catchUp(ctx context.Context, f *folder, sink channels.Sink) error {
	entries, err := f.list(ctx, c.cursor.uid+1)
	if err != nil {
		return err
	}
	for len(entries) > 0 {
		n := batch(entries, c.desk.IMAP.Batch, c.desk.MaxMail)
		if entries[0].uid <= c.stuck.alone {
			n = 1
		}
		if err := c.take(ctx, f, entries[:n], sink); err != nil {
			return err
		}
		entries = entries[n:]
	}
	return nil
}

// batch is how many entries go together: a mail that is read only in part goes alone.
func batch(entries []entry, most int, maxMail int64) int {
	var bytes int64
	for i, e := range entries {
		bytes += e.size
		if i > 0 && (i == most || bytes > maxBatchBytes || e.size > maxMail) || e.size > maxMail {
			return max(i, 1)
		}
	}
	return len(entries)
}

// take brings one batch in: read, commit, move the cursor, then tell the server.
func (c *collector) take(ctx context.Context, f *folder, entries []entry, sink channels.Sink) error {
	items, err := c.fetch(ctx, f, entries)
	if err != nil {
		return err
	}
	if err := c.commit(ctx, sink, items); err != nil {
		return err
	}
	finish, cancel := draining(ctx)
	defer cancel()
	c.cursor.uid = entries[len(entries)-1].uid
	if err := c.save(finish); err != nil {
		return err
	}
	c.pauses.reset()
	return errors.Join(c.tidy(finish, f, entries), ctx.Err())
}

// tidy marks and moves what was taken. It was committed, so that a refused move is tried
// again at the next looks, and then only told of.
func (c *collector) tidy(ctx context.Context, f *folder, entries []entry) error {
	if !c.desk.IMAP.LeaveUnseen {
		if err := f.markSeen(ctx, entries); err != nil {
			return err
		}
	}
	if to := c.desk.IMAP.MoveTo; to != "" {
		err := f.move(ctx, entries, to)
		if _, said := errors.AsType[*imap.Error](err); err != nil && !said {
			return err // the line is broken: nothing more can be asked on it
		}
		if err != nil {
			c.owed = moveTries
		}
	}
	return nil
}

// stuck is where a server failed to give out mail, and how often.
type stuck struct {
	uid   uint32 // the first of the batch
	times int
	alone uint32 // up to here mails are fetched one by one
}

func (s *stuck) note(entries []entry) int {
	if first := entries[0].uid; s.uid != first {
		s.uid, s.times = first, 0
	}
	if s.times++; s.times == suspicious {
		s.alone = max(s.alone, entries[len(entries)-1].uid)
	}
	return s.times
}

// A server may stumble over one mail each time: it says NO (Exchange: the mail cannot be
// converted), or breaks the connection. So a batch that failed twice is fetched mail by
// mail, and a mail that fails alone is given up in the end, so that the others pass. A
// broken connection may have other reasons, and has the more patience: with the pauses
// between them some minutes.
const (
	suspicious     = 2
	refusalsEnough = 3
	breaksEnough   = 12
)

// fetch reads the mails of entries, in their order. One that the server lists but
// does not give out is handed in as unreadable; one that is gone is passed over.
func (c *collector) fetch(ctx context.Context, f *folder, entries []entry) ([]message.Inbound, error) {
	under := newReading(c.desk)
	err := f.fetch(ctx, entries, c.desk.MaxMail, func(e entry, raw []byte) error { return under.begin(ctx, e, raw) })
	read, mine := under.wait()
	if mine != nil {
		err = &unkept{mine}
	}
	if err != nil {
		if !c.givesUp(ctx, f, entries, err) {
			return nil, err
		}
		return []message.Inbound{c.withheld(entries[0])}, nil
	}
	var missing map[uint32]bool
	if len(read) < len(entries) {
		if missing, err = f.stillListed(ctx, entries); err != nil {
			return nil, err
		}
	}
	var items []message.Inbound
	for _, e := range entries {
		if in, ok := read[e.uid]; ok {
			items = append(items, in)
		} else if missing[e.uid] {
			items = append(items, c.withheld(e))
		}
	}
	return items, nil
}

// givesUp reports whether a mail, alone, failed so often for the server's own reasons
// that it is handed in as unreadable. It stays in the folder.
func (c *collector) givesUp(ctx context.Context, f *folder, entries []entry, err error) bool {
	if _, mine := errors.AsType[*unkept](err); mine || throttled(err) || ctx.Err() != nil {
		return false
	}
	times, enough := c.stuck.note(entries), breaksEnough
	if _, said := errors.AsType[*imap.Error](err); said {
		enough = refusalsEnough
	}
	if len(entries) > 1 || times < enough {
		return false
	}
	c.desk.Log.ErrorContext(ctx, "the server does not give out a mail; it is passed over and stays in the folder", "account", c.desk.Account,
		"folder", f.name, "uid", entries[0].uid, "error", err)
	return true
}

// withheld stands for a mail that the server has and does not give out.
func (c *collector) withheld(e entry) message.Inbound {
	return message.Inbound{
		Key:          c.desk.key(fmt.Sprintf("uid:%s:%s:%d:%d", c.desk.Account, c.name, c.cursor.validity, e.uid)),
		Account:      c.desk.answerer(),
		Kind:         message.Text,
		Conversation: c.desk.conversation(""),
		ReceivedAt:   c.desk.Clock().UTC(),
		Defect:       message.Garbled,
		OriginalSize: e.size,
	}
}
