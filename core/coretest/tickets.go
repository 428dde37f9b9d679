package coretest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

func (s suite) tickets(t *testing.T) {
	bia := s.agent(t)
	t.Run("all fields come back, times as UTC microseconds", s.wholeTicket)
	t.Run("an old version is a conflict", func(t *testing.T) {
		tk := s.insert(t, s.open(t, "velho", "org", "ana"))
		one, other := s.reload(t, tk.ID), s.reload(t, tk.ID)
		for i, v := range []*ticket.Ticket{one, other} {
			if err := v.SetSeverity(bia, ticket.High, noon); err != nil {
				t.Fatal(err)
			}
			err := s.try(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.Update(ctx, v) })
			stale := errors.Is(err, dialogue.ErrConflict) && errors.Is(err, ticket.ErrStale)
			if stale != (i == 1) || !stale && err != nil {
				t.Errorf("update %d: %v", i, err)
			}
		}
		if len(other.News()) != 1 || other.Version != 1 {
			t.Errorf("the one that failed has %d news and version %d", len(other.News()), other.Version)
		}
	})
	t.Run("participants change", func(t *testing.T) {
		tk := s.insert(t, s.open(t, "cópia", "org", "ana"))
		for _, p := range []directory.Person{s.person(t, "Caio", directory.Membership{Org: "org"}), s.person(t, "Duda", directory.Membership{Org: "org"})} {
			if err := tk.AddParticipant(bia, p, noon); err != nil {
				t.Fatal(err)
			}
		}
		for _, want := range [][]directory.PersonID{tk.Participants, tk.Participants[1:], nil} {
			for _, p := range tk.Participants {
				if !slices.Contains(want, p) {
					if err := tk.RemoveParticipant(bia, p, noon); err != nil {
						t.Fatal(err)
					}
				}
			}
			s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.Update(ctx, tk) })
			if got := s.reload(t, tk.ID).Participants; !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		}
	})
	t.Run("an entry is amended", func(t *testing.T) {
		tk := s.insert(t, s.open(t, "emenda", "org", "ana"))
		e := s.history(t, tk.ID)[1]
		e.Before, e.Text, e.EditedAt = e.Text, "desde hoje", stored(noon)
		s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.Amend(ctx, e) })
		if got := s.history(t, tk.ID)[1]; !reflect.DeepEqual(got, e) {
			t.Errorf("got %+v, want %+v", got, e)
		}
		e.Seq = 99
		if err := s.try(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.Amend(ctx, e) }); !errors.Is(err, ticket.ErrNotFound) {
			t.Errorf("an entry that is not there: %v", err)
		}
	})
	t.Run("NUL and broken UTF-8 do not stop a message", func(t *testing.T) {
		tk := s.open(t, "ruim", "org", "ana")
		tk.Remark("ana", ticket.Said{Text: "a\x00b\xffc", Upstream: "<x\x00y>"}, noon)
		s.insert(t, tk)
		if got := s.history(t, tk.ID)[2].Text; got != "ab\uFFFDc" {
			t.Errorf("it reads %q", got)
		}
	})
	t.Run("links are read from both ends, once", func(t *testing.T) {
		a, b := s.insert(t, s.open(t, "um", "org", "ana")), s.insert(t, s.open(t, "dois", "org", "ana"))
		l := ticket.Link{From: a.ID, To: b.ID, Relation: ticket.Continues, At: stored(noon), By: "ana"}
		for range 2 {
			s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.AddLink(ctx, l) })
		}
		for _, end := range []ticket.ID{a.ID, b.ID} {
			got := get(t, s, func(ctx context.Context, r dialogue.Reader) ([]ticket.Link, error) { return r.Links(ctx, end) })
			if !reflect.DeepEqual(got, []ticket.Link{l}) {
				t.Errorf("got %+v", got)
			}
		}
		for range 2 {
			s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.RemoveLink(ctx, l) })
		}
		if got := get(t, s, func(ctx context.Context, r dialogue.Reader) ([]ticket.Link, error) { return r.Links(ctx, b.ID) }); len(got) != 0 {
			t.Errorf("removed, and yet there: %+v", got)
		}
	})
}

