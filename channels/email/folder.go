package email

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"recado/channels/email/oauth"
)

// folder is one IMAP connection with its folder selected. go-imap knows no
// contexts: each step here ends its connection when ctx ends or time is up.
type folder struct {
	options  IMAP
	conn     net.Conn
	client   *imapclient.Client
	news     chan struct{} // holds one when the server told of new mail
	validity uint32
}

// openFolder connects, signs in and selects.
func openFolder(ctx context.Context, o IMAP) (*folder, error) {
	conn, err := o.dial(ctx)
	if err != nil {
		return nil, o.unreachable("IMAP", err)
	}
	f := &folder{options: o, conn: conn, news: make(chan struct{}, 1)}
	if err := f.begin(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return f, nil
}

func (f *folder) begin(ctx context.Context) error {
	end := f.within(ctx)
	err := f.greet()
	if err = end(err); err != nil {
		return f.options.unreachable("IMAP", err)
	}
	if err := f.signIn(ctx); err != nil {
		return err
	}
	end = f.within(ctx)
	selected, err := f.client.Select(f.options.Folder, &imap.SelectOptions{ReadOnly: f.options.LeaveUnseen}).Wait()
	if err = end(err); err != nil {
		return f.refusedFolder(ctx, err)
	}
	f.validity = selected.UIDValidity
	return nil
}

func (f *folder) greet() (err error) {
	o := &imapclient.Options{
		TLSConfig: f.options.tlsConfig(),
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: func(data *imapclient.UnilateralDataMailbox) {
			if data.NumMessages != nil {
				f.tell()
			}
		}},
	}
	if f.options.Mode == StartTLS {
		f.client, err = imapclient.NewStartTLS(f.conn, o)
		return err
	}
	f.client = imapclient.New(f.conn, o)
	return f.client.WaitGreeting()
}

func (f *folder) tell() {
	select {
	case f.news <- struct{}{}:
	default:
	}
}

func (f *folder) signIn(ctx context.Context) error {
	if f.options.Tokens != nil {
		return f.signInByToken(ctx)
	}
	password, err := f.options.Password(ctx)
	if err != nil {
		return fmt.Errorf("the password of %s could not be had: %w", f.options.User, err)
	}
	end := f.within(ctx)
	if f.client.Caps().Has(imap.AuthCap(sasl.Plain)) {
		err = f.client.Authenticate(sasl.NewPlainClient("", f.options.User, password))
	} else {
		err = f.client.Login(f.options.User, password).Wait()
	}
	if err = end(err); err != nil {
		return f.refusedUser(err)
	}
	return nil
}

// signInByToken shows an access token. A token that is refused is given up, and the
// next connection brings a new one: whether that helps, only trying can tell.
func (f *folder) signInByToken(ctx context.Context) error {
	shown, err := f.options.bearer(ctx, func(mechanism string) bool { return f.client.Caps().Has(imap.AuthCap(mechanism)) })
	var no *oauth.Refused
	switch {
	case errors.As(err, &no):
		return &trouble{text: no.Text, err: err, final: true}
	case errors.Is(err, errNoBearer):
		return &trouble{text: fmt.Sprintf("the IMAP server at %s does not let anybody in by OAuth; use a password", f.options.addr()), err: err, final: true}
	case err != nil:
		return err
	}
	end := f.within(ctx)
	if err = end(f.client.Authenticate(shown)); err == nil {
		return nil
	}
	if _, said := errors.AsType[*imap.Error](err); said {
		f.options.Tokens.Forget(ctx, shown.token)
	}
	return troubled(err, "the IMAP server at %s did not take the access token of %s", f.options.addr(), f.options.User)
}

// refusedUser tells a wrong password, which stays wrong, from a server in trouble.
func (f *folder) refusedUser(err error) error {
	t := troubled(err, "the IMAP server at %s did not let %s sign in", f.options.addr(), f.options.User)
	if said, ok := errors.AsType[*imap.Error](err); ok {
		switch said.Code {
		case imap.ResponseCodeAuthenticationFailed, imap.ResponseCodeAuthorizationFailed, imap.ResponseCodeExpired:
			t = troubled(err, "the IMAP server at %s refused the password of %s", f.options.addr(), f.options.User)
			t.final = true
		}
	}
	return t
}

// refusedFolder tells a folder that is not there from one that cannot be opened
// now. Not every server gives a code (RFC 5530), so the list of folders decides.
func (f *folder) refusedFolder(ctx context.Context, err error) error {
	if _, ok := errors.AsType[*imap.Error](err); ok {
		end := f.within(ctx)
		found, listErr := f.client.List("", f.options.Folder, nil).Collect()
		if end(listErr) == nil && len(found) == 0 {
			t := troubled(err, "there is no folder %q in the mailbox of %s at %s", f.options.Folder, f.options.User, f.options.addr())
			t.final = true
			return t
		}
	}
	return troubled(err, "the IMAP server at %s did not open the folder %q of %s", f.options.addr(), f.options.Folder, f.options.User)
}

// within guards one step: the connection is closed when ctx ends or the step takes
// longer than the timeout. The function it returns ends the guard and names the
// reason for a failure.
func (f *folder) within(ctx context.Context) func(error) error {
	return f.withinTime(ctx, f.options.Timeout)
}

