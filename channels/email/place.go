package email

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/emersion/go-imap/v2"
)

// spelled tries a folder's name as it was written, and then as the server would write
// it: "/" stands for whatever separates levels there, and on some servers all folders lie
// below INBOX. Only a plain NO is a reason to try again.
func (f *folder) spelled(ctx context.Context, name string, try func(name string) error) error {
	err := try(name)
	if _, no := errors.AsType[*imap.Error](err); !no || strings.EqualFold(name, "INBOX") {
		return err
	}
	if there := f.asThere(ctx, name); there != name {
		return try(there)
	}
	return err
}

// asThere is a folder's name in the personal namespace of the server (RFC 2342).
func (f *folder) asThere(ctx context.Context, name string) string {
	prefix, separator := "", "/"
	end := f.within(ctx)
	if f.client.Caps().Has(imap.CapNamespace) {
		data, err := f.client.Namespace().Wait()
		if end(err) == nil && len(data.Personal) > 0 {
			prefix, separator = data.Personal[0].Prefix, string(data.Personal[0].Delim)
		}
	} else {
		found, err := f.client.List("", "", nil).Collect()
		if end(err) == nil && len(found) > 0 {
			separator = string(found[0].Delim)
		}
	}
	if separator != "\x00" {
		name = strings.ReplaceAll(name, "/", separator)
	}
	if !strings.HasPrefix(strings.ToUpper(name), strings.ToUpper(prefix)) {
		name = prefix + name
	}
	return name
}

// speakUTF8 lets go-imap write folder names as it does to a server of IMAP4rev2: in UTF-8,
// which such a server expects only once that was enabled (RFC 9051 section 6.3.1).
func (f *folder) speakUTF8(ctx context.Context) error {
	if !f.client.Caps().Has(imap.CapIMAP4rev2) {
		return nil
	}
	end := f.within(ctx)
	_, err := f.client.Enable(imap.CapIMAP4rev2).Wait()
	if _, no := errors.AsType[*imap.Error](err); no {
		err = nil // then names in ASCII must do
	}
	if err = end(err); err != nil {
		return fmt.Errorf("agreeing on IMAP4rev2: %w", err)
	}
	return nil
}

// move takes what was committed out of the way, into a folder that is made when it is
// missing.
func (f *folder) move(ctx context.Context, entries []entry, to string) error {
	carry := func(name string) error {
		end := f.within(ctx)
		return end(f.carry(uidSet(entries), name))
	}
	err := f.spelled(ctx, to, carry)
	if _, no := errors.AsType[*imap.Error](err); no {
		there := f.asThere(ctx, to)
		end := f.within(ctx)
		if end(f.client.Create(there, nil).Wait()) == nil {
			end = f.within(ctx)
			_ = end(f.client.Subscribe(there).Wait()) // so that mail programs show it; not all servers care
			err = carry(there)
		}
	}
	if err != nil {
		return fmt.Errorf("moving mail to %s: %w", to, err)
	}
	return nil
}

// carry moves mails. Where the server lacks MOVE they are copied, and deleted only once
// the copies are there: go-imap's own way sends the deletion without waiting. Without
// UIDPLUS they are marked as deleted and stay, since a bare EXPUNGE would delete what
// others marked (RFC 4315).
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
