package email

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// entry is a mail of the folder.
type entry struct {
	uid  uint32
	size int64 // bytes
}

// list returns the mails from a uid on, in the order of their uids.
func (f *folder) list(ctx context.Context, from uint32) ([]entry, error) {
	if box := f.client.Mailbox(); box != nil && box.NumMessages == 0 {
		return nil, nil // to some servers 1:* of nothing is an error
	}
	var set imap.UIDSet
	set.AddRange(imap.UID(from), 0)
	return f.listSet(ctx, set, from)
}

// leftovers are the mails up to a uid, if they could be moved out of the folder.
func (f *folder) leftovers(ctx context.Context, to uint32) ([]entry, error) {
	caps := f.client.Caps()
	box := f.client.Mailbox()
	if to == 0 || box == nil || box.NumMessages == 0 || !caps.Has(imap.CapMove) && !caps.Has(imap.CapUIDPlus) {
		return nil, nil
	}
	var set imap.UIDSet
	set.AddRange(1, imap.UID(to))
	return f.listSet(ctx, set, 1)
}

// listSet keeps no more of a mail than its entry: a folder may hold a million.
func (f *folder) listSet(ctx context.Context, set imap.UIDSet, from uint32) ([]entry, error) {
	end := f.within(ctx)
	cmd := f.client.Fetch(set, &imap.FetchOptions{UID: true, RFC822Size: true})
	var entries []entry
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		var e entry
		for item := msg.Next(); item != nil; item = msg.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				e.uid = uint32(item.UID)
			case imapclient.FetchItemDataRFC822Size:
				e.size = item.Size
			}
		}
		if e.uid != 0 && e.uid >= from { // "n:*" always names the last mail, also when it is older
			entries = append(entries, e)
		}
	}
	if err := end(cmd.Close()); err != nil {
		return nil, fmt.Errorf("listing the folder: %w", err)
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.uid, b.uid) })
	return slices.CompactFunc(entries, func(a, b entry) bool { return a.uid == b.uid }), nil
}

// stillListed tells which of entries the server still names.
func (f *folder) stillListed(ctx context.Context, entries []entry) (map[uint32]bool, error) {
	listed, err := f.listSet(ctx, uidSet(entries), 0)
	known := map[uint32]bool{}
	for _, e := range listed {
		known[e.uid] = true
	}
	return known, err
}

func uidSet(entries []entry) (set imap.UIDSet) {
	for _, e := range entries {
		set.AddNum(imap.UID(e.uid))
	}
	return set
}

// unkept is an error of ours, not of the server: a mail could not be kept.
type unkept struct{ err error }

func (u *unkept) Error() string { return u.err.Error() }
func (u *unkept) Unwrap() error { return u.err }

// fetch reads entries without marking them and gives each to use, in the order of
// the server, with its true size. Of a mail above limit only the beginning is read.
func (f *folder) fetch(ctx context.Context, entries []entry, limit int64, use func(entry, []byte) error) error {
	section := &imap.FetchItemBodySection{Peek: true}
	if entries[0].size > limit {
		section.Partial = &imap.SectionPartial{Size: limit}
	}
	patience := f.options.Timeout + transferTime(entries)
	end := f.withinTime(ctx, patience)
	cmd := f.client.Fetch(uidSet(entries), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		got, raw, err := f.body(msg, limit)
		broken := err != nil
		i := slices.IndexFunc(entries, func(e entry) bool { return e.uid == got.uid })
		if err = end(err); err == nil && raw != nil && i >= 0 {
			if section.Partial != nil && got.size == limit {
				got.size = max(entries[i].size, limit) // the rest was not asked for
			}
			if err = use(got, raw); err != nil {
				err = &unkept{err}
			}
		}
		if err != nil {
			f.conn.Close() // the rest of the answer is not wanted
			if !broken {
				_ = cmd.Close() // but the client waits for somebody to take it, and is never done before
			}
			return fmt.Errorf("reading mail %d: %w", got.uid, err)
		}
		end = f.withinTime(ctx, patience)
	}
	if err := end(cmd.Close()); err != nil {
		return fmt.Errorf("reading mail: %w", err)
	}
	return nil
}

// transferTime is what the largest of entries may take on a slow line. A mail that
// never arrived in time would be asked for again for ever.
func transferTime(entries []entry) time.Duration {
	const slowest = 16 << 10 // bytes a second
	largest := slices.MaxFunc(entries, func(a, b entry) int { return cmp.Compare(a.size, b.size) })
	return time.Duration(largest.size/slowest) * time.Second
}

// body reads one mail. After an error of the line nothing more may be asked of msg or its
// command: go-imap's own reader goes on with the line then, and both would read at once.
// Its size is that of what the server sent: the one in the list is
// an estimate where a server makes mails up on the way (Exchange).
func (f *folder) body(msg *imapclient.FetchMessageData, limit int64) (e entry, raw []byte, err error) {
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			e.uid = uint32(item.UID)
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue
			}
			e.size = item.Literal.Size()
			raw = make([]byte, min(e.size, limit)) // no more than limit, whatever size the server tells
			if _, err = io.ReadFull(item.Literal, raw); err == nil {
				_, err = io.Copy(io.Discard, item.Literal)
			}
			if err != nil {
				return e, raw, err
			}
		}
	}
	return e, raw, err
}

// markSeen sets \Seen on what was committed.
func (f *folder) markSeen(ctx context.Context, entries []entry) error {
	end := f.within(ctx)
	flags := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagSeen}}
	if err := end(f.client.Store(uidSet(entries), flags, nil).Close()); err != nil {
		return fmt.Errorf("marking mail as seen: %w", err)
	}
	return nil
}
