package bot_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"recado/bot"
	"recado/bot/bottest"
	"recado/bot/sqlstore"
	"recado/channels"
	"recado/core/dialogue"
	"recado/core/message"
)

// TestMemoryIsALease: the fake of these tests keeps the contract of the real one.
func TestMemoryIsALease(t *testing.T) {
	bottest.TestLeases(t, func(*testing.T) bot.Leases { return &process{memory: newMemory()} })
}

// TestTwoProcessesOnSQLite: 200 conversations of 10 items, taken in by two processes
// that share a file. The database of one is pulled away in the middle.
func TestTwoProcessesOnSQLite(t *testing.T) {
	const conversations, each = 200, 10
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "desk.db")
		dbA, dbB := openSQLite(t, file), openSQLite(t, file)
		lineA, lineB := newLine(message.WhatsApp, false), newLine(message.WhatsApp, false)
		a, b := deskOn(t, dbA, "a", lineA), deskOn(t, dbB, "b", lineB)
		runA, endA := context.WithCancel(t.Context())
		runB, endB := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = a.Run(runA) }) // it may well complain: it loses its database
		pass(0)                                // and a has the lease for sending
		running.Go(func() {
			if err := b.Run(runB); err != nil {
				t.Errorf("Run = %v", err)
			}
		})

		var upstream sync.WaitGroup
		for c := range conversations {
			upstream.Go(func() {
				for i := range each {
					in := text(fmt.Sprintf("c%03d", c), fmt.Sprintf("c%03d-%d", c, i))
					if (c+i)%2 == 0 && a.Accept(t.Context(), in) == nil {
						continue
					}
					if err := b.Accept(t.Context(), in); err != nil {
						t.Errorf("accept %s: %v", in.Key, err)
					}
					time.Sleep(100 * time.Millisecond)
				}
			})
		}
		for range 500 { // until a has sent something, however slow the disk is
			if time.Sleep(10 * time.Millisecond); len(lineA.told()) > 0 {
				break
			}
		}
		if err := dbA.Close(); err != nil {
			t.Error(err)
		}
		upstream.Wait()
		pass(time.Minute)
		endA()
		endB()
		running.Wait()

		ends := map[string]message.Code{}
		err := dbB.Outcomes(t.Context(), func(e message.Ended) error {
			if _, twice := ends[e.Key.ID]; twice {
				t.Errorf("item %s is there twice", e.Key.ID)
			}
			ends[e.Key.ID] = e.Outcome.Code
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		told := map[string][]string{}
		for _, id := range slices.Concat(lineA.told(), lineB.told()) {
			who := id[3:7]
			if !slices.Contains(told[who], id) {
				told[who] = append(told[who], id)
			}
		}
		for c := range conversations {
			who := fmt.Sprintf("c%03d", c)
			var want []string
			for i := range each {
				key := fmt.Sprint(who, "-", i)
				if ends[key] != message.Talked {
					t.Errorf("item %s ended %q", key, ends[key])
				}
				want = append(want, "re-"+key)
			}
			if !slices.Equal(told[who], want) {
				t.Errorf("%s was told %v", who, told[who])
			}
		}
		if len(lineA.told()) == 0 || len(lineB.told()) == 0 {
			t.Errorf("a sent %d messages and b %d; want some of both", len(lineA.told()), len(lineB.told()))
		}
		if err := dbB.Close(); err != nil {
			t.Error(err)
		}
	})
}

func openSQLite(t *testing.T, file string) *sqlstore.DB {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), sqlstore.Options{Driver: sqlstore.SQLite, DSN: file, Logger: quietLog})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func deskOn(t *testing.T, db *sqlstore.DB, owner string, channel channels.Channel) *bot.Bot {
	t.Helper()
	b, err := bot.New(bot.Options{
		Channels: []channels.Channel{channel}, Inbox: db, Outbox: db, Leases: db, Turns: db, Engine: answering{},
		Clock: bot.SystemClock{}, Logger: quietLog, Owner: owner,
		Away: func(err error) bool { return !errors.Is(err, dialogue.ErrFenced) }, // only the database can fail here
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// answering is an engine that answers each item with its own words, on any store.
type answering struct{}

func (answering) Prepare(ctx context.Context, turn dialogue.Turn) (bot.Plan, error) {
	return (&echo{}).Prepare(ctx, turn)
}

func (answering) Due(context.Context, time.Time, int) ([]bot.Plan, time.Time, error) {
	return nil, time.Time{}, nil
}
