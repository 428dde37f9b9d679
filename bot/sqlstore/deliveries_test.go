package sqlstore_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"recado/bot/outbox"
	"recado/bot/sqlstore"
	"recado/channels"
	"recado/core/dialogue"
	"recado/core/message"
)

// What became of the newest message of a ticket is kept once, however often it is told.
func TestDeliveries(t *testing.T) {
	ctx := t.Context()
	db, err := sqlstore.Open(ctx, sqlstore.Options{Driver: sqlstore.SQLite, Logger: slog.New(slog.DiscardHandler),
		DSN: filepath.Join(t.TempDir(), "recado.db"), Now: time.Now, Foretell: func(out message.Outbound) string { return "UP-" + out.ID },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ana := message.Address{Channel: message.WhatsApp, ID: "5511999990001"}
	out := message.Outbound{ID: "m1", To: ana, Account: "a", Text: "oi", Number: "2026-000001"}
	if err := db.Update(ctx, func(tx dialogue.Tx) error { return tx.Post(ctx, out) }); err != nil {
		t.Fatal(err)
	}
	arrival := func() (a dialogue.Arrival) {
		t.Helper()
		err := db.View(ctx, func(r dialogue.Reader) (err error) {
			a, err = r.Arrival(context.WithoutCancel(ctx), "2026-000001", ana)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	at := time.Date(2026, 11, 23, 10, 2, 0, 0, time.UTC)
	rows, err := db.Due(ctx, message.WhatsApp, "a", at.AddDate(1, 0, 0), nil, 10)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if err := db.Record(ctx, []outbox.Result{{Row: rows[0], At: at, Sent: true, UpstreamID: "UP-m1"}}); err != nil {
		t.Fatal(err)
	}
	if a := arrival(); !a.Delivered.IsZero() {
		t.Errorf("before a receipt: %+v", a)
	}
	note := func(d ...channels.Delivery) {
		t.Helper()
		if err := db.NoteDeliveries(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	got := channels.Delivery{UpstreamID: "UP-m1", To: ana, At: at}
	read := channels.Delivery{UpstreamID: "UP-m1", To: ana, At: at.Add(3 * time.Minute), Read: true}
	again := channels.Delivery{UpstreamID: "UP-m1", To: ana, At: at.Add(time.Hour), Read: true}
	note(got)
	if a := arrival(); !a.Delivered.Equal(at) || !a.Read.IsZero() {
		t.Errorf("delivered: %+v", a)
	}
	note(read, again, got)
	if a := arrival(); !a.Delivered.Equal(at) || !a.Read.Equal(read.At) {
		t.Errorf("read: %+v", a)
	}
}
