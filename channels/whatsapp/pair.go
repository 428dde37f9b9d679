package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"recado/channels"
)

// What keeps a number from being linked; the texts are for the person at the terminal.
var (
	ErrLinked  = errors.New("whatsapp: the number is linked already; `recado whatsapp unpair` ends that")
	ErrLinking = errors.New("whatsapp: another process is linking this number right now")
	ErrPasskey = errors.New("whatsapp: WhatsApp asks for the account's passkey, which only a browser can show; " +
		"on the phone, remove it under Settings > Account > Passkeys, and link again")
	ErrBadPhone = errors.New("whatsapp: write the number with its country code, such as +5511999990000")

	errOldPhone = errors.New("whatsapp: the phone is too old to have linked devices; update WhatsApp there")
	errOutdated = errors.New("whatsapp: WhatsApp wants a newer client: update recado")
)

// Pair links the number to the phone that scans one of the codes given to show, or into
// which the code is typed that shows what phone, digits with country code, asked for;
// an empty phone asks for QR codes alone. A code is good for some seconds: show is called
// with the next one then. It returns once the link is made and stored.
func Pair(ctx context.Context, o Options, phone string, show func(qr, typed string)) error {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return err
	}
	settleGlobals()
	container, err := o.openStore(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = container.Close() }() // the link is committed
	free, err := o.awaitLock(ctx)
	if err != nil {
		return err
	}
	defer free()
	d, err := device(ctx, container)
	if err != nil {
		return err
	}
	if d.ID != nil {
		return ErrLinked
	}
	o.refreshVersion(ctx)
	return o.link(ctx, d, phone, show)
}

// linking is one attempt of a phone to link d.
type linking struct {
	client   *whatsmeow.Client
	phone    string
	show     func(qr, typed string)
	codeFor  time.Duration
	happened chan any
	codes    []string // not shown yet
	typed    string
	next     *time.Timer // when the code that is shown is over; nil: none is
}

// link makes the link of a device that has none, whose codes run out and come anew
// until somebody uses one or ctx ends. It logs in once, which completes it.
func (o Options) link(ctx context.Context, d *store.Device, phone string, show func(qr, typed string)) error {
	client := o.newClient(d)
	client.EnableAutoReconnect = false // it is connected anew when the codes have run out
	defer client.Disconnect()
	l := &linking{client: client, phone: phone, show: show, codeFor: o.CodeFor, happened: make(chan any, 16)}
	ended, end := context.WithCancel(ctx)
	defer end()
	client.AddEventHandler(func(event any) {
		select {
		case l.happened <- event:
		case <-ended.Done():
		}
	})
	for pause := time.Second; ; {
		if err := client.ConnectContext(ctx); err != nil {
			return fmt.Errorf("whatsapp: WhatsApp cannot be reached: %w", err)
		}
		again, err := l.await(ctx)
		if err != nil || !again {
			return err
		}
		client.Disconnect()
		if channels.Sleep(ctx, min(pause, o.Retry)); ctx.Err() != nil {
			return ctx.Err()
		}
		pause = min(2*pause, time.Minute)
	}
}

// await shows codes until the link is made. True: they ran out, or the connection broke
// off; there are more to be had.
func (l *linking) await(ctx context.Context) (again bool, err error) {
	l.codes, l.typed, l.next = nil, "", nil
	linked := false
	for {
		var over <-chan time.Time
		if l.next != nil {
			over = l.next.C
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-over:
			if len(l.codes) == 0 {
				return true, nil
			}
			l.showNext(l.codeFor)
		case event := <-l.happened:
			switch e := event.(type) {
			case *events.QR:
				err = l.begin(ctx, e.Codes)
			case *events.PairSuccess:
				linked, l.next = true, nil
			case *events.PairPasskeyRequest, *events.PairPasskeyError:
				err = ErrPasskey
			case *events.PairError:
				err = fmt.Errorf("whatsapp: the phone and we do not agree: %w", e.Error)
			case *events.QRScannedWithoutMultidevice:
				err = errOldPhone
			case *events.ClientOutdated:
				err = errOutdated
			case *events.Disconnected:
				if !linked {
					return true, nil
				}
				err = errors.New("whatsapp: the link was made, but the connection broke off before it was used; start recado and look at `recado whatsapp status`")
			case *events.Connected:
				return false, nil // after the first login with the new link
			}
			if err != nil {
				return false, err
			}
		}
	}
}

