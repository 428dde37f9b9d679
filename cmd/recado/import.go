package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"recado/bot"
	"recado/bulk"
)

// importCmd reads master data from files.
type importCmd struct {
	Config string   `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
	DryRun bool     `short:"n" help:"Only say what would be added and changed."`
	Paths  []string `arg:"" help:"YAML, CSV and Markdown files, or folders of them."`
}

// Run imports everything, or nothing and says why not.
func (c *importCmd) Run(ctx context.Context, std Streams) error {
	cfg, err := configured(c.Config, std)
	if err != nil {
		return err
	}
	db, err := openStore(ctx, cfg, newLog(cfg, std.Err), storeOptions{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // what was written is durable by now
	act := bulk.Read(machine{}, c.Paths...).Import
	if c.DryRun {
		act = bulk.Read(machine{}, c.Paths...).Plan
	}
	report, err := act(ctx, db, bot.SystemClock{}.Now())
	if problems, ok := errors.AsType[bulk.Problems](err); ok {
		_, _ = io.WriteString(std.Err, problems.Text(cfg.Desk.Language)+"\n")
		return fmt.Errorf("nothing was written; to be mended: %d", len(problems))
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(std.Out, report.Text(cfg.Desk.Language))
	return err
}

// machine is the machine's files by the names that people type, which may be absolute
// or begin with "..".
type machine struct{}

// Open implements fs.FS.
func (machine) Open(name string) (fs.File, error) { return os.Open(name) }