func (f *folder) withinTime(ctx context.Context, limit time.Duration) func(error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	stop := context.AfterFunc(ctx, func() { f.conn.Close() })
	return func(err error) error {
		stop()
		reason := ctx.Err()
		cancel()
		if err != nil && reason != nil {
			return errors.Join(reason, err)
		}
		return err
	}
}

// close says goodbye, if the server still listens.
func (f *folder) close() {
	timer := time.AfterFunc(2*time.Second, func() { f.conn.Close() })
	defer timer.Stop()
	_ = f.client.Logout().Wait() // the connection ends either way
	_ = f.client.Close()
}

// entry is a mail of the folder.
type entry struct {
	uid  uint32
	size int64 // bytes
}

// list returns the mails from a uid on, in the order of their uids.
func (f *folder) list(ctx context.Context, from uint32) ([]entry, error) {
	var set imap.UIDSet
	set.AddRange(imap.UID(from), 0)
	return f.listSet(ctx, set, from)
}

func (f *folder) listSet(ctx context.Context, set imap.UIDSet, from uint32) ([]entry, error) {
	end := f.within(ctx)
	found, err := f.client.Fetch(set, &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
	if err = end(err); err != nil {
		return nil, fmt.Errorf("listing the folder: %w", err)
	}
	var entries []entry
	for _, m := range found {
		if uint32(m.UID) >= from { // "n:*" always names the last mail, also when it is older
			entries = append(entries, entry{uint32(m.UID), m.RFC822Size})
		}
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

// fetch reads entries without marking them and gives each to use, in the order of
// the server. Of a mail above limit only the beginning is read.
func (f *folder) fetch(ctx context.Context, entries []entry, limit int64, use func(entry, []byte) error) error {
	section := &imap.FetchItemBodySection{Peek: true}
	if entries[0].size > limit {
		section.Partial = &imap.SectionPartial{Size: limit}
	}
	patience := f.options.Timeout + transferTime(entries)
	end := f.withinTime(ctx, patience)
	cmd := f.client.Fetch(uidSet(entries), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		uid, raw, err := f.body(msg, limit)
		if err = end(err); err == nil && raw != nil {
			if i := slices.IndexFunc(entries, func(e entry) bool { return e.uid == uid }); i >= 0 {
				err = use(entries[i], raw)
			}
		}
		if err != nil {
			f.conn.Close()  // the rest of the answer is not wanted
			_ = cmd.Close() // but the client waits for somebody to take it, and is never done before
			return fmt.Errorf("reading mail %d: %w", uid, err)
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

func (f *folder) body(msg *imapclient.FetchMessageData, limit int64) (uid uint32, raw []byte, err error) {
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = uint32(item.UID)
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue
			}
			if raw, err = io.ReadAll(io.LimitReader(item.Literal, limit)); err == nil {
				_, err = io.Copy(io.Discard, item.Literal)
			}
			if err == nil && raw == nil {
				raw = []byte{}
			}
		}
	}
	return uid, raw, err
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

// move takes what was committed out of the way. Where the server lacks MOVE it is
// copied, and deleted only once the copy is there: go-imap's own way sends the
// deletion without waiting. Without UIDPLUS it is marked as deleted and stays, since
// a bare EXPUNGE would delete what others marked (RFC 4315).
func (f *folder) move(ctx context.Context, entries []entry, to string) error {
	end := f.within(ctx)
	if err := end(f.carry(uidSet(entries), to)); err != nil {
		return fmt.Errorf("moving mail to %s: %w", to, err)
	}
	return nil
}

func (f *folder) carry(mails imap.UIDSet, to string) error {
	caps := f.client.Caps()
	if caps.Has(imap.CapMove) {
		_, err := f.client.Move(mails, to).Wait()
		return err
	}
	if _, err := f.client.Copy(mails, to).Wait(); err != nil {
		return err
	}
	deleted := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}
	if err := f.client.Store(mails, deleted, nil).Close(); err != nil || !caps.Has(imap.CapUIDPlus) {
		return err
	}
	return f.client.UIDExpunge(mails).Close()
}

// await returns when there may be new mail: the server said so in IDLE, or it is
// time to look again. Mail that comes just before IDLE begins is not announced by
// every server, so the first looks follow soon after one another.
func (f *folder) await(ctx context.Context, quiet int) error {
	if !f.client.Caps().Has(imap.CapIdle) {
		if !sleep(ctx, f.options.Poll) {
			return ctx.Err()
		}
		return nil
	}
	end := f.within(ctx)
	idle, err := f.client.Idle()
	if err = end(err); err != nil {
		return fmt.Errorf("starting IDLE: %w", err)
	}
	renew := time.NewTimer(min(f.options.Idle, f.options.Poll<<min(quiet, 10)))
	defer renew.Stop()
	select {
	case <-f.news:
	case <-renew.C:
	case <-f.client.Closed():
		return errors.New("the IMAP server closed the connection")
	case <-ctx.Done():
		f.conn.Close()
		return ctx.Err()
	}
	end = f.within(ctx)
	if err := end(errors.Join(idle.Close(), idle.Wait())); err != nil {
		return fmt.Errorf("ending IDLE: %w", err)
	}
	return nil
}