// wholeTicket sets every field that is stored, and compares.
func (s suite) wholeTicket(t *testing.T) {
	tk, err := ticket.New(ticket.Draft{
		Org: "org", Requester: "ana", OpenedBy: "bia", Contact: "Zé", Subject: "CT-e não autoriza", Description: "desde ontem",
		About: catalog.Path{Product: "p", System: "s", Module: "m", Category: "c"}, Type: ticket.Question, Priority: ticket.High, Severity: ticket.Critical,
		Private: true, Via: message.WhatsApp, Participants: []directory.PersonID{"caio", "duda"},
		Said: []ticket.Said{{
			At: noon, Text: "desde ontem", FullText: "desde ontem\n--\nAna", Original: "digest", Via: message.Email, Upstream: "<1@x>", Quotes: "q",
			Attachments: []message.Attachment{{Name: "nota.pdf", MediaType: "application/pdf", Size: 9, Digest: "d", Inline: true}},
		}},
	}, noon)
	if err != nil {
		t.Fatal(err)
	}
	tk.Status, tk.WaitingOn, tk.Agent, tk.ClosedBy, tk.Closings, tk.DueWarned, tk.Reminders = ticket.Waiting, "fornecedor", "bia", "bia", 2, ticket.WarnedSolve, 3
	tk.MergedInto = "other"
	for i, at := range []*time.Time{&tk.AnsweredAt, &tk.ClosedAt, &tk.AnswerDue, &tk.SolveDue, &tk.PausedAt, &tk.RemindAt, &tk.WaitsSince, &tk.NudgeAt} {
		*at = noon.AddDate(0, 0, i)
	}
	news := tk.News()
	s.insert(t, tk)

	want := *tk
	for _, at := range []*time.Time{
		&want.OpenedAt, &want.UpdatedAt, &want.LastAt, &want.AnsweredAt, &want.ClosedAt, &want.AnswerDue, &want.SolveDue, &want.PausedAt, &want.RemindAt,
		&want.WaitsSince, &want.NudgeAt,
	} {
		*at = stored(*at)
	}
	if got := s.reload(t, tk.ID); !reflect.DeepEqual(*got, want) || got.Version != 1 {
		t.Errorf("\n got %+v\nwant %+v", *got, want)
	}
	for i := range news {
		news[i].At = stored(news[i].At)
	}
	if got := s.history(t, tk.ID); !reflect.DeepEqual(got, news) {
		t.Errorf("history\n got %+v\nwant %+v", got, news)
	}
}

func (s suite) finding(t *testing.T) {
	bia := s.agent(t)
	tk := s.open(t, "achar", "org", "ana")
	for i := range 3 {
		tk.Remark("ana", ticket.Said{Text: fmt.Sprint("linha ", i), Upstream: fmt.Sprintf("<%d@achar>", i)}, noon)
	}
	if err := tk.Note(bia, ticket.Said{Text: "só nós"}, noon); err != nil {
		t.Fatal(err)
	}
	s.insert(t, tk)

	t.Run("history after an entry, limited, with notes or without", func(t *testing.T) {
		for _, c := range []struct {
			after, limit int
			notes        bool
			want         []int
		}{
			{0, 0, true, []int{1, 2, 3, 4, 5, 6}}, {0, 0, false, []int{1, 2, 3, 4, 5}}, {2, 2, false, []int{3, 4}}, {6, 0, true, nil},
		} {
			h := get(t, s, func(ctx context.Context, r dialogue.Reader) ([]ticket.Entry, error) {
				return r.History(ctx, tk.ID, c.after, c.limit, c.notes)
			})
			var got []int
			for _, e := range h {
				got = append(got, e.Seq)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v: %v", c, got)
			}
		}
	})
	t.Run("latest messages, oldest of them first", func(t *testing.T) {
		h := get(t, s, func(ctx context.Context, r dialogue.Reader) ([]ticket.Entry, error) { return r.Latest(ctx, tk.ID, 2) })
		if len(h) != 2 || h[0].Text != "linha 1" || h[1].Text != "linha 2" {
			t.Errorf("%+v", h)
		}
	})
	t.Run("by what an answer refers to, the first that matches", func(t *testing.T) { s.byRefs(t, tk) })
	t.Run("unknown ids", func(t *testing.T) {
		s.view(t, func(ctx context.Context, r dialogue.Reader) error {
			for name, read := range map[string]func() error{
				"Ticket":          func() error { _, err := r.Ticket(ctx, "no"); return err },
				"Numbered":        func() error { _, err := r.Numbered(ctx, "no"); return err },
				"ByRefs":          func() error { _, err := r.ByRefs(ctx, []string{"", "no"}); return err },
				"EntryByUpstream": func() error { _, err := r.EntryByUpstream(ctx, ""); return err },
			} {
				if err := read(); !errors.Is(err, ticket.ErrNotFound) {
					t.Errorf("%s: %v", name, err)
				}
			}
			return nil
		})
	})
	t.Run("of one requester", s.ofRequester)
}

