package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"recado/config"
	"recado/play"
)

// playCmd runs transcripts (docs/transcripts.md).
type playCmd struct {
	Files   []string `arg:"" type:"existingfile" help:"Transcripts to run."`
	Verbose bool     `short:"v" help:"Show the program's log."`
}

// Run plays each transcript on a desk of its own.
func (c *playCmd) Run(ctx context.Context, std Streams) error {
	level := slog.LevelError + 1
	if c.Verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(std.Err, &slog.HandlerOptions{Level: level}))
	failed := 0
	for _, file := range c.Files {
		err := playFile(ctx, file, config.Default(), log)
		if err != nil {
			failed++
			_, _ = fmt.Fprintf(std.Out, "FAIL  %s\n%v\n\n", file, err)
			continue
		}
		_, _ = fmt.Fprintf(std.Out, "ok    %s\n", file)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d transcripts failed", failed, len(c.Files))
	}
	return nil
}

// playFile runs one transcript; base names the databases, SQLite in a folder of its
// own when it names none.
func playFile(ctx context.Context, file string, base config.Config, log *slog.Logger) (err error) {
	script, err := play.Load(file)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "recado-play-*")
	if err != nil {
		return fmt.Errorf("make a folder for the transcript: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	base.Data = folder
	base.Desk.Name, base.Desk.Register, base.Desk.Phone = "Suporte Demo", "suporte@desk.example", "(11) 4002-8922"
	base.Chat.Quiet = config.Quiet{}
	s := newStage(base, log)
	defer func() { err = errors.Join(err, s.Close()) }()
	return errors.Join(play.Run(ctx, script, s), s.unfit())
}
