package dialogue

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/report"
)

// The room of those who lead the team: ratings (E2), held mail with buttons that decide
// about it, parts of the desk in trouble, and how the desk fares, each morning (H6).

// toManagement says something in that room, in the desk's language. nil: there is none.
func (s *scene) toManagement(key string, data notice.Data) *Say {
	if s.e.Management.At.IsZero() {
		return nil
	}
	s.plan.Says = append(s.plan.Says, s.e.managementSay(key, data))
	return &s.plan.Says[len(s.plan.Says)-1]
}

func (e *Engine) managementSay(key string, data notice.Data) Say {
	return Say{To: e.Management.At, Account: e.Management.Account, Language: notice.Language(e.Desk.Language), Key: key, Data: data}
}

// postToManagement is toManagement where there is no plan.
func (e *Engine) postToManagement(ctx context.Context, tx Tx, key string, data notice.Data) error {
	if e.Management.At.IsZero() {
		return nil
	}
	out, err := e.render(e.managementSay(key, data), nil)
	if err != nil {
		return err
	}
	return tx.Post(ctx, out)
}

// heldValue begins the values of the buttons by which held mail is judged.
const heldValue = "held:"

// heldButtons decide about a held item where its news is told.
func (s *scene) heldButtons(h Held, lang string) (out []message.Button) {
	for _, c := range s.heldChoices(h, lang) {
		b := message.Button{Choice: message.Choice{Value: heldValue + c.Value + ":" + string(h.ID), Label: c.Label}}
		if c.Value == ValDiscard {
			b.Style = "danger"
		}
		out = append(out, b)
	}
	return out
}

// judgedByButton decides about the held item whose button was pressed, and shows in its
// place who did.
func (s *scene) judgedByButton(value string) error {
	verdict, id, _ := strings.Cut(value, ":")
	if !s.who.OnTeam() {
		return s.refused(directory.Refuse("not-on-team"))
	}
	if verdict != ValRelease && verdict != ValDiscard {
		s.outcome(message.Ignored, "a button that means nothing", nil)
		return nil
	}
	h, sender, err := s.heldAnd(HeldID(id))
	if h == nil || err != nil {
		return err
	}
	before := len(s.plan.Endings)
	if err := s.judge(*h, sender, verdict); err != nil || len(s.plan.Endings) == before {
		return err
	}
	sent, found, err := s.sentAs(s.in.Target)
	if err != nil || !found {
		return err
	}
	by, err := s.e.Catalogue.Text(sent.Out.Language, "held.by", notice.Data{"Released": verdict == ValRelease, "By": s.who.Name})
	if err != nil {
		return err
	}
	shown := sent.Out
	shown.ID, shown.Kind, shown.Amends = uuid.Must(uuid.NewV7()).String(), message.Edit, &sent.Out
	shown.Text = strings.TrimSpace(sent.Out.Text) + "\n\n" + by
	shown.Card = &message.Card{Body: shown.Text}
	s.plan.Posts = append(s.plan.Posts, shown)
	return nil
}

// noteDigest is the name under which the time of the last digest is noted.
const (
	noteDigest  = "digest"
	digestFrom  = 8 * time.Hour // of the day, when the desk is open by then
	digestAhead = 30            // days in which a desk opens again
	digestLines = 5             // tickets that are named
)

// digestDue tells management each working morning how the desk fares.
func (e *Engine) digestDue(ctx context.Context, r Reader, now time.Time) (p *Plan, next time.Time, err error) {
	if e.Management.At.IsZero() {
		return nil, time.Time{}, nil
	}
	text, err := r.Noted(ctx, noteDigest)
	if err != nil {
		return nil, time.Time{}, err
	}
	s := e.actsAlone(ctx, r, now)
	if text == "" { // the first: it begins to count
		s.plan.Notes = append(s.plan.Notes, Note{Name: noteDigest, Text: now.UTC().Format(time.RFC3339)})
		return s.plan, e.digestAfter(now), nil
	}
	last, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("read when the last digest was: %w", err)
	}
	if due := e.digestAfter(last); due.IsZero() || due.After(now) {
		return nil, due, nil
	}
	s.plan.Notes = append(s.plan.Notes, Note{Name: noteDigest, Text: now.UTC().Format(time.RFC3339)})
	return s.plan, e.digestAfter(now), s.digestOf(last)
}

// digestAfter is the first morning after a time: when the desk opens, but not before
// digestFrom. Zero: it never opens.
func (e *Engine) digestAfter(at time.Time) time.Time {
	local := at.In(e.Location)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, e.Location)
	for range digestAhead {
		opens := e.Calendar.NextOpen(day)
		if early := day.Add(digestFrom); opens.Before(early) {
			opens = early
		}
		if opens.After(at) && opens.Before(day.AddDate(0, 0, 1)) {
			return opens
		}
		day = day.AddDate(0, 0, 1)
	}
	return time.Time{}
}

// digestOf says how the desk fared since the last digest, and what cannot wait.
func (s *scene) digestOf(since time.Time) error {
	f, err := s.r.Figures(s.ctx, since, s.now)
	if err != nil {
		return err
	}
	late, err := s.r.List(s.ctx, report.Query{
		Scope: report.Scope{Team: true}, Size: digestLines, Sort: report.Sort{By: report.ByDue, Ascending: true}, Filter: report.Filter{DueBy: s.now},
	})
	if err != nil {
		return err
	}
	var lines []string
	for _, l := range late.Lines {
		agent, err := s.person(l.Agent)
		if err != nil {
			return err
		}
		lines = append(lines, "• *"+l.Number+"* "+l.Subject+" · "+orElse(agent.Name, s.e.Catalogue.Word(s.e.Desk.Language, "home.view.free")))
	}
	counts := map[string]string{}
	for key, n := range map[string]int{
		"counted.open": f.Open, "counted.unassigned": f.Unassigned, "counted.overdue": f.Overdue, "counted.opened": f.Opened, "counted.closed": f.Closed,
	} {
		if counts[key], err = s.e.Catalogue.Text(s.e.Desk.Language, key, notice.Data{"Count": n}); err != nil {
			return err
		}
	}
	say := s.toManagement("management.digest", notice.Data{
		"Open": counts["counted.open"], "Unassigned": counts["counted.unassigned"], "OnTeam": f.OnTeam, "Overdue": counts["counted.overdue"],
		"Opened": counts["counted.opened"], "Closed": counts["counted.closed"],
		"Stars": s.starsText(f), "Rated": f.Rated, "Low": f.Low, "List": strings.Join(lines, "\n"), "More": max(0, late.Total-len(late.Lines)),
	})
	say.Proactive = true
	return nil
}
