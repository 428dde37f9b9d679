package email

import (
	"context"
	"errors"
	"fmt"

	"recado/channels"
	"recado/channels/email/letter"
	"recado/core/message"
)

// Mailbox is a channel that reads one IMAP folder and answers by SMTP.
type Mailbox struct {
	*postman
	*condition
	cursor cursor // of the Run that is going on
}

var (
	_ channels.Channel    = (*Mailbox)(nil)
	_ channels.Exclusive  = (*Mailbox)(nil)
	_ channels.Foreteller = (*Mailbox)(nil)
	_ channels.Checker    = (*Mailbox)(nil)
	_ channels.Reporter   = (*Mailbox)(nil)
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
	m := &Mailbox{postman: newPostman(d), condition: &condition{}}
	m.set(false, "not connected yet")
	return m, nil
}

// Exclusive is true: two readers of one folder would take everything twice.
func (m *Mailbox) Exclusive() bool { return true }

// Run reads until ctx ends. After each failure it connects anew, with growing
// pauses; it gives up only on a refused password or a missing folder.
func (m *Mailbox) Run(ctx context.Context, sink channels.Sink) error {
	defer m.set(false, "stopped")
	pauses := backoff{first: m.desk.IMAP.Pause}
	for ctx.Err() == nil {
		err := m.session(ctx, sink, &pauses)
		if ctx.Err() != nil {
			break
		}
		m.set(false, err.Error())
		var t *trouble
		if errors.As(err, &t) && t.final {
			return fmt.Errorf("reading mail for %s: %w", m.desk.Address, err)
		}
		m.desk.Log.Warn("reading mail was interrupted", "account", m.desk.Account, "error", err)
		pauses.pause(ctx)
	}
	return nil
}

// session is one connection: everything new is taken, then news are awaited.
func (m *Mailbox) session(ctx context.Context, sink channels.Sink, pauses *backoff) error {
	f, err := openFolder(ctx, m.desk.IMAP)
	if err != nil {
		return err
	}
	defer f.close()
	if err := m.resume(ctx, f.validity); err != nil {
		return err
	}
	m.set(true, "reading "+m.desk.IMAP.Folder)
	for quiet := 0; ; quiet++ {
		before := m.cursor
		if err := m.catchUp(ctx, f, sink); err != nil {
			return err
		}
		if m.cursor != before {
			quiet = 0
		}
		pauses.reset()
		if err := f.await(ctx, quiet); err != nil {
			return err
		}
	}
}

// cursor says which mails of a folder were committed: all up to uid, as long as
// the folder keeps its validity (RFC 9051 section 2.3.1.1).
type cursor struct{ validity, uid uint32 }

func (m *Mailbox) cursorName() string {
	return "imap " + m.desk.Account + " " + m.desk.IMAP.Folder
}

// resume finds where reading goes on. A folder with a new validity is read from
// its start: the inbox knows by their keys the mails that it has.
func (m *Mailbox) resume(ctx context.Context, validity uint32) error {
	saved, err := m.desk.Memory.Load(ctx, m.cursorName())
	if err != nil {
		return fmt.Errorf("loading the cursor: %w", err)
	}
	var c cursor
	if saved != "" {
		if _, err := fmt.Sscanf(saved, "%d %d", &c.validity, &c.uid); err != nil {
			m.desk.Log.Error("the cursor cannot be read, the whole folder is read again", "account", m.desk.Account, "cursor", saved)
		}
	}
	if c.validity != validity {
		if saved != "" {
			m.desk.Log.Warn("the folder was made anew, all of it is read", "account", m.desk.Account, "validity", validity)
		}
		c = cursor{validity: validity}
	}
	m.cursor = c
	return nil
}

