package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// device is the number's linked device: a new one without ID when nothing is linked yet.
func device(ctx context.Context, container *sqlstore.Container) (*store.Device, error) {
	d, err := container.GetFirstDevice(ctx)
	if err != nil {
		return nil, fmt.Errorf("whatsapp: read the linked device: %w", err)
	}
	return d, nil
}

// settledDevice is the linked device, unless another process is just linking it.
func (o Options) settledDevice(ctx context.Context, container *sqlstore.Container) (d *store.Device, linked bool, err error) {
	free, mine, err := o.lockLink(ctx)
	if err != nil || !mine {
		return nil, false, err
	}
	defer free()
	d, err = device(ctx, container)
	return d, err == nil && d.ID != nil, err
}

// Link is what is known of a number without asking WhatsApp.
type Link struct {
	Linked bool
	Number string // digits with country code
	Name   string // as customers see it
	Device uint16 // which linked device of the phone
}

// Look reads whether a number is linked. It changes nothing, and may be called beside a
// running desk.
func Look(ctx context.Context, o Options) (Link, error) {
	o = o.withDefaults()
	container, err := o.attach(ctx, false)
	if errors.Is(err, fs.ErrNotExist) {
		return Link{}, nil
	}
	if err != nil {
		return Link{}, err
	}
	defer func() { _ = container.Close() }() // only read
	d, err := device(ctx, container)
	if err != nil || d.ID == nil {
		return Link{}, err
	}
	return Link{Linked: true, Number: d.ID.User, Name: d.PushName, Device: d.ID.Device}, nil
}

func waLogger(log *slog.Logger) waLog.Logger { return leveled{log.With("part", "whatsapp")} }

// leveled is whatsmeow's log as ours. Its debug lines hold what people wrote: dropped.
type leveled struct{ to *slog.Logger }

func (l leveled) Warnf(format string, args ...any)  { l.to.Warn(fmt.Sprintf(format, args...)) }
func (l leveled) Errorf(format string, args ...any) { l.to.Error(fmt.Sprintf(format, args...)) }
func (l leveled) Infof(format string, args ...any)  { l.to.Info(fmt.Sprintf(format, args...)) }
func (leveled) Debugf(string, ...any)               {}

// Sub implements waLog.Logger.
func (l leveled) Sub(module string) waLog.Logger { return leveled{l.to.With("module", module)} }
