package config

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// KeyFile is where the signing key is kept when the configuration gives none.
func (c Config) KeyFile() string { return filepath.Join(c.Data, "secret") }

// Keys gives the keys of signed links, the signing one first, at least 32 bytes each.
// Without secret or secret_file it reads KeyFile, and makes it on the first start,
// readable by its owner alone.
func (c Config) Keys() ([][]byte, error) {
	if !c.Secret.IsZero() {
		return splitKeys(c.Secret.Reveal()), nil
	}
	path := c.KeyFile()
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(path); err != nil {
			return nil, fmt.Errorf("make the signing key: %w", err)
		}
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the signing key: %w", err)
	}
	keys := splitKeys(string(text))
	for _, k := range keys {
		if len(k) < minKey {
			return nil, fmt.Errorf("the signing key in %s is shorter than %d characters", path, minKey)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("the signing key file %s is empty; delete it to have a new one made", path)
	}
	return keys, nil
}

// makeKey writes a new key. It is written aside and linked into place, so that of
// two processes that start together one key wins, and nobody reads half of it.
func makeKey(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	var key [minKey]byte
	if _, err := rand.Read(key[:]); err != nil {
		return err
	}
	aside, err := os.CreateTemp(filepath.Dir(path), "secret-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(aside.Name()) }()
	_, err = aside.WriteString(hex.EncodeToString(key[:]) + "\n")
	if err = errors.Join(err, aside.Sync(), aside.Close()); err != nil {
		return err
	}
	if err := os.Link(aside.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func splitKeys(text string) [][]byte {
	var keys [][]byte
	for k := range strings.FieldsSeq(text) {
		keys = append(keys, []byte(k))
	}
	return keys
}
