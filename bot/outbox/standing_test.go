package outbox_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"recado/bot/outbox"
	"recado/channels"
	"recado/core/message"
)

// bounded is an upstream that takes changes for a while.
type bounded struct {
	*upstream
	window time.Duration
}

func (b bounded) MayAmend(_ message.Outbound, _ message.Kind, sent, now time.Time) bool {
	return now.Sub(sent) <= b.window
}

// family posts a message, and what is put in its place.
type family struct {
	*bench
	m *memory
}

func newFamily(t *testing.T, window time.Duration) family {
	m, up := &memory{}, &upstream{}
	return family{newBench(t, m, up, func(o *outbox.Options) { o.Channel = bounded{up, window} }), m}
}

func (f family) put(out message.Outbound) *message.Outbound {
	out.To = message.Address{Channel: message.WhatsApp, ID: "ana"}
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	f.m.rows = append(f.m.rows, &row{runAt: time.Now(), Row: outbox.Row{Seq: int64(len(f.m.rows) + 1), Outbound: out}})
	return &out
}

func (f family) said() *message.Outbound {
	return f.put(message.Outbound{ID: "a", Text: "a", Passage: &message.Passage{Of: []string{"x"}}, Attachments: []message.Attachment{{Name: "f"}}})
}

func (f family) edit(id string, of *message.Outbound) *message.Outbound {
	return f.put(message.Outbound{ID: id, Text: id, Kind: message.Edit, Amends: of, Late: "late " + id, Attachments: of.Attachments})
}

func (f family) gone(id string, of *message.Outbound) {
	f.put(message.Outbound{ID: id, Kind: message.Deletion, Amends: of})
}

func (f family) settle() {
	f.t.Helper()
	if _, _, err := f.Settle(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
}

// seen is what arrived: "id: words", "id edits/deletes what".
func (f family) seen() (all []string) {
	for _, s := range f.up.sent {
		if s.Kind == "" {
			all = append(all, s.ID+": "+s.Text)
			continue
		}
		if want := "up-" + s.Amends.ID; s.SentAs != want {
			f.t.Errorf("%s: sent as %q, want %q", s.ID, s.SentAs, want)
		}
		all = append(all, s.ID+" "+string(s.Kind)+"s "+s.Amends.ID)
	}
	return all
}

// What is corrected or taken back is changed where it stands; what was not sent yet is
// never sent, and what can be changed no more is corrected in other words.
func TestWhatStandsInTheirPlace(t *testing.T) {
	const soon, later = time.Minute, time.Hour
	for name, c := range map[string]struct {
		do   func(f family)
		want []string
	}{
		"an edit of what was sent": {func(f family) {
			a := f.said()
			f.settle()
			f.edit("b", a)
		}, []string{"a: a", "b edits a"}},
		"an edit of what was not sent says the whole": {func(f family) {
			f.edit("b", f.said())
		}, []string{"b: b"}},
		"the last of several edits": {func(f family) {
			a := f.said()
			f.edit("b", a)
			f.edit("c", a)
		}, []string{"c: c"}},
		"an edit of what an edit said": {func(f family) {
			a := f.said()
			f.edit("b", a)
			f.settle()
			f.edit("c", a)
		}, []string{"b: b", "c edits b"}},
		"edits one after another": {func(f family) {
			a := f.said()
			f.settle()
			f.edit("b", a)
			f.settle()
			f.edit("c", a)
		}, []string{"a: a", "b edits a", "c edits a"}},
		"an edit that comes too late": {func(f family) {
			a := f.said()
			f.settle()
			time.Sleep(later)
			f.edit("b", a)
		}, []string{"a: a", "b: late b"}},
		"a deletion of what was not sent": {func(f family) {
			f.gone("b", f.said())
		}, nil},
		"a deletion of what was sent": {func(f family) {
			a := f.said()
			f.settle()
			f.gone("b", a)
		}, []string{"a: a", "b deletions a"}},
		"a deletion that comes too late": {func(f family) {
			a := f.said()
			f.settle()
			time.Sleep(later)
			f.gone("b", a)
		}, []string{"a: a"}},
		"a deletion takes back what edits said, and no more": {func(f family) {
			a := f.said()
			b := f.edit("b", a)
			f.settle()
			c := f.edit("c", a)
			f.settle()
			f.gone("d", a)
			f.gone("e", b)
			f.gone("g", c)
		}, []string{"b: b", "c edits b", "e deletions b"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFamily(t, soon)
				c.do(f)
				f.settle()
				if got := f.seen(); !slices.Equal(got, c.want) {
					t.Errorf("\n got %q\nwant %q", got, c.want)
				}
				if n := f.m.left(); n > 0 {
					t.Errorf("%d rows wait still", n)
				}
			})
		})
	}
}

// A correction that is committed while its message is on its way finds it sent.
func TestACorrectionThatCrossesItsMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFamily(t, time.Minute)
		a := f.said()
		var crossing bool
		f.up.setSend(func(context.Context, message.Outbound) error {
			if !crossing {
				crossing = true
				f.edit("b", a)
			}
			return nil
		})
		f.settle()
		if got := f.seen(); !slices.Equal(got, []string{"a: a", "b edits a"}) {
			t.Errorf("%q", got)
		}
	})
}

// A message that was buried is corrected to nobody, and one that was said to another
// address is corrected there in other words. While the store is away nothing is said.
func TestACorrectionWithoutItsMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFamily(t, time.Minute)
		a := f.said()
		f.up.setSend(func(context.Context, message.Outbound) error {
			return &channels.Error{Kind: channels.Permanent, Err: errors.New("refused")}
		})
		f.settle()
		f.up.setSend(nil)
		f.edit("b", a)
		elsewhere := *a
		elsewhere.ID, elsewhere.To.ID = "z", "ana@aurora.example"
		f.edit("c", &elsewhere)
		f.setFault(func(call string, _ bool) error {
			if call == "family" {
				return errAway
			}
			return nil
		})
		if _, _, err := f.Settle(t.Context()); !errors.Is(err, errAway) || len(f.seen()) > 0 {
			t.Fatalf("%v, %q", err, f.seen())
		}
		f.setFault(nil)
		f.settle()
		if got := f.seen(); !slices.Equal(got, []string{"c: late c"}) {
			t.Errorf("%q", got)
		}
		if len(f.up.sent[0].Attachments) > 0 {
			t.Error("a correction brings the files again")
		}
	})
}
