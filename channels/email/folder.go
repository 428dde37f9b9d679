package email

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"recado/channels"
	"recado/channels/email/oauth"
)

// folder is one IMAP connection with its folder selected. go-imap knows no
// contexts: each step here ends its connection when ctx ends or time is up.
type folder struct {
	options  IMAP
	name     string // as it was configured
	there    string // as the server writes it, once it was found
	conn     *wire
	client   *imapclient.Client
	news     chan struct{} // holds one when the server told of new mail
	validity uint32        // 0: the server gives none
	next     uint32        // above every uid that was ever given; 0: the server does not tell
}

// openFolder connects, signs in and selects.
func openFolder(ctx context.Context, o IMAP, name string) (*folder, error) {
	conn, err := o.dial(ctx)
	if err != nil {
		return nil, o.unreachable("IMAP", err)
	}
	f := &folder{options: o, name: name, conn: &wire{Conn: conn}, news: make(chan struct{}, 1)}
	if err := f.begin(ctx); err != nil {
		conn.Close()
		return nil, f.explained(err)
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
	if err := f.speakUTF8(ctx); err != nil {
		return err
	}
	selected, err := f.choose(ctx)
	if err != nil {
		return f.refusedFolder(ctx, err)
	}
	f.validity, f.next = selected.UIDValidity, uint32(selected.UIDNext)
	return nil
}

// choose selects the folder, as it was configured or as the server would write it.
func (f *folder) choose(ctx context.Context) (selected *imap.SelectData, err error) {
	err = f.spelled(ctx, or(f.there, f.name), func(name string) error {
		end := f.within(ctx)
		selected, err = f.client.Select(name, &imap.SelectOptions{ReadOnly: f.options.LeaveUnseen}).Wait()
		if err = end(err); err == nil {
			f.there = name
		}
		return err
	})
	return selected, err
}

// explained adds what a server said when it hung up.
func (f *folder) explained(err error) error {
	words := f.conn.farewell()
	if err == nil || words == "" {
		return err
	}
	return &farewell{words: words, err: err}
}

// farewell is an error behind which a server said goodbye.
type farewell struct {
	words string
	err   error
}

func (f *farewell) Error() string { return f.err.Error() + "; the server's last words: " + f.words }
func (f *farewell) Unwrap() error { return f.err }

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
		err = f.heard(func() error { return f.client.Authenticate(sasl.NewPlainClient("", f.options.User, password)) })
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
	if err = end(f.heard(func() error { return f.client.Authenticate(shown) })); err == nil {
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
		found, listErr := f.client.List("", "*", nil).Collect()
		var names []string
		for _, m := range found {
			names = append(names, m.Mailbox)
		}
		if end(listErr) == nil && !slices.Contains(names, f.name) {
			t := troubled(err, "there is no folder %q in the mailbox of %s at %s, but: %.500s", f.name, f.options.User, f.options.addr(),
				strings.Join(names, ", "))
			t.final = true
			return t
		}
	}
	return troubled(err, "the IMAP server at %s did not open the folder %q of %s", f.options.addr(), f.name, f.options.User)
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
	select {
	case <-f.client.Closed(): // nobody is there to hear it
		_ = f.client.Close()
		return
	default:
	}
	timer := time.AfterFunc(2*time.Second, func() { f.conn.Close() })
	defer timer.Stop()
	_ = f.client.Logout().Wait() // the connection ends either way
	_ = f.client.Close()
}

// await returns when there may be new mail: the server said so in IDLE, which is what
// told means, or it is time to look again.
func (f *folder) await(ctx context.Context, wait time.Duration) (told bool, err error) {
	if !f.client.Caps().Has(imap.CapIdle) {
		if !channels.Sleep(ctx, f.options.Poll) {
			return false, ctx.Err()
		}
		return true, f.refresh(ctx) // nobody promised to tell
	}
	end := f.within(ctx)
	var idle *imapclient.IdleCommand
	err = f.heard(func() (err error) { idle, err = f.client.Idle(); return err })
	if err = end(err); err != nil {
		return false, fmt.Errorf("starting IDLE: %w", err)
	}
	renew := time.NewTimer(wait)
	defer renew.Stop()
	select {
	case <-f.news:
		told = true
	case <-renew.C:
	case <-f.client.Closed():
		return false, errors.New("the IMAP server closed the connection")
	case <-ctx.Done():
		f.conn.Close()
		return false, ctx.Err()
	}
	end = f.within(ctx)
	if err := end(errors.Join(idle.Close(), idle.Wait())); err != nil {
		return false, fmt.Errorf("ending IDLE: %w", err)
	}
	if told {
		return true, nil
	}
	return false, f.refresh(ctx)
}

// heard runs a step that waits for the server to say "+". On a line whose end was read
// just before, go-imap waits for ever: then the step is left behind.
func (f *folder) heard(step func() error) error {
	done := make(chan error, 1)
	go func() { done <- step() }()
	select {
	case err := <-done:
		return err
	case <-f.client.Closed():
	}
	select {
	case err := <-done: // a refusal, and then the end
		return err
	default:
		return errors.New("the IMAP server closed the connection")
	}
}

// refresh selects the folder again. Some servers show it as it was at their last SELECT or
// NOOP; and one that was deleted and made again beside us is another folder, of which
// Dovecot does not tell who has the old one open.
func (f *folder) refresh(ctx context.Context) error {
	selected, err := f.choose(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("looking for new mail: %w", f.refusedFolder(ctx, err))
	case selected.UIDValidity != f.validity:
		return errAnother
	}
	return nil
}

// errAnother ends a session; the next one begins with the new folder.
var errAnother = errors.New("the folder was deleted and made anew")
