package email

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"recado/channels"
	"recado/sign"
)

// memFiles keeps files in memory. While down is set nothing can be kept.
type memFiles struct {
	mu   sync.Mutex
	data map[string][]byte
	down error
}

func (m *memFiles) Keep(_ context.Context, r io.Reader, limit int64) (string, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down != nil {
		return "", 0, m.down
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return "", 0, err
	}
	if int64(len(b)) > limit {
		return "", 0, channels.ErrFileTooLarge
	}
	sum := sha256.Sum256(b)
	digest := hex.EncodeToString(sum[:])
	if m.data == nil {
		m.data = map[string][]byte{}
	}
	m.data[digest] = b
	return digest, int64(len(b)), nil
}

func (m *memFiles) Open(_ context.Context, digest string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.data[digest]
	if !ok {
		return nil, fmt.Errorf("no file %s", digest)
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// memMemory is channels.Memory that outlives a channel.
type memMemory struct {
	mu     sync.Mutex
	values map[string]string
}

func (m *memMemory) Load(_ context.Context, name string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values[name], nil
}

func (m *memMemory) Save(_ context.Context, name, value string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil {
		m.values = map[string]string{}
	}
	m.values[name] = value
	return nil
}

var testNow = time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC)

func testOptions(t testing.TB) Options {
	t.Helper()
	signer, err := sign.New(bytes.Repeat([]byte("k"), sign.MinKey))
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Account:         "suporte",
		Address:         "suporte@desk.example",
		Name:            "Suporte Aurora",
		TrustedAuthserv: []string{"mx.desk.example"},
		Memory:          &memMemory{},
		Files:           &memFiles{},
		Signer:          signer,
		Clock:           func() time.Time { return testNow },
	}
}

func testDesk(t testing.TB) *desk {
	t.Helper()
	d, err := newDesk(testOptions(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}
