package ticket_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recado/core/directory"
	"recado/core/ticket"
)

// life is a ticket and what it must agree with: every entry that it ever had.
type life struct {
	ticket  *ticket.Ticket
	other   *ticket.Ticket // Rui's, to be merged with
	entries []ticket.Entry
	now     time.Time
	stored  bool // nothing happened since
}

// Whatever people do, in whatever order: the ticket stays a possible one.
func TestAnyLifeIsPossible(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		tk, err := ticket.New(ticket.Draft{Org: aurora, Requester: ana.ID, Subject: "a", Description: "b"}, now)
		if err != nil {
			r.Fatal(err)
		}
		tk.SetPromise(ticket.Promise{Answer: time.Hour, Solve: 8 * time.Hour}, halfTime{})
		of, err := ticket.New(ticket.Draft{Org: aurora, Requester: rui.ID, Subject: "a", Description: "b"}, now)
		if err != nil {
			r.Fatal(err)
		}
		l := &life{ticket: tk, other: of, now: now}
		r.Repeat(map[string]func(*rapid.T){
			"":      l.check,
			"store": l.store,
			"wait": func(r *rapid.T) {
				l.now = l.now.Add(time.Duration(rapid.IntRange(1, 200).Draw(r, "hours")) * time.Hour)
			},
			"act": l.act,
		})
	})
}

var actors = []directory.Person{ana, carla, rui, marta, adm, other, bia, davi, inactive(bia)}

// act tries any transition by anybody. Refused, it changes nothing.
func (l *life) act(r *rapid.T) {
	by := rapid.SampledFrom(actors).Draw(r, "by")
	whom := rapid.SampledFrom(actors).Draw(r, "whom")
	words := said(rapid.SampledFrom([]string{"", "Oi", "Resolvido"}).Draw(r, "words"))
	tk, before := l.ticket, copyOf(l.ticket)
	var err error
	switch rapid.IntRange(0, 19).Draw(r, "transition") {
	case 0:
		err = tk.Add(by, words, l.now)
	case 1:
		err = tk.Answer(by, words, l.now.Add(48*time.Hour), l.now)
	case 2:
		err = tk.Note(by, words, l.now)
	case 3:
		err = tk.Take(by, whom, l.now)
	case 4:
		to := rapid.SampledFrom(append(ticket.Statuses, "odd")).Draw(r, "status")
		err = tk.SetStatus(by, to, rapid.SampledFrom([]string{"", "o banco", ticket.OnRequester}).Draw(r, "on"), l.now)
	case 5, 6:
		err = tk.Close(by, rapid.SampledFrom([]ticket.Side{ticket.Customer, ticket.Team}).Draw(r, "side"), words, l.now)
	case 7, 8:
		err = tk.Reopen(by, words, window, l.now)
	case 9:
		err = tk.Expire("silent", l.now)
	case 10:
		if !tk.RemindAt.IsZero() {
			tk.Reminded(l.now.Add(24*time.Hour), l.now)
		}
	case 11:
		err = tk.SetRequester(by, whom, l.now)
	case 12:
		err = tk.AddParticipant(by, whom, l.now)
	case 13:
		err = tk.RemoveParticipant(by, whom.ID, l.now)
	case 14:
		err = tk.SetDue(by, l.now.Add(24*time.Hour), "", l.now)
	case 15:
		tk.Remark(by.ID, words, l.now)
	case 16:
		err = ticket.Merge(by, tk, l.other, []directory.Person{ana, carla, whom}, l.now)
	case 17:
		err = ticket.Merge(by, l.other, tk, []directory.Person{rui, whom}, l.now)
	case 18:
		err = ticket.Unmerge(by, tk, l.other, nil, l.now)
	case 19:
		err = ticket.Unmerge(by, l.other, tk, ticket.Brought(slices.Concat(l.entries, tk.News()), l.other.ID), l.now)
	}
	if err != nil && !same(before, copyOf(tk)) {
		r.Fatalf("refused (%v), and yet changed:\nbefore %+v\nafter  %+v", err, before, *tk)
	}
	l.stored = false
}

// store does what a store does.
func (l *life) store(*rapid.T) {
	l.ticket.Unpause(halfTime{})
	l.entries = append(l.entries, l.ticket.News()...)
	l.ticket.Stored()
	l.stored = true
}

// check is what holds after every step.
func (l *life) check(r *rapid.T) {
	tk := l.ticket
	all := slices.Concat(l.entries, tk.News())
	status, closings := ticket.Status(""), 0
	for i, e := range all {
		if e.Seq != i+1 {
			r.Fatalf("entry %d has number %d", i+1, e.Seq)
		}
		if e.Kind != ticket.Event || e.Field != "status" {
			continue
		}
		if e.From != string(status) {
			r.Fatalf("entry %d leaves %q, but it was %q", e.Seq, e.From, status)
		}
		status = ticket.Status(e.To)
		if status == ticket.Closed {
			closings++
		}
	}
	onRequester := tk.Status == ticket.Waiting && tk.WaitingOn == ticket.OnRequester
	for broken, is := range map[string]bool{
		"Entries is the number of entries ever":        tk.Entries != len(all),
		"the history ends in the status":               status != tk.Status,
		"Closings counts the closings":                 closings != tk.Closings,
		"closed exactly when ClosedAt is set":          (tk.Status == ticket.Closed) == tk.ClosedAt.IsZero(),
		"open again, nobody closed it":                 tk.Status != ticket.Closed && tk.ClosedBy != "",
		"waits exactly when WaitingOn is set":          (tk.Status == ticket.Waiting) == (tk.WaitingOn == ""),
		"reminded only while it waits on who asked":    !tk.RemindAt.IsZero() && !onRequester,
		"no reminders counted without one to come":     tk.Reminders > 0 && tk.RemindAt.IsZero(),
		"the requester is not in copy":                 tk.IsParticipant(tk.Requester),
		"stored, the clock stands when it should":      l.stored && tk.PausedAt.IsZero() == (onRequester || tk.Status == ticket.Closed),
		"stored, the clock of a waiting ticket stands": onRequester && tk.PausedAt.IsZero(),
		"what is merged is closed":                     tk.MergedInto != "" && tk.Status != ticket.Closed,
		"nobody is in copy twice":                      len(slices.Compact(slices.Sorted(slices.Values(tk.Participants)))) != len(tk.Participants),
		"nothing happened in the future":               tk.UpdatedAt.After(l.now) || tk.LastAt.After(l.now),
	} {
		if is {
			r.Fatalf("%s: not so in %+v", broken, *tk)
		}
	}
}
