// Package redisstore keeps sessions in Redis, for several processes that share one
// database: dialogue.Sessions, and nothing else (rule 5).
//
// Promises: a session is written before the commit of its turn, with its
// predecessor inside, so either way Load finds the one that the database means;
// with a transaction that is a dialogue.Late, only after the turn's owner was
// checked. What is lost, expired or not ours is the zero Session: the question is
// asked again. Redis away is an error, and the turn waits in the inbox.
//
// It does not lock, count or queue anything, and survives FLUSHALL. Open refuses a
// Redis that may throw keys away when memory is short: people would be asked the
// same question twice for no reason that anybody sees.
package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"recado/core/dialogue"
)

// Options say which Redis, and how to use it.
type Options struct {
	URL    string        // redis://[user:password@]host:port/database, or rediss: for TLS
	Prefix string        // of every key; "": "recado:session:"
	TTL    time.Duration // how long an unanswered question is remembered; 0: 30 days
	// AllowEviction accepts a Redis whose maxmemory-policy evicts.
	AllowEviction bool
}

// ErrEvicts is returned by Open for a Redis that throws keys away.
var ErrEvicts = errors.New("redisstore: this Redis may throw sessions away")

// ErrAway is in every error of Load and Save that is Redis's doing, and no fault of
// the turn: tried again later, it works.
var ErrAway = errors.New("redisstore: Redis cannot be used now")

// Sessions is dialogue.Sessions. It may be used by many goroutines.
type Sessions struct {
	client *redis.Client
	prefix string
	ttl    time.Duration
}

var _ dialogue.Sessions = (*Sessions)(nil)

// Open connects and checks. Close what it returns.
func Open(ctx context.Context, o Options) (*Sessions, error) {
	options, err := redis.ParseURL(o.URL)
	if err != nil {
		return nil, fmt.Errorf("redisstore: the address is not understood: %w", err)
	}
	s := &Sessions{client: redis.NewClient(options), prefix: o.Prefix, ttl: o.TTL}
	if s.prefix == "" {
		s.prefix = "recado:session:"
	}
	if s.ttl <= 0 {
		s.ttl = 30 * 24 * time.Hour
	}
	if err := s.check(ctx, o.AllowEviction); err != nil {
		return nil, errors.Join(err, s.client.Close())
	}
	return s, nil
}

// check asks INFO, which hosted services allow where they forbid CONFIG.
func (s *Sessions) check(ctx context.Context, allowEviction bool) error {
	info, err := s.client.Info(ctx, "memory").Result()
	if err != nil {
		return fmt.Errorf("redisstore: connect: %w", err)
	}
	policy := infoField(info, "maxmemory_policy")
	if policy != "" && policy != "noeviction" && !allowEviction {
		return fmt.Errorf("%w: its maxmemory-policy is %s; set it to noeviction, or allow eviction in the configuration", ErrEvicts, policy)
	}
	return nil
}

// infoField finds "name:value" in the lines of INFO.
func infoField(info, name string) string {
	for line := range strings.Lines(info) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// Close disconnects.
func (s *Sessions) Close() error { return s.client.Close() }

// Ping reports whether Redis answers.
func (s *Sessions) Ping(ctx context.Context) error {
	if err := s.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redisstore: ping: %w", err)
	}
	return nil
}

// Load implements dialogue.Sessions.
func (s *Sessions) Load(ctx context.Context, conversation string, committed int64) (dialogue.Session, error) {
	data, err := s.client.Get(ctx, s.prefix+conversation).Bytes()
	switch {
	case errors.Is(err, redis.Nil), isWrongType(err):
		return dialogue.Session{}, nil
	case err != nil:
		return dialogue.Session{}, fmt.Errorf("%w: load the session of %s: %w", ErrAway, conversation, err)
	}
	return dialogue.ReadRecord(data).At(committed), nil
}

// isWrongType reports whether the key holds something that we never wrote.
func isWrongType(err error) bool { return err != nil && redis.HasErrorPrefix(err, "WRONGTYPE") }

// Save implements dialogue.Sessions.
func (s *Sessions) Save(ctx context.Context, tx dialogue.Tx, conversation string, turn int64, next, previous dialogue.Session, prevTurn int64) error {
	record, err := json.Marshal(dialogue.Record{Turn: turn, Session: next, Previous: &previous, PrevTurn: prevTurn})
	if err != nil {
		return fmt.Errorf("redisstore: save the session of %s: %w", conversation, err)
	}
	write := func(ctx context.Context) error {
		if err := s.client.Set(ctx, s.prefix+conversation, record, s.ttl).Err(); err != nil {
			return fmt.Errorf("%w: save the session of %s: %w", ErrAway, conversation, err)
		}
		return nil
	}
	if late, ok := tx.(dialogue.Late); ok {
		late.BeforeCommit(write)
		return nil
	}
	return write(ctx)
}
