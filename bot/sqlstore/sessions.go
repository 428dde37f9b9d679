package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"recado/core/dialogue"
)

// Sessions is dialogue.Sessions in the database of the tickets: the embedded
// default, and what a desk without Redis uses.
type Sessions struct{ db *DB }

// Sessions is where half-finished questions are kept.
func (db *DB) Sessions() Sessions { return Sessions{db} }

// Load implements dialogue.Sessions.
func (s Sessions) Load(ctx context.Context, conversation string, committed int64) (session dialogue.Session, err error) {
	err = s.db.ask(ctx, func(c *conn) error {
		all, err := list(ctx, c, value[string], "select record from session where conversation = $1", key(conversation))
		if err != nil || len(all) == 0 {
			return err
		}
		session = dialogue.ReadRecord([]byte(all[0])).At(committed)
		return nil
	})
	return session, err
}

// Save implements dialogue.Sessions. It writes in the transaction of the turn.
func (s Sessions) Save(_ context.Context, dtx dialogue.Tx, conversation string, turn int64, next, previous dialogue.Session, prevTurn int64) error {
	t, ours := dtx.(*tx)
	if !ours {
		return fmt.Errorf("sqlstore: save session of %s: not a transaction of this database but a %T", conversation, dtx)
	}
	record, err := json.Marshal(dialogue.Record{Turn: turn, Session: next, Previous: &previous, PrevTurn: prevTurn})
	if err != nil {
		return fmt.Errorf("sqlstore: save session of %s: %w", conversation, err)
	}
	t.gathered.sessions = append(t.gathered.sessions, []any{key(conversation), string(record)})
	return nil
}

const upsertSession = `insert into session (conversation, record) values {rows}
	on conflict (conversation) do update set record = excluded.record`
