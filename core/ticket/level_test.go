package ticket_test

import (
	"testing"
	"time"

	"recado/core/directory"
	"recado/core/ticket"
)

// halfTime is a calendar in which every second hour is business time: an hour of the
// clock is half an hour of business, and the other way round two.
type halfTime struct{}

func (halfTime) Add(from time.Time, d time.Duration) time.Time { return from.Add(2 * d) }
func (halfTime) Between(from, to time.Time) time.Duration      { return to.Sub(from) / 2 }

func TestSetPromise(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		promise       ticket.Promise
		answer, solve time.Time
	}{
		"both":        {ticket.Promise{Answer: time.Hour, Solve: 4 * time.Hour}, now.Add(2 * time.Hour), now.Add(8 * time.Hour)},
		"answer only": {ticket.Promise{Answer: time.Hour}, now.Add(2 * time.Hour), time.Time{}},
		"none":        {ticket.Promise{}, time.Time{}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tk := opened(t)
			tk.SetPromise(tc.promise, halfTime{})
			if !tk.AnswerDue.Equal(tc.answer) || !tk.SolveDue.Equal(tc.solve) {
				t.Errorf("got %s and %s", tk.AnswerDue, tk.SolveDue)
			}
		})
	}
}

// The clock of the solution stands while the ticket waits on the requester and while
// it is closed, and no longer.
func TestUnpause(t *testing.T) {
	t.Parallel()
	promised := now.Add(8 * time.Hour)
	at := func(hours int) time.Time { return now.Add(time.Duration(hours) * time.Hour) }
	answerAt := func(h int) transition {
		return func(tk *ticket.Ticket, _ directory.Person) error { return tk.Answer(bia, said("?"), at(100), at(h)) }
	}
	addAt := func(h int) transition {
		return func(tk *ticket.Ticket, _ directory.Person) error { return tk.Add(ana, said("!"), at(h)) }
	}
	closeAt := func(h int) transition {
		return func(tk *ticket.Ticket, _ directory.Person) error {
			return tk.Close(bia, ticket.Team, said("ok"), at(h))
		}
	}
	reopenAt := func(h int) transition {
		return func(tk *ticket.Ticket, _ directory.Person) error {
			return tk.Reopen(ana, said("voltou"), window, at(h))
		}
	}
	waitAt := func(h int) transition {
		return func(tk *ticket.Ticket, _ directory.Person) error {
			return tk.SetStatus(bia, ticket.Waiting, "o banco", at(h))
		}
	}
	remarkAt := func(h int) transition {
		return func(tk *ticket.Ticket, _ directory.Person) error {
			tk.Remark(ana.ID, said("obrigada"), at(h))
			return nil
		}
	}
	for name, tc := range map[string]struct {
		do    []transition
		moved time.Duration
		still bool // the clock stands at the end
	}{
		"waited on her for two hours":        {[]transition{answerAt(1), addAt(3)}, 2 * time.Hour, false},
		"still waits":                        {[]transition{answerAt(1), remarkAt(3)}, 0, true},
		"two answers in a row":               {[]transition{answerAt(1), answerAt(2), addAt(3)}, 2 * time.Hour, false},
		"twice":                              {[]transition{answerAt(1), addAt(2), answerAt(3), addAt(5)}, 3 * time.Hour, false},
		"waits on others: the clock runs":    {[]transition{waitAt(1), addAt(3)}, 0, false},
		"from her to others":                 {[]transition{answerAt(1), waitAt(2), addAt(6)}, time.Hour, false},
		"closed and reopened":                {[]transition{closeAt(2), reopenAt(5)}, 3 * time.Hour, false},
		"closed while it waited":             {[]transition{answerAt(1), closeAt(2), reopenAt(6)}, 5 * time.Hour, false},
		"missed before the pause":            {[]transition{answerAt(9), addAt(12)}, 0, false},
		"missed at the moment of the pause":  {[]transition{answerAt(8), addAt(12)}, 0, false},
		"missed only while it waited":        {[]transition{answerAt(7), addAt(12)}, 5 * time.Hour, false},
		"resumed and paused by one and same": {[]transition{answerAt(1), both(addAt(3), answerAt(3)), addAt(4)}, 3 * time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tk := opened(t)
			tk.SetPromise(ticket.Promise{Solve: 4 * time.Hour}, halfTime{})
			for _, do := range tc.do {
				if err := do(tk, bia); err != nil {
					t.Fatal(err)
				}
				tk.Unpause(halfTime{})
				tk.Stored()
			}
			if want := promised.Add(tc.moved); !tk.SolveDue.Equal(want) {
				t.Errorf("due %s, want %s", tk.SolveDue, want)
			}
			if tk.PausedAt.IsZero() == tc.still {
				t.Errorf("paused since %s", tk.PausedAt)
			}
		})
	}
}

func both(first, second transition) transition {
	return func(tk *ticket.Ticket, by directory.Person) error {
		if err := first(tk, by); err != nil {
			return err
		}
		return second(tk, by)
	}
}

func TestUnpauseTellsWhatMoved(t *testing.T) {
	t.Parallel()
	tk := in(t, onAna)
	tk.SolveDue = now.Add(8 * time.Hour)
	tk.Warned(ticket.WarnedAnswer|ticket.WarnedSolve, now)
	if err := tk.Add(ana, said("!"), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	tk.Unpause(halfTime{})
	news := tk.News()
	last := news[len(news)-1]
	if last.Field != "due" || last.From != "2026-03-02T20:00:00Z" || last.To != "2026-03-02T21:00:00Z" || last.Text != "paused" || last.Author != "" {
		t.Errorf("got %+v", last)
	}
	if tk.DueWarned != ticket.WarnedAnswer {
		t.Errorf("the team is not warned of the new due time: %b", tk.DueWarned)
	}
	entries := tk.Entries
	tk.Unpause(halfTime{})
	if tk.Entries != entries || !tk.SolveDue.Equal(now.Add(9*time.Hour)) {
		t.Error("moved twice for one pause")
	}
}

func TestUnpauseWithoutPromise(t *testing.T) {
	t.Parallel()
	tk := in(t, onAna)
	if err := tk.Add(ana, said("!"), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	tk.Unpause(halfTime{})
	if !tk.SolveDue.IsZero() || !tk.PausedAt.IsZero() {
		t.Errorf("due %s, paused %s", tk.SolveDue, tk.PausedAt)
	}
}

func TestSetDueWarnsAnew(t *testing.T) {
	t.Parallel()
	tk := opened(t)
	tk.Warned(ticket.WarnedSolve, now)
	if err := due(tk, bia); err != nil {
		t.Fatal(err)
	}
	if tk.DueWarned != 0 || !tk.SolveDue.Equal(now.Add(time.Hour)) {
		t.Errorf("got %b and %s", tk.DueWarned, tk.SolveDue)
	}
}
