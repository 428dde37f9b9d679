package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"recado/bot/redisstore"
	"recado/bot/sqlstore"
	"recado/channels"
	"recado/config"
	"recado/core/dialogue"
	"recado/core/hours"
	"recado/core/message"
)

// storeOptions are what only a running desk gives the store.
type storeOptions struct {
	Now        func() time.Time
	Foretell   func(message.Outbound) string
	KeepSchema bool
}

// openStore opens the configured database: PostgreSQL, or SQLite in the data folder.
func openStore(ctx context.Context, cfg config.Config, log *slog.Logger, o storeOptions) (*sqlstore.DB, error) {
	opts := sqlstore.Options{Logger: log, Now: o.Now, Foretell: o.Foretell, KeepSchema: o.KeepSchema}
	if cfg.Database.IsZero() {
		if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
			return nil, fmt.Errorf("make the data folder: %w", err)
		}
		opts.Driver, opts.DSN = sqlstore.SQLite, filepath.Join(cfg.Data, "recado.db")
	} else {
		opts.Driver, opts.DSN = sqlstore.Postgres, cfg.Database.Reveal()
	}
	return sqlstore.Open(ctx, opts)
}

// openSessions keeps sessions in Redis when it is configured, else in SQL.
func (d *desk) openSessions(ctx context.Context) (dialogue.Sessions, error) {
	if d.cfg.Redis.IsZero() {
		return d.db.Sessions(), nil
	}
	s, err := redisstore.Open(ctx, redisstore.Options{URL: d.cfg.Redis.Reveal()})
	if err != nil {
		return nil, err
	}
	d.closers = append(d.closers, s.Close)
	return s, nil
}

// memory is where channels keep their few words. A desk that is only asked how it
// would be put together may have none yet.
func (d *desk) memory() channels.Memory {
	if d.db == nil {
		return noMemory{}
	}
	return d.db.Memory()
}

// noMemory has nothing and keeps nothing.
type noMemory struct{}

func (noMemory) Load(context.Context, string) (string, error) { return "", nil }
func (noMemory) Save(context.Context, string, string) error   { return nil }

// calendarOf makes the business calendar.
func calendarOf(cfg config.Config) (*hours.Calendar, error) {
	h := cfg.Hours
	o := hours.Options{
		Location: cfg.Desk.TimeZone, Always: h.Always,
		Brazil: hours.Brazil{
			National: h.Holidays.Brazil, Carnaval: h.Holidays.Carnival, AshWednesday: h.Holidays.AshWednesday, CorpusChristi: h.Holidays.CorpusChristi,
		},
	}
	if !h.Always {
		w := h.Week
		o.Week = map[time.Weekday][]string{
			time.Monday: w.Monday, time.Tuesday: w.Tuesday, time.Wednesday: w.Wednesday, time.Thursday: w.Thursday,
			time.Friday: w.Friday, time.Saturday: w.Saturday, time.Sunday: w.Sunday,
		}
	}
	for _, c := range h.Closed {
		o.Closed = append(o.Closed, hours.ClosedDate{Date: c.Date, Name: c.Name, Hours: c.Hours})
	}
	for _, c := range h.Open {
		o.Open = append(o.Open, hours.OpenDate{Date: c.Date, Name: c.Name, Hours: c.Hours})
	}
	return hours.New(o)
}
