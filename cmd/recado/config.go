package main

import (
	"context"
	"errors"
	"io"

	"recado/config"
)

// configCmd is about the configuration file.
type configCmd struct {
	Example configExampleCmd `cmd:"" help:"Print an annotated example file with every key and its default."`
}

// configExampleCmd prints the embedded example.
type configExampleCmd struct{}

// Run prints the file.
func (*configExampleCmd) Run(_ context.Context, std Streams) error {
	_, err := io.WriteString(std.Out, config.Example)
	return err
}

// configured loads the configuration, and shows all that is wrong with it line by
// line.
func configured(path string, std Streams) (config.Config, error) {
	cfg, err := loadConfig(path)
	if faults, ok := errors.AsType[config.Faults](err); ok {
		_, _ = io.WriteString(std.Err, faults.Text()+"\n")
		return cfg, errors.New("the configuration has to be mended first; nothing was done")
	}
	return cfg, err
}
