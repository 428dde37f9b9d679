package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"time"

	"recado/config"
)

// benchCmd measures the program as it is: whole, on a real database, on this
// machine. What it found, and on which machine, is in docs/performance.md. It is a
// command and no test, since a test must not fail because a machine is busy.
type benchCmd struct {
	Turns     benchTurnsCmd     `cmd:"" default:"withargs" help:"Whole turns a second and their latency, beside what the database alone can do."`
	Idle      benchIdleCmd      `cmd:"" help:"How fast the program starts, and what it takes while nothing happens."`
	Lists     benchListsCmd     `cmd:"" help:"Lists and details over many messages."`
	Mail      benchMailCmd      `cmd:"" help:"Mail from an IMAP server to committed tickets, and notices from the outbox to an SMTP server."`
	Assistant benchAssistantCmd `cmd:"" help:"The built-in assistant over many articles and tickets."`
	WhatsApp  benchWhatsAppCmd  `cmd:"" name:"whatsapp" help:"WhatsApp on the wire, from customer to ticket and answer, beside a bare echo (build tag watest)."`
}

// benchBases say where a measurement runs.
type benchBases struct {
	Postgres string `env:"RECADO_TEST_POSTGRES" help:"Address of a PostgreSQL server on which databases may be made; without one, only SQLite is measured."`
	Redis    string `env:"RECADO_TEST_REDIS" help:"Redis for the sessions of the PostgreSQL runs; without one, they are in SQL."`
	Folder   string `type:"existingdir" help:"Where the SQLite file and the attachments go; empty is the system's temporary folder."`
	Only     string `enum:"sqlite,postgres,both" default:"both" help:"Which database: ${enum}."`
	JSON     bool   `help:"Print one JSON object for each measurement instead of a table."`
}

// benchBase is one database to measure on, empty, and ours alone.
type benchBase struct {
	name   string // for people
	driver string // of database/sql
	dsn    string // what the raw commits connect to
	cfg    config.Config
	drop   func() error
}

// each runs a measurement on every database, on a new one each time.
func (b *benchBases) each(ctx context.Context, std Streams, measure func(context.Context, *benchBase) error) error {
	makers := []func(context.Context) (*benchBase, error){}
	if b.Only != "postgres" {
		makers = append(makers, b.sqlite)
	}
	switch {
	case b.Only == "sqlite":
	case b.Postgres == "":
		_, _ = fmt.Fprintln(std.Err, "PostgreSQL is skipped: give --postgres or RECADO_TEST_POSTGRES.")
	default:
		makers = append(makers, b.postgres)
	}
	for _, create := range makers {
		base, err := create(ctx)
		if err != nil {
			return err
		}
		err = measure(ctx, base)
		if dropped := base.drop(); err == nil {
			err = dropped
		}
		if err != nil {
			return fmt.Errorf("%s: %w", base.name, err)
		}
	}
	return nil
}

// show prints one measurement.
func (b *benchBases) show(w io.Writer, result fmt.Stringer) error {
	if b.JSON {
		return json.NewEncoder(w).Encode(result)
	}
	_, err := io.WriteString(w, result.String())
	return err
}

// benchConfig is the default configuration, at once instead of after a quiet
// window: waiting for more of a burst is not work.
func benchConfig(folder string) config.Config {
	cfg := config.Default()
	cfg.Data = folder
	cfg.Desk.Name, cfg.Desk.Register = "Suporte Demo", "suporte@desk.example"
	cfg.Chat.Quiet = config.Quiet{}
	cfg.Hours = config.Hours{Always: true}
	return cfg
}

// benchLog shows what should not happen.
func benchLog(std Streams) *slog.Logger {
	return slog.New(slog.NewTextHandler(std.Err, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// resident reads a figure of a process out of /proc, in MB: VmRSS is what it takes
// now, VmHWM the most that it ever took. 0 where there is no /proc.
func resident(pid, field string) float64 {
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, field+": %f kB", &kb); n == 1 {
			return kb / 1024
		}
	}
	return 0
}

// forgetPeak makes VmHWM begin anew, where the system can.
func forgetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// processorTime is what this process used so far, in the system and outside it.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// loadAverage is how many processes wanted to run in the last minute; 0 where the
// system does not say.
func loadAverage() (load float64) {
	text, err := os.ReadFile("/proc/loadavg")
	if err == nil {
		_, _ = fmt.Sscan(string(text), &load)
	}
	return load
}
