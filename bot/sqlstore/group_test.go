package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"recado/bot/outbox"
	"recado/bot/sqlstore"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

func TestCloseEndsEverything(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		db := open(t, o)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := db.Update(t.Context(), func(dialogue.Tx) error { return nil }); !errors.Is(err, sqlstore.ErrClosed) {
			t.Errorf("Update: %v", err)
		}
		if err := db.View(t.Context(), func(dialogue.Reader) error { return nil }); !errors.Is(err, sqlstore.ErrClosed) {
			t.Errorf("View: %v", err)
		}
	})
}

// TestAGoroutineThatEndsInsideATransaction leaves the connection to the others.
func TestAGoroutineThatEndsInsideATransaction(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		db := open(t, o)
		var ended sync.WaitGroup
		ended.Go(func() {
			_ = db.Update(context.WithoutCancel(t.Context()), func(dialogue.Tx) error {
				runtime.Goexit() // as t.FailNow does
				return nil
			})
		})
		ended.Wait()
		for range 10 {
			if err := db.Update(t.Context(), func(dialogue.Tx) error { return nil }); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestTransactionsThatLockEachOtherOut write two rows in either order.
func TestTransactionsThatLockEachOtherOut(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		o.Writers, o.MaxGroup = 4, 1
		db, ctx := open(t, o), t.Context()
		ids := []directory.OrgID{"a", "b"}
		for _, id := range ids {
			save(t, db, directory.Organisation{ID: id, Name: string(id)})
		}
		const callers, each = 2, 3
		var all sync.WaitGroup
		for c := range callers {
			all.Go(func() {
				for done := 0; done < each; {
					err := db.Update(ctx, func(tx dialogue.Tx) error {
						for i := range ids {
							org, err := tx.Organisation(ctx, ids[(i+c)%2])
							if err == nil {
								err = tx.SaveOrganisation(ctx, &org)
							}
							if err != nil {
								return err
							}
						}
						return nil
					})
					if err == nil {
						done++
					} else if !errors.Is(err, dialogue.ErrConflict) {
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		for _, id := range ids {
			err := db.View(ctx, func(r dialogue.Reader) error {
				org, err := r.Organisation(ctx, id)
				if org.Version != 1+callers*each {
					t.Errorf("%s has version %d", id, org.Version)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func save(t *testing.T, db *sqlstore.DB, org directory.Organisation) {
	t.Helper()
	ctx := t.Context()
	if err := db.Update(ctx, func(tx dialogue.Tx) error { return tx.SaveOrganisation(ctx, &org) }); err != nil {
		t.Fatal(err)
	}
}

// TestWhatAnotherProcessChanges is seen at once, although much is kept in memory.
func TestWhatAnotherProcessChanges(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		here, there, ctx := open(t, o), open(t, o), t.Context()
		address := message.Address{Channel: message.Email, ID: "ana@x.example"}
		ana := directory.Person{ID: "ana", Active: true, Aliases: []directory.Alias{{Address: address}}}
		org := directory.Organisation{ID: "org", Active: true}
		for round := range 3 {
			name := fmt.Sprint("nome ", round)
			ana.Name, org.Name = name, name
			err := there.Update(ctx, func(tx dialogue.Tx) error {
				return errors.Join(tx.SavePerson(ctx, &ana), tx.SaveOrganisation(ctx, &org),
					tx.SaveItem(ctx, catalog.Item{ID: "p", Level: catalog.Product, Name: name}))
			})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				err = here.View(ctx, func(r dialogue.Reader) error {
					byID, err1 := r.Person(ctx, "ana")
					at, err2 := r.PersonAt(ctx, address)
					o, err3 := r.Organisation(ctx, "org")
					c, err4 := r.Catalog(ctx)
					if err := errors.Join(err1, err2, err3, err4); err != nil {
						return err
					}
					if byID.Name != name || at.Name != name || o.Name != name || c.Name("p", "") != name {
						t.Errorf("round %d reads %q, %q, %q, %q", round, byID.Name, at.Name, o.Name, c.Name("p", ""))
					}
					at.Aliases[0].Address.ID = "a caller's own business"
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// TestALostConnection is an error for those at work, and no trouble to the next.
func TestALostConnection(t *testing.T) {
	o := databases["postgres"](t)
	o.Writers = 1
	db, ctx := open(t, o), t.Context()
	pg, err := sql.Open("pgx", o.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer pg.Close()
	cut := func() {
		if _, err := pg.ExecContext(ctx, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"); err != nil {
			t.Fatal(err)
		}
	}
	work := map[string]func() error{
		"Update": func() error {
			org := directory.Organisation{ID: "org"}
			return db.Update(ctx, func(tx dialogue.Tx) error { return tx.SaveOrganisation(ctx, &org) })
		},
		"View":  func() error { return db.View(ctx, func(r dialogue.Reader) error { _, err := r.Team(ctx); return err }) },
		"Items": func() error { _, err := db.Items(ctx, "c", 1); return err },
	}
	for name, do := range work {
		cut()
		tries := 0
		for err = do(); err != nil && tries < 20; err = do() {
			tries++ // each reading connection that was open may fail once
		}
		if err != nil {
			t.Errorf("%s fails for good: %v", name, err)
		}
	}
}

func TestAnswersToWhatWeSentFindTheirTicket(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		o.Foretell = func(out message.Outbound) string { return "<" + out.ID + "@desk>" }
		db, ctx := open(t, o), t.Context()
		tk, err := ticket.New(ticket.Draft{Org: "org", Requester: "ana", Subject: "oi", Description: "oi"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		to := message.Address{Channel: message.Email, ID: "ana@x.example"}
		err = db.Update(ctx, func(tx dialogue.Tx) error {
			if err := tx.Insert(ctx, tk); err != nil {
				return err
			}
			if err := tx.Post(ctx, message.Outbound{ID: "1", To: to, Text: "aberto", Number: tk.Number}); err != nil {
				return err
			}
			if found, err := tx.ByRefs(ctx, []string{"<1@desk>"}); err != nil || found.ID != tk.ID {
				t.Errorf("in the transaction: %v, %v", found, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		find := func(ref string) bool {
			err := db.View(ctx, func(r dialogue.Reader) error {
				found, err := r.ByRefs(ctx, []string{"<unknown>", ref})
				if err == nil && found.ID != tk.ID {
					t.Errorf("%s finds %s", ref, found.ID)
				}
				return err
			})
			if err != nil && !errors.Is(err, ticket.ErrNotFound) {
				t.Error(err)
			}
			return err == nil
		}
		if !find("<1@desk>") {
			t.Error("the id that was foretold does not find it")
		}
		rows, err := db.Due(ctx, message.Email, "desk", time.Now(), nil, 10)
		if err != nil || len(rows) != 1 || rows[0].UpstreamID != "<1@desk>" {
			t.Fatalf("due: %+v, %v", rows, err)
		}
		if err := db.Record(ctx, []outbox.Result{{Row: rows[0], At: time.Now(), Sent: true, UpstreamID: "<given@upstream>"}}); err != nil {
			t.Fatal(err)
		}
		if !find("<given@upstream>") || find("<1@desk>") {
			t.Error("the id that the upstream gave is not the one that counts")
		}
	})
}

// TestASecretDoesNotStay: the body of a message with a code is emptied once it is sent.
func TestASecretDoesNotStay(t *testing.T) {
	o := databases["sqlite"](t)
	db, ctx := open(t, o), t.Context()
	err := db.Update(ctx, func(tx dialogue.Tx) error {
		to := message.Address{Channel: message.Email, ID: "ana@x.example"}
		return errors.Join(tx.Post(ctx, message.Outbound{ID: "1", To: to, Text: "seu código é 271828", Code: true}),
			tx.Post(ctx, message.Outbound{ID: "2", To: to, Text: "bom dia"}))
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.Due(ctx, message.Email, "", time.Now(), nil, 10)
	if err != nil || len(rows) != 2 || !strings.Contains(rows[0].Text, "271828") {
		t.Fatalf("due: %+v, %v", rows, err)
	}
	if err := db.Record(ctx, []outbox.Result{{Row: rows[0], At: time.Now(), Sent: true}, {Row: rows[1], At: time.Now(), Buried: true}}); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", o.DSN)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	var secret, other string
	if err := raw.QueryRow("select a.body, b.body from outbox a, outbox b where a.seq = $1 and b.seq = $2", rows[0].Seq, rows[1].Seq).Scan(&secret, &other); err != nil {
		t.Fatal(err)
	}
	if secret != "" || !strings.Contains(other, "bom dia") {
		t.Errorf("the bodies are %q and %q", secret, other)
	}
}

func TestBacklog(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		posted := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
		o.Now = func() time.Time { return posted }
		db, ctx := open(t, o), t.Context()
		if b, err := db.Backlog(ctx); err != nil || b != (sqlstore.Backlog{}) {
			t.Errorf("of an empty desk: %+v, %v", b, err)
		}
		in := message.Inbound{
			Key: message.Key{Channel: message.Email, Account: "desk", ID: "1"}, Kind: message.Text, Conversation: "c", ReceivedAt: posted.Add(-time.Hour),
			From: message.Address{Channel: message.Email, ID: "ana@x.example"},
		}
		if _, err := db.Accept(ctx, []message.Inbound{in}, posted); err != nil {
			t.Fatal(err)
		}
		err := db.Update(ctx, func(tx dialogue.Tx) error {
			return errors.Join(tx.Post(ctx, message.Outbound{ID: "1", To: in.From, Text: "oi"}), tx.Post(ctx, message.Outbound{ID: "2", To: in.From, Text: "oi"}),
				tx.Hold(ctx, dialogue.Held{ID: "Q-1", Item: in, At: posted}))
		})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := db.Due(ctx, message.Email, "", posted, nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Record(ctx, []outbox.Result{{Row: rows[0], At: posted, Buried: true}}); err != nil {
			t.Fatal(err)
		}
		want := sqlstore.Backlog{Inbox: 1, InboxOldest: in.ReceivedAt, Held: 1, Outbox: 1, OutboxOldest: posted, Buried: 1}
		if b, err := db.Backlog(ctx); err != nil || b != want {
			t.Errorf("got %+v, %v, want %+v", b, err, want)
		}
	})
}

func TestMemory(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		m, ctx := open(t, o).Memory(), t.Context()
		if text, err := m.Load(ctx, "cursor"); text != "" || err != nil {
			t.Errorf("unknown: %q, %v", text, err)
		}
		for _, want := range []string{"7/12", "7/13"} {
			if err := m.Save(ctx, "cursor", want); err != nil {
				t.Fatal(err)
			}
			if text, err := m.Load(ctx, "cursor"); text != want || err != nil {
				t.Errorf("got %q, %v", text, err)
			}
		}
	})
}
