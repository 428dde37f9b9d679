package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"recado/bot/sqlstore"
	"recado/core/article"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/ticket"
)

// Tickets are read from when they changed, and a reader who came back is told from one
// who did not.
func TestFiledAndReads(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		db := open(t, o)
		at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		opened := func(who directory.PersonID, when time.Time) *ticket.Ticket {
			tk, err := ticket.New(ticket.Draft{Org: "o", Requester: who, Subject: "senha", Description: "esqueci a senha", Via: "whatsapp"}, when)
			if err != nil {
				t.Fatal(err)
			}
			return tk
		}
		err := db.Update(t.Context(), func(tx dialogue.Tx) error {
			for i, f := range []article.Feedback{
				{ArticleID: "a", PersonID: "back", Helpful: true, At: at}, {ArticleID: "a", PersonID: "later", Helpful: true, At: at},
				{ArticleID: "a", PersonID: "missed", Missing: "onde", At: at.Add(time.Minute)}, {ArticleID: "a", PersonID: "old", Helpful: true, At: at.Add(-time.Hour)},
			} {
				if err := tx.SaveFeedback(t.Context(), f); err != nil {
					t.Error(i, err)
				}
			}
			return insertAll(t.Context(), tx, opened("back", at.Add(4*24*time.Hour)), opened("later", at.Add(6*24*time.Hour)))
		})
		if err != nil {
			t.Fatal(err)
		}
		reads, err := db.Reads(t.Context(), at, 5*24*time.Hour)
		if err != nil || len(reads) != 3 || !reads[0].Back || reads[1].Back || reads[2].Helpful || reads[2].Missing != "onde" {
			t.Errorf("%v %+v", err, reads)
		}
		filed, err := db.FiledSince(t.Context(), at.Add(5*24*time.Hour), 10)
		if err != nil || len(filed) != 1 || filed[0].Ticket.Subject != "senha" || filed[0].Words != "esqueci a senha" {
			t.Errorf("%v %+v", err, filed)
		}
		if from, err := db.FiledFrom(t.Context(), 10); err != nil || !from.IsZero() {
			t.Errorf("none is closed: %v %v", from, err)
		}
	})
}

func TestVectorsAreKept(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		db := open(t, o)
		at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		for _, v := range []struct {
			vector string
			at     time.Time
		}{{"old", at}, {"new", at.Add(time.Hour)}} {
			if err := db.SaveVectors(t.Context(), "m", map[string]string{"d": v.vector}, v.at); err != nil {
				t.Fatal(err)
			}
		}
		got, err := db.Vectors(t.Context(), "m", []string{"d", "unknown"})
		if err != nil || len(got) != 1 || got["d"] != "new" {
			t.Errorf("%v %v", err, got)
		}
		if other, err := db.Vectors(t.Context(), "other", []string{"d"}); err != nil || len(other) != 0 {
			t.Errorf("another model's: %v %v", err, other)
		}
		if err := db.SaveVectors(t.Context(), "m", nil, at.AddDate(1, 0, 0)); err != nil {
			t.Fatal(err)
		}
		if got, err = db.Vectors(t.Context(), "m", []string{"d"}); err != nil || len(got) != 0 {
			t.Errorf("a year later: %v %v", err, got)
		}
	})
}

func insertAll(ctx context.Context, tx dialogue.Tx, all ...*ticket.Ticket) error {
	for _, tk := range all {
		if err := tx.Insert(ctx, tk); err != nil {
			return err
		}
	}
	return nil
}