// catchUp takes everything behind the cursor, in batches.
func (m *Mailbox) catchUp(ctx context.Context, f *folder, sink channels.Sink) error {
	entries, err := f.list(ctx, m.cursor.uid+1)
	if err != nil {
		return err
	}
	for len(entries) > 0 {
		n := batch(entries, m.desk.IMAP.Batch, m.desk.MaxMail)
		if err := m.take(ctx, f, entries[:n], sink); err != nil {
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
func (m *Mailbox) take(ctx context.Context, f *folder, entries []entry, sink channels.Sink) error {
	items, err := m.fetch(ctx, f, entries)
	if err != nil {
		return err
	}
	if err := m.commit(ctx, sink, items); err != nil {
		return err
	}
	finish, cancel := draining(ctx)
	defer cancel()
	m.cursor.uid = entries[len(entries)-1].uid
	if err := m.desk.Memory.Save(finish, m.cursorName(), fmt.Sprintf("%d %d", m.cursor.validity, m.cursor.uid)); err != nil {
		return fmt.Errorf("saving the cursor: %w", err)
	}
	return errors.Join(m.tidy(finish, f, entries), ctx.Err())
}

// tidy marks and moves what was taken. It was committed, so that a folder which
// cannot be moved to is only told of.
func (m *Mailbox) tidy(ctx context.Context, f *folder, entries []entry) error {
	if !m.desk.IMAP.LeaveUnseen {
		if err := f.markSeen(ctx, entries); err != nil {
			return err
		}
	}
	if to := m.desk.IMAP.MoveTo; to != "" {
		if err := f.move(ctx, entries, to); err != nil {
			m.desk.Log.WarnContext(ctx, "mail that was taken stays where it was", "mailbox", m.desk.Address, "error", err)
		}
	}
	return nil
}

// fetch reads the mails of entries, in their order. One that the server lists but
// does not give out is handed in as unreadable; one that is gone is passed over.
func (m *Mailbox) fetch(ctx context.Context, f *folder, entries []entry) ([]message.Inbound, error) {
	read := map[uint32]message.Inbound{}
	err := f.fetch(ctx, entries, m.desk.MaxMail, func(e entry, raw []byte) error {
		in, err := m.desk.read(ctx, raw, letter.Envelope{Size: e.size, Believed: m.desk.TrustSenders})
		read[e.uid] = in
		return err
	})
	if err != nil {
		return nil, err
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
			items = append(items, m.withheld(e))
		}
	}
	return items, nil
}

// withheld stands for a mail that the server has and does not give out.
func (m *Mailbox) withheld(e entry) message.Inbound {
	return message.Inbound{
		Key:          message.Key{Channel: message.Email, Account: m.desk.Account, ID: fmt.Sprintf("uid:%d:%d", m.cursor.validity, e.uid)},
		Kind:         message.Text,
		Conversation: message.ConversationWith(m.desk.Account, message.Address{Channel: message.Email}),
		ReceivedAt:   m.desk.Clock().UTC(),
		Subject:      unreadableSubject,
		Refused:      []message.Refusal{{Name: restOfMail, Size: e.size, Why: message.Unreadable}},
	}
}

// commit hands items in until they are taken or ctx ends. When the sink panics,
// the items are handed in one by one, so that the others pass; one on which it
// panics patience times is handed in stripped. An error that is no panic tells of
// the sink, not of the item, and only waiting helps.
func (m *Mailbox) commit(ctx context.Context, sink channels.Sink, items []message.Inbound) error {
	const patience = 3
	pauses := backoff{first: m.desk.IMAP.Pause}
	for panics := 0; len(items) > 0; {
		err := offer(ctx, sink, items...)
		if err == nil {
			break
		}
		m.set(true, "what came in could not be committed: "+err.Error())
		m.desk.Log.Error("mail could not be committed and will be handed in again", "account", m.desk.Account, "items", len(items), "error", err)
		if _, ok := errors.AsType[*panicked](err); ok {
			if len(items) > 1 {
				return m.commitEach(ctx, sink, items)
			}
			if panics++; panics == patience {
				items = []message.Inbound{stripped(items[0])}
			}
		}
		if !pauses.pause(ctx) {
			return ctx.Err()
		}
	}
	m.set(true, "reading "+m.desk.IMAP.Folder)
	return nil
}

func (m *Mailbox) commitEach(ctx context.Context, sink channels.Sink, items []message.Inbound) error {
	for i := range items {
		if err := m.commit(ctx, sink, items[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}
