package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"recado/bulk"
)

// exportCmd writes what the desk has into files.
type exportCmd struct {
	Desk     exportDeskCmd     `cmd:"" default:"withargs" help:"Organisations, people, catalogue and articles, as files that import reads."`
	Outcomes exportOutcomesCmd `cmd:"" help:"How everything that ever came in ended, as CSV."`
}

// exportDeskCmd writes master data.
type exportDeskCmd struct {
	Config string   `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
	Format string   `enum:"yaml,csv" default:"yaml" help:"yaml, or csv for spreadsheets (${enum})."`
	Only   []string `enum:"catalog,organisations,people,articles" help:"Only these kinds: ${enum}."`
	Folder string   `arg:"" type:"path" help:"A new or an empty folder."`
}

// Run writes one file for each kind; in YAML, one for each article.
func (c *exportDeskCmd) Run(ctx context.Context, std Streams) error {
	cfg, err := configured(c.Config, std)
	if err != nil {
		return err
	}
	// What an earlier export left there would be imported together with this one.
	if left, err := os.ReadDir(c.Folder); err == nil && len(left) > 0 {
		return fmt.Errorf("%s is not empty; choose a new folder", c.Folder)
	}
	db, err := openStore(ctx, cfg, newLog(cfg, std.Err), storeOptions{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing was written to it
	kinds := bulk.Kinds
	if len(c.Only) > 0 {
		kinds = nil
		for _, k := range c.Only {
			kinds = append(kinds, bulk.Kind(k))
		}
	}
	return bulk.Export(ctx, db, kinds, bulk.Format(c.Format), cfg.Desk.Language, func(name string) (io.WriteCloser, error) {
		path := filepath.Join(c.Folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		_, _ = fmt.Fprintln(std.Out, path)
		// People's addresses are in it: for the owner's eyes.
		return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	})
}

// exportOutcomesCmd writes the ledger in which nothing is lost.
type exportOutcomesCmd struct {
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
	File   string `arg:"" optional:"" type:"path" help:"A new file; without one, the ledger is printed."`
}

// Run writes one row for each item that was ever accepted.
func (c *exportOutcomesCmd) Run(ctx context.Context, std Streams) error {
	cfg, err := configured(c.Config, std)
	if err != nil {
		return err
	}
	db, err := openStore(ctx, cfg, newLog(cfg, std.Err), storeOptions{})
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing was written to it
	if c.File == "" {
		return bulk.WriteOutcomes(ctx, db, std.Out)
	}
	f, err := os.OpenFile(c.File, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(bulk.WriteOutcomes(ctx, db, f), f.Close())
}