// begin takes new codes, and asks for one to be typed in where that is wished.
func (l *linking) begin(ctx context.Context, codes []string) (err error) {
	l.codes = codes
	if l.phone != "" {
		l.typed, err = l.client.PairPhone(ctx, l.phone, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
		switch {
		case errors.Is(err, whatsmeow.ErrPhoneNumberTooShort), errors.Is(err, whatsmeow.ErrPhoneNumberIsNotInternational):
			return ErrBadPhone
		case err != nil:
			return fmt.Errorf("whatsapp: WhatsApp gives no code for that number: %w", err)
		}
	}
	const firstTimes = 3
	l.showNext(firstTimes * l.codeFor)
	return nil
}

func (l *linking) showNext(lasts time.Duration) {
	if len(l.codes) == 0 {
		return
	}
	l.show(l.codes[0], l.typed)
	l.codes, l.next = l.codes[1:], time.NewTimer(lasts)
}

// Unpair ends the link: WhatsApp forgets the device, and so do we. A desk that runs
// meanwhile loses its connection by it, and waits to be linked again.
func Unpair(ctx context.Context, o Options) error {
	o = o.withDefaults()
	settleGlobals()
	container, err := o.openStore(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = container.Close() }() // everything in it is committed
	free, err := o.awaitLock(ctx)
	if err != nil {
		return err
	}
	defer free()
	d, err := device(ctx, container)
	if err != nil {
		return err
	}
	if d.ID == nil {
		return errNotLinked
	}
	client := o.newClient(d)
	client.EnableAutoReconnect = false
	defer client.Disconnect()
	happened := make(chan any, 16)
	client.AddEventHandlerWithSuccessStatus(func(event any) bool {
		if _, isMessage := event.(*events.Message); isMessage {
			return false // for the desk to take, when it is linked again
		}
		select {
		case happened <- event:
		default:
		}
		return true
	})
	o.refreshVersion(ctx)
	if err := client.ConnectContext(ctx); err != nil {
		return fmt.Errorf("whatsapp: WhatsApp cannot be reached: %w", err)
	}
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("whatsapp: log in, to be unlinked: %w", ctx.Err())
		case event := <-happened:
			switch e := event.(type) {
			case *events.Connected:
				// Not Logout: it forgets the device once more than the server's answer has it forgotten.
				err := askToUnlink(ctx, client, *d.ID)
				if err != nil {
					return err
				}
			case *events.LoggedOut:
				return forgotten(ctx, container)
			case events.PermanentDisconnect:
				return fmt.Errorf("whatsapp: WhatsApp does not let us in to unlink (%s); unlink it on the phone", e.PermanentDisconnectDescription())
			}
		}
	}
}

// askToUnlink asks WhatsApp to forget a device, which it confirms by logging it out.
//
//nolint:staticcheck // the way there is to ask without forgetting the device twice
func askToUnlink(ctx context.Context, client *whatsmeow.Client, own types.JID) error {
	_, err := client.DangerousInternals().SendIQ(ctx, whatsmeow.DangerousInfoQuery{
		Namespace: "md", Type: "set", To: types.ServerJID,
		Content: []waBinary.Node{{Tag: "remove-companion-device", Attrs: waBinary.Attrs{"jid": own, "reason": "user_initiated"}}},
	})
	if err != nil && !errors.Is(err, whatsmeow.ErrIQDisconnected) {
		return fmt.Errorf("whatsapp: ask to be unlinked: %w", err)
	}
	return nil
}

// forgotten waits until whatsmeow has deleted a device: it tells of it a moment before.
func forgotten(ctx context.Context, container *sqlstore.Container) error {
	for {
		d, err := device(ctx, container)
		if err != nil || d.ID == nil {
			return err
		}
		if channels.Sleep(ctx, 10*time.Millisecond); ctx.Err() != nil {
			return ctx.Err()
		}
	}
}
