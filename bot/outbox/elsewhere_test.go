package outbox_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"recado/bot/outbox"
	"recado/channels"
	"recado/core/message"
)

// What nobody waits for goes another way when its channel is away for long; an answer in
// a chat waits, and so does whoever has no other way.
func TestNoticesGoElsewhereWhenTheChannelIsAwayForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, up := &memory{}, &upstream{}
		away := &channels.Error{Kind: channels.SignedOut, Err: errors.New("logged out")}
		up.setSend(func(context.Context, message.Outbound) error { return away })
		var mu sync.Mutex
		var asked []string
		b := newBench(t, m, up, func(o *outbox.Options) {
			o.Patience = 5 * time.Minute
			o.Elsewhere = func(_ context.Context, row outbox.Row, cause error) (bool, error) {
				if !errors.Is(cause, away) {
					t.Errorf("the cause is %v", cause)
				}
				mu.Lock()
				defer mu.Unlock()
				asked = append(asked, row.To.ID)
				return row.To.ID != "rui", nil
			}
		})
		post := func(to string, proactive bool) string {
			id := uuid.Must(uuid.NewV7()).String()
			m.post(to, id)
			m.rows[len(m.rows)-1].Proactive = proactive
			return id
		}
		notice, answer, stranger := post("ana", true), post("bia", false), post("rui", true)
		stop := b.start()
		pass(4 * time.Minute)
		mu.Lock()
		if len(asked) > 0 {
			t.Errorf("too early: %v", asked)
		}
		mu.Unlock()
		pass(2 * time.Hour)
		if !m.get(notice).buried || m.get(answer).buried || m.get(stranger).buried {
			t.Errorf("notice %+v\nanswer %+v\nstranger %+v", m.get(notice), m.get(answer), m.get(stranger))
		}
		up.setSend(nil)
		pass(10 * time.Minute)
		stop() // nothing else runs from here on
		if slices.Contains(asked, "bia") {
			t.Error("an answer was to go elsewhere")
		}
		if got := up.told("bia"); !slices.Equal(got, []string{answer}) || len(up.told("rui")) != 1 || len(up.told("ana")) != 0 {
			t.Errorf("sent to bia %v, rui %v, ana %v", got, up.told("rui"), up.told("ana"))
		}
	})
}
