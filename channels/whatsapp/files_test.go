package whatsapp

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"sync"

	"recado/channels"
)

// memFiles keeps files in memory.
type memFiles struct {
	mu   sync.Mutex
	kept map[string][]byte
}

func newMemFiles() *memFiles { return &memFiles{kept: map[string][]byte{}} }

func (m *memFiles) Keep(_ context.Context, r io.Reader, limit int64) (string, int64, error) {
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return "", 0, err
	}
	if int64(len(raw)) > limit {
		return "", 0, channels.ErrFileTooLarge
	}
	sum := sha256.Sum256(raw)
	digest := hex.EncodeToString(sum[:])
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[digest] = raw
	return digest, int64(len(raw)), nil
}

func (m *memFiles) Open(_ context.Context, digest string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	raw, ok := m.kept[digest]
	if !ok {
		return nil, errors.New("no such file")
	}
	return io.NopCloser(bytes.NewReader(raw)), nil
}
