package whatsapp

import (
	"context"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"
)

// ErrLinked is returned by Pair for a number that is linked already.
var ErrLinked = errors.New("whatsapp: the number is linked already")

// Pair links the number to the phone that scans one of the codes given to show, or into
// which the code is typed that shows what phone, digits with country code, asked for;
// an empty phone asks for QR codes alone. It returns once the link is made and stored.
func Pair(ctx context.Context, o Options, phone string, show func(qr, typed string)) error {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return err
	}
	muteSignal()
	container, err := openStore(ctx, o.DSN, o.Log)
	if err != nil {
		return err
	}
	defer func() { _ = container.Close() }() // the link is committed
	d, err := device(ctx, container)
	if err != nil {
		return err
	}
	if d.ID != nil {
		return ErrLinked
	}
	client := o.newClient(d)
	defer client.Disconnect()
	happened := make(chan any, 16)
	client.AddEventHandler(func(event any) {
		select {
		case happened <- event:
		case <-ctx.Done():
		}
	})
	if err := client.ConnectContext(ctx); err != nil {
		return fmt.Errorf("whatsapp: connect: %w", err)
	}
	return pairing(ctx, client, phone, happened, show)
}

func pairing(ctx context.Context, client *whatsmeow.Client, phone string, happened <-chan any, show func(qr, typed string)) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case event := <-happened:
			switch e := event.(type) {
			case *events.QR:
				typed := ""
				if phone != "" {
					var err error
					if typed, err = client.PairPhone(ctx, phone, true, whatsmeow.PairClientChrome, "Chrome (Linux)"); err != nil {
						return fmt.Errorf("whatsapp: ask for a code: %w", err)
					}
				}
				show(e.Codes[0], typed)
			case *events.PairError:
				return fmt.Errorf("whatsapp: the phone and we do not agree: %w", e.Error)
			case *events.ClientOutdated:
				return errors.New("whatsapp: WhatsApp wants a newer client: update recado")
			case *events.Connected:
				return nil // after the first login with the new link
			}
		}
	}
}
