package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"recado/config"
)

// emptyDesk is the database of a desk in which nothing is yet, as bytes of its file. It is
// made once: to make it anew took most of the time of a short transcript.
var emptyDesk = sync.OnceValues(func() (file []byte, err error) {
	folder, err := os.MkdirTemp("", "recado-empty-*")
	if err != nil {
		return nil, fmt.Errorf("make a folder for an empty desk: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	cfg := config.Default()
	cfg.Data = folder
	db, err := openStore(context.Background(), cfg, slog.New(slog.DiscardHandler), storeOptions{Now: func() time.Time { return time.Time{} }})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(folder, "recado.db"))
})

// ground lays the empty database where the desk opens its own, unless one is there.
func (s *stage) ground() error {
	path := filepath.Join(s.cfg.Data, "recado.db")
	if _, err := os.Stat(path); !s.cfg.Database.IsZero() || !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	file, err := emptyDesk()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.cfg.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		return fmt.Errorf("lay an empty desk: %w", err)
	}
	return nil
}
