package whatsapp

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// The settings of whatsmeow's own SQLite file. Immediate transactions: without them
// its decryption fails with BUSY_SNAPSHOT under load, and messages are lost.
const sqlitePragmas = "?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate"

// openStore opens whatsmeow's store, and brings its tables up to date.
func openStore(ctx context.Context, dsn string, log *slog.Logger) (*sqlstore.Container, error) {
	dialect, address := "sqlite", "file:"+dsn+sqlitePragmas
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		dialect, address = "pgx", dsn
	}
	container, err := sqlstore.New(ctx, dialect, address, leveled{log.With("part", "whatsapp-store")})
	if err != nil {
		return nil, fmt.Errorf("whatsapp: open the store of keys: %w", err)
	}
	return container, nil
}

// device is the number's linked device: a new one without ID when nothing is linked yet.
func device(ctx context.Context, container *sqlstore.Container) (*store.Device, error) {
	d, err := container.GetFirstDevice(ctx)
	if err != nil {
		return nil, fmt.Errorf("whatsapp: read the linked device: %w", err)
	}
	return d, nil
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