func (s suite) byRefs(t *testing.T, tk *ticket.Ticket) {
	long := "<" + strings.Repeat("x", 5000) + "@achar>"
	other := s.open(t, "outro", "org", "ana")
	other.Remark("ana", ticket.Said{Text: "oi", Upstream: long}, noon)
	s.insert(t, other)
	many := make([]string, 30)
	for i := range many {
		many[i] = fmt.Sprintf("<unknown%d@achar>", i)
	}
	for _, c := range []struct {
		name string
		refs []string
		want ticket.ID
	}{
		{"one", []string{"<1@achar>"}, tk.ID},
		{"an id longer than an index holds", []string{long}, other.ID},
		{"nearest first", []string{"<none@achar>", long, "<1@achar>"}, other.ID},
		{"after many unknown ones", slices.Concat(many, []string{"<2@achar>", long}), tk.ID},
	} {
		got := get(t, s, func(ctx context.Context, r dialogue.Reader) (*ticket.Ticket, error) { return r.ByRefs(ctx, c.refs) })
		if got.ID != c.want {
			t.Errorf("%s: found %s", c.name, got.Number)
		}
	}
}

func (s suite) ofRequester(t *testing.T) {
	ana, bia := id[directory.PersonID](), s.agent(t)
	var all []*ticket.Ticket
	for i := range 4 {
		tk := s.open(t, fmt.Sprint("dela ", i), "org", ana)
		tk.LastAt = noon.Add(time.Duration(i) * time.Minute)
		if i >= 2 {
			if err := tk.Close(bia, ticket.Team, ticket.Said{Text: "pronto"}, noon.Add(time.Duration(i)*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, s.insert(t, tk))
	}
	for name, c := range map[string]struct {
		read func(context.Context, dialogue.Reader) ([]*ticket.Ticket, error)
		want []*ticket.Ticket
	}{
		"open, newest word first": {func(ctx context.Context, r dialogue.Reader) ([]*ticket.Ticket, error) { return r.OpenOf(ctx, ana, 9) }, []*ticket.Ticket{all[1], all[0]}},
		"open, limited":           {func(ctx context.Context, r dialogue.Reader) ([]*ticket.Ticket, error) { return r.OpenOf(ctx, ana, 1) }, []*ticket.Ticket{all[1]}},
		"closed, latest first": {func(ctx context.Context, r dialogue.Reader) ([]*ticket.Ticket, error) {
			return r.RecentlyClosedOf(ctx, ana, noon, 9)
		}, []*ticket.Ticket{all[3], all[2]}},
		"closed since": {func(ctx context.Context, r dialogue.Reader) ([]*ticket.Ticket, error) {
			return r.RecentlyClosedOf(ctx, ana, noon.Add(3*time.Hour), 9)
		}, []*ticket.Ticket{all[3]}},
	} {
		var got, want []string
		for _, tk := range get(t, s, c.read) {
			got = append(got, tk.Number)
		}
		for _, tk := range c.want {
			want = append(want, tk.Number)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if n := get(t, s, func(ctx context.Context, r dialogue.Reader) (int, error) { return r.CountOf(ctx, ana) }); n != 4 {
		t.Errorf("CountOf: %d", n)
	}
}

// due has a far year to itself, so that other tests' tickets are not in its way.
func (s suite) due(t *testing.T) {
	base := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(hours int) time.Time { return base.Add(time.Duration(hours) * time.Hour) }
	put := func(subject string, change func(*ticket.Ticket)) {
		tk := s.open(t, subject, "org", "ana")
		change(tk)
		s.insert(t, tk)
	}
	put("remind 2", func(tk *ticket.Ticket) { tk.RemindAt = at(2) })
	put("remind 1", func(tk *ticket.Ticket) { tk.RemindAt = at(1) })
	put("remind 9", func(tk *ticket.Ticket) { tk.RemindAt = at(9) })
	put("answer", func(tk *ticket.Ticket) { tk.AnswerDue, tk.SolveDue = at(3), at(5) })
	put("answered: solve", func(tk *ticket.Ticket) { tk.AnswerDue, tk.SolveDue, tk.AnsweredAt = at(1), at(4), at(0) })
	put("answer warned: solve", func(tk *ticket.Ticket) { tk.AnswerDue, tk.SolveDue, tk.DueWarned = at(1), at(2), ticket.WarnedAnswer })
	put("solve warned: answer", func(tk *ticket.Ticket) { tk.AnswerDue, tk.SolveDue, tk.DueWarned = at(5), at(1), ticket.WarnedSolve })
	put("both warned", func(tk *ticket.Ticket) {
		tk.AnswerDue, tk.SolveDue, tk.DueWarned = at(1), at(1), ticket.WarnedAnswer|ticket.WarnedSolve
	})
	put("paused", func(tk *ticket.Ticket) { tk.SolveDue, tk.PausedAt, tk.AnsweredAt = at(1), at(0), at(0) })
	put("nudge 3", func(tk *ticket.Ticket) { tk.NudgeAt = at(3) })
	put("nudge 0", func(tk *ticket.Ticket) { tk.NudgeAt = at(0).Add(time.Minute) })
	put("told that it waits", func(tk *ticket.Ticket) { tk.NudgeAt = at(0).Add(time.Minute); tk.Nudged(at(1)) })
	put("closed", func(tk *ticket.Ticket) { tk.AnswerDue, tk.Status = at(1), ticket.Closed })

	subjects := func(read func(context.Context, dialogue.Reader) ([]*ticket.Ticket, error)) (out []string) {
		for _, tk := range get(t, s, read) {
			out = append(out, tk.Subject)
		}
		return out
	}
	reminders := subjects(func(ctx context.Context, r dialogue.Reader) ([]*ticket.Ticket, error) {
		return r.DueReminders(ctx, at(2), 9)
	})
	if want := []string{"remind 1", "remind 2"}; !slices.Equal(reminders, want) {
		t.Errorf("reminders %v, want %v", reminders, want)
	}
	nudges := subjects(func(ctx context.Context, r dialogue.Reader) ([]*ticket.Ticket, error) {
		return r.DueNudges(ctx, at(3), 9)
	})
	if want := []string{"nudge 0", "nudge 3"}; !slices.Equal(nudges, want) {
		t.Errorf("who waits: %v, want %v", nudges, want)
	}
	for _, c := range []struct {
		now, limit int
		want       []string
	}{
		{4, 9, []string{"answer warned: solve", "answer", "answered: solve"}},
		{4, 1, []string{"answer warned: solve"}},
		{5, 9, []string{"answer warned: solve", "answer", "answered: solve", "solve warned: answer"}},
		{1, 9, nil},
	} {
		got := subjects(func(ctx context.Context, r dialogue.Reader) ([]*ticket.Ticket, error) {
			return r.DueWarnings(ctx, at(c.now), c.limit)
		})
		if !slices.Equal(got, c.want) {
			t.Errorf("warnings at %d: %v, want %v", c.now, got, c.want)
		}
	}
	next := get(t, s, func(ctx context.Context, r dialogue.Reader) (time.Time, error) { return r.NextDue(ctx) })
	if !next.Equal(at(0).Add(time.Minute)) {
		t.Errorf("next due %v", next)
	}
}

// numbers inserts from many sides in a year of its own; a third of them fail.
func (s suite) numbers(t *testing.T) {
	const callers, each = 8, 12
	var wg sync.WaitGroup
	var mu sync.Mutex
	var got []string
	for c := range callers {
		wg.Go(func() {
			for i := range each {
				tk := s.open(t, "numerado", "org", "ana")
				tk.OpenedAt = time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)
				err := s.try(t, func(ctx context.Context, tx dialogue.Tx) error {
					if err := tx.Insert(ctx, tk); err != nil || (c+i)%3 > 0 {
						return err
					}
					return errWanted
				})
				if err != nil {
					if !errors.Is(err, errWanted) {
						t.Error(err)
					}
					continue
				}
				mu.Lock()
				got = append(got, tk.Number)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(got)
	for i, n := range got {
		if want := ticket.FormatNumber(2031, int64(i+1)); n != want {
			t.Fatalf("number %d is %s, want %s: a gap or a repeat", i, n, want)
		}
	}
	if len(got) != callers*each*2/3 {
		t.Errorf("%d tickets", len(got))
	}
}
