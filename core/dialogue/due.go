package dialogue

import (
	"context"
	"strings"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Due decides what has become due at now: reminders, warnings and closings of
// tickets whose requester is silent (D5), service levels about to be missed (B14),
// customers who wait for an answer, and what is held: news of it, its return, its end; and the
// digest of the morning. next is when something will be due again; zero: not foreseen. Each
// plan is applied alone; one that lost a race is decided again at the next call.
func (e *Engine) Due(ctx context.Context, now time.Time, limit int) (plans []*Plan, next time.Time, err error) {
	err = e.Store.View(ctx, func(r Reader) error {
		if plans, err = e.ticketsDue(ctx, r, now, limit); err != nil {
			return err
		}
		if next, err = r.NextDue(ctx); err != nil {
			return err
		}
		held, then, err := e.heldDue(ctx, r, now, limit)
		plans, next = append(plans, held...), sooner(next, then)
		if err != nil {
			return err
		}
		digest, then, err := e.digestDue(ctx, r, now)
		if next = sooner(next, then); digest != nil {
			plans = append(plans, digest)
		}
		return err
	})
	return plans, next, err
}

// ticketsDue decides what is due of tickets: one change of each at a time.
func (e *Engine) ticketsDue(ctx context.Context, r Reader, now time.Time, limit int) (plans []*Plan, err error) {
	changed := map[ticket.ID]bool{}
	for _, kind := range []struct {
		find func(context.Context, time.Time, int) ([]*ticket.Ticket, error)
		by   time.Time
		do   func(*scene, *ticket.Ticket) error
	}{
		{r.DueReminders, now, (*scene).remind}, {r.DueWarnings, now.Add(e.WarnBefore), (*scene).warn}, {r.DueNudges, now, (*scene).nudge},
	} {
		found, err := kind.find(ctx, kind.by, limit)
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			if changed[t.ID] {
				continue
			}
			changed[t.ID] = true
			p, err := e.alone(ctx, r, t, now, kind.do)
			if err != nil {
				return nil, err
			}
			plans = append(plans, p)
		}
	}
	return plans, nil
}

// sooner is the earlier of two times, of which zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// actsAlone is a scene in which the program acts by itself.
func (e *Engine) actsAlone(ctx context.Context, r Reader, now time.Time) *scene {
	return &scene{ctx: ctx, e: e, now: now, r: r, plan: &Plan{engine: e}, people: map[directory.PersonID]directory.Person{}}
}

// alone does what is due of a ticket.
func (e *Engine) alone(ctx context.Context, r Reader, t *ticket.Ticket, now time.Time, do func(*scene, *ticket.Ticket) error) (*Plan, error) {
	s := e.actsAlone(ctx, r, now)
	if err := do(s, t); err != nil {
		return nil, err
	}
	return s.plan, s.showRooms()
}

// remind sends the next reminder, or closes.
func (s *scene) remind(t *ticket.Ticket) error {
	e, now := s.e, s.now
	if t.Status == ticket.Closed || t.LastSide != ticket.Team {
		t.RemindAt = time.Time{}
		s.change(t)
		return nil
	}
	if e.Quiet != nil {
		if wait := e.Quiet(now); wait > 0 { // in the morning it may be answered
			t.RemindAt = now.Add(wait)
			s.change(t)
			return nil
		}
	}
	switch step := e.Schedule.Next(t.LastAt, t.Reminders); step.Event {
	case notice.Expired:
		if err := t.Expire("silent", now); err != nil {
			return err
		}
		s.change(t)
		sv := s.newSurvey(t)
		_, err := s.notifyClosed(notice.Expired, t, sv.ID, nil)
		return err
	case notice.Reminder, notice.Warning:
		following := e.Schedule.AfterSending(t.LastAt, now, t.Reminders+1)
		t.Reminded(following.At, now)
		s.change(t)
		requester, err := s.person(t.Requester)
		if err != nil {
			return err
		}
		lang := notice.Language(orElse(requester.Language, e.Desk.Language))
		return s.notify(step.Event, t, notice.Data{
			"Until": e.Catalogue.When(lang, following.At, now, e.placeOf(requester)), "Last": e.lastWords(s.ctx, s.r, t),
		})
	}
	t.RemindAt = time.Time{} // the schedule was switched off
	s.change(t)
	return nil
}

// lastWords are the team's last message, for the reminder.
func (e *Engine) lastWords(ctx context.Context, r Reader, t *ticket.Ticket) string {
	entries, err := r.Latest(ctx, t.ID, 1)
	if err != nil || len(entries) == 0 || !entries[0].DeletedAt.IsZero() {
		return ""
	}
	return excerpt(strings.Join(strings.Fields(entries[0].Text), " "), 160)
}

// warn tells the team of a service level.
func (s *scene) warn(t *ticket.Ticket) error {
	e, now := s.e, s.now
	bit, due := overdueKind(t, now.Add(e.WarnBefore))
	t.Warned(bit, now)
	s.change(t)
	what := map[int]string{ticket.WarnedAnswer: "answer", ticket.WarnedSolve: "solve"}[bit]
	data := notice.Data{"What": what, "Due": e.Catalogue.When(e.Desk.Language, due, now, e.Location), "Missed": !due.After(now)}
	h, err := s.roomOf(t)
	if err != nil {
		return err
	}
	if h != nil {
		s.hang(t, h, "room.overdue", data)
	}
	return s.notify(notice.Overdue, t, data)
}

// Failed tells the team of an item whose turn failed again and again.
func (e *Engine) Failed(ctx context.Context, tx Tx, in message.Inbound) error {
	data := notice.Data{"From": in.From.String(), "About": in.Subject, "Text": excerpt(in.Text, 300), "Key": in.Key.String()}
	if err := e.postToManagement(ctx, tx, "notice.failed", data); err != nil {
		return err
	}
	return e.tellSupervisors(ctx, tx, "notice.failed", data)
}

func (e *Engine) markDead(ctx context.Context, tx Tx, a message.Address) error {
	p, found, err := known(tx.PersonAt(ctx, a))
	if err != nil || !found {
		return err
	}
	for i := range p.Aliases {
		if p.Aliases[i].Address == a && p.Aliases[i].DeadAt.IsZero() {
			p.Aliases[i].DeadAt = e.Now()
			return tx.SavePerson(ctx, &p)
		}
	}
	return nil
}

// tellSupervisors posts a text to the supervisors, or to the whole team without any.
func (e *Engine) tellSupervisors(ctx context.Context, tx Tx, key string, data notice.Data) error {
	team, err := tx.Team(ctx)
	if err != nil {
		return err
	}
	for _, p := range supervisorsOf(team) {
		for _, to := range p.Reach() {
			out, err := e.render(Say{To: to, Language: notice.Language(p.Language), Key: key, Data: data}, nil)
			if err != nil {
				return err
			}
			if err := tx.Post(ctx, out); err != nil {
				return err
			}
		}
	}
	return nil
}

func supervisorsOf(team []directory.Person) []directory.Person {
	var out []directory.Person
	for _, p := range team {
		if p.Team == directory.Supervisor {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return team
	}
	return out
}
