// Package ratchet keeps a WhatsApp client from encrypting two messages with one key.
//
// whatsmeow reads a session of the Signal protocol, steps it and writes it back, once
// when it decrypts and once when it encrypts, and the two do not wait for each other.
// A message that comes in while one goes out can so put the step of the other back: the
// next message to that person then bears a counter that was used, and their phone drops
// it without a word, as one that it has seen.
//
// Promises: with Guard, what is written back was not changed since it was read; who would
// do so gets ErrChanged, before anything is sent. Deliver tries again then. It holds for one
// process, which a number's lease sees to. Decryption must go through the client's event
// buffer (EnableDecryptedEventBuffer).
package ratchet

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

// ErrChanged is why a session was not written: somebody else wrote it after it was read.
var ErrChanged = errors.New("ratchet: the session was changed meanwhile")

// tries is how often Deliver begins anew. Each one lost means that a message came in.
const tries = 20

// Deliver is client.SendMessage for a guarded device.
func Deliver(ctx context.Context, client *whatsmeow.Client, to types.JID, m *waE2E.Message, extra whatsmeow.SendRequestExtra) (whatsmeow.SendResponse, error) {
	var sent whatsmeow.SendResponse
	var err error
	for range tries {
		if sent, err = client.SendMessage(ctx, to, m, extra); !errors.Is(err, ErrChanged) {
			break
		}
	}
	return sent, err
}

// Guard puts itself between a client and the sessions of a device that is linked. Call it
// before the client is made.
func Guard(d *store.Device) {
	g := &guard{under: d.Sessions, read: map[string][sha256.Size]byte{}}
	d.Sessions = g
	d.EventBuffer = buffer{EventBuffer: d.EventBuffer, guard: g}
}

// guard is the store of sessions. What is read outside a decryption is read to be stepped.
type guard struct {
	under store.SessionStore

	mu   sync.Mutex                   // held while a message is decrypted, and while a step is written
	read map[string][sha256.Size]byte // what who encrypts read last, by address; nothing once it was written
}

// decrypting marks the context of a decryption, which holds the lock already.
type decrypting struct{}

// buffer is the store's event buffer: the only road by which messages are decrypted.
type buffer struct {
	store.EventBuffer
	guard *guard
}

// DoDecryptionTxn implements store.EventBuffer.
func (b buffer) DoDecryptionTxn(ctx context.Context, do func(context.Context) error) error {
	b.guard.mu.Lock()
	defer b.guard.mu.Unlock()
	return b.EventBuffer.DoDecryptionTxn(context.WithValue(ctx, decrypting{}, true), do)
}

// lock takes the lock, unless ctx is a decryption's.
func (g *guard) lock(ctx context.Context) (unlock func(), mine bool) {
	if ctx.Value(decrypting{}) != nil {
		return func() {}, false
	}
	g.mu.Lock()
	return g.mu.Unlock, true
}

// GetSession implements store.SessionStore.
func (g *guard) GetSession(ctx context.Context, address string) ([]byte, error) {
	unlock, mine := g.lock(ctx)
	defer unlock()
	session, err := g.under.GetSession(ctx, address)
	if mine && err == nil {
		g.read[address] = sha256.Sum256(session)
	}
	return session, err
}

// GetManySessions implements store.SessionStore.
func (g *guard) GetManySessions(ctx context.Context, addresses []string) (map[string][]byte, error) {
	unlock, mine := g.lock(ctx)
	defer unlock()
	sessions, err := g.under.GetManySessions(ctx, addresses)
	if mine && err == nil {
		for _, address := range addresses {
			g.read[address] = sha256.Sum256(sessions[address])
		}
	}
	return sessions, err
}

// HasSession implements store.SessionStore.
func (g *guard) HasSession(ctx context.Context, address string) (bool, error) {
	return g.under.HasSession(ctx, address)
}

// PutSession implements store.SessionStore.
func (g *guard) PutSession(ctx context.Context, address string, session []byte) error {
	return g.PutManySessions(ctx, map[string][]byte{address: session})
}

// PutManySessions implements store.SessionStore.
func (g *guard) PutManySessions(ctx context.Context, sessions map[string][]byte) error {
	unlock, mine := g.lock(ctx)
	defer unlock()
	if mine {
		if err := g.unchanged(ctx, sessions); err != nil {
			return err
		}
	}
	return g.under.PutManySessions(ctx, sessions)
}

// unchanged checks that the sessions are still what was read to make these; each reading
// is good for one step.
func (g *guard) unchanged(ctx context.Context, sessions map[string][]byte) error {
	addresses := make([]string, 0, len(sessions))
	for address := range sessions {
		addresses = append(addresses, address)
	}
	now, err := g.under.GetManySessions(ctx, addresses)
	if err != nil {
		return err
	}
	for _, address := range addresses {
		read, known := g.read[address]
		delete(g.read, address)
		if !known || read != sha256.Sum256(now[address]) {
			err = ErrChanged // and forget the others: they are read again as well
		}
	}
	return err
}

// DeleteAllSessions implements store.SessionStore.
func (g *guard) DeleteAllSessions(ctx context.Context, phone string) error {
	unlock, _ := g.lock(ctx)
	defer unlock()
	return g.under.DeleteAllSessions(ctx, phone)
}

// DeleteSession implements store.SessionStore.
func (g *guard) DeleteSession(ctx context.Context, address string) error {
	unlock, _ := g.lock(ctx)
	defer unlock()
	return g.under.DeleteSession(ctx, address)
}

// MigratePNToLID implements store.SessionStore.
func (g *guard) MigratePNToLID(ctx context.Context, pn, lid types.JID) error {
	unlock, _ := g.lock(ctx)
	defer unlock()
	return g.under.MigratePNToLID(ctx, pn, lid)
}
