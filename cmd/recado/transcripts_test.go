package main

import (
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"recado/config"
	"recado/testenv"
)

// TestTranscripts plays every transcript on both storage set-ups.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("../../bot/testdata/transcripts/*-*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	setups := map[string]func(t *testing.T) config.Config{
		"sqlite": func(*testing.T) config.Config { return config.Default() },
		"postgres+redis": func(t *testing.T) config.Config {
			cfg := config.Default()
			cfg.Database, cfg.Redis = config.NewSecret(testenv.Postgres(t)), config.NewSecret(testenv.Redis(t))
			return cfg
		},
	}
	if underRace {
		delete(setups, "postgres+redis") // the same engine: `make suite` plays them there without the detector
	}
	for name, setup := range setups {
		for _, file := range files {
			t.Run(name+"/"+strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
				t.Parallel()
				if err := playFile(t.Context(), file, setup(t), slog.New(slog.DiscardHandler)); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}
