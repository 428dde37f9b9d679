package dialogue

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
)

// How the team hears of what is held: of a stranger's mail at once, of mail in a known
// name once its code has had its time; of one sender once a day; and when more than
// newsAnHour senders come within an hour, of all at once, once an hour.
const (
	codeGrace  = codeTTL
	newsEvery  = 24 * time.Hour
	newsSpan   = time.Hour
	newsAnHour = 5
	mostNews   = 500 // items looked at in one round
)

// heldDue decides what is due about held items.
func (e *Engine) heldDue(ctx context.Context, r Reader, now time.Time, limit int) (plans []*Plan, next time.Time, err error) {
	expired, home, next, err := r.HeldDue(ctx, now, limit)
	if err != nil || next.IsZero() {
		return nil, next, err
	}
	if len(expired) > 0 {
		plans = append(plans, e.expire(ctx, r, expired, now))
	}
	if p, err := e.comeHome(ctx, r, home, now); err != nil {
		return nil, next, err
	} else if p != nil {
		return append(plans, p), next, nil // the news waits: it might be of these
	}
	news, then, err := e.heldNews(ctx, r, now)
	return append(plans, news...), sooner(next, then), err
}

// expire ends what nobody decided about in time, and forgets what was decided.
func (e *Engine) expire(ctx context.Context, r Reader, expired []Held, now time.Time) *Plan {
	p := e.actsAlone(ctx, r, now).plan
	for _, h := range expired {
		p.Endings = append(p.Endings, Ending{ID: h.ID, State: HeldExpired, At: now, Reason: "nobody released it in time"})
		if h.State == HeldWaiting {
			p.Lapsed++
		}
	}
	return p
}

// comeHome puts back in the inbox what a stranger wrote who is registered by now. It
// comes back as sure as it was: what nothing proves is then asked about by a code.
func (e *Engine) comeHome(ctx context.Context, r Reader, home []Held, now time.Time) (*Plan, error) {
	s := e.actsAlone(ctx, r, now)
	for _, h := range home {
		p, err := s.claimed(h)
		if err != nil {
			return nil, err
		}
		if p.Active && p.Verified(h.Item.From) {
			s.letGo([]Held{h}, p.ID, h.Item.Proof, "released: its sender was registered")
		}
	}
	if len(s.plan.Endings) == 0 {
		return nil, nil
	}
	return s.plan, nil
}

// heldNews tells the team of what it does not know yet.
func (e *Engine) heldNews(ctx context.Context, r Reader, now time.Time) (plans []*Plan, next time.Time, err error) {
	untold, err := r.HeldUntold(ctx, mostNews)
	if err != nil || len(untold) == 0 {
		return nil, time.Time{}, err
	}
	told, err := r.HeldTold(ctx, now.Add(-newsEvery))
	if err != nil {
		return nil, time.Time{}, err
	}
	lately, free := 0, time.Time{} // senders told of within the span, and when it is over for the first
	for _, at := range told {
		if at.After(now.Add(-newsSpan)) {
			lately++
			free = sooner(free, at.Add(newsSpan))
		}
	}
	ready, next := readyNews(untold, told, now)
	switch {
	case len(ready) == 0:
		return nil, next, nil
	case lately > newsAnHour: // all at once was said within the hour
		return nil, sooner(next, free), nil
	case lately+len(ready) > newsAnHour && len(ready) > 1:
		p, err := e.digest(ctx, r, ready, now)
		return []*Plan{p}, next, err
	}
	for _, of := range ready {
		p, err := e.newsOf(ctx, r, of, now)
		if err != nil {
			return nil, next, err
		}
		plans = append(plans, p)
	}
	return plans, next, nil
}

// readyNews are the items to be told of at now, by sender, and when the next ones are.
func readyNews(untold []Held, told map[message.Address]time.Time, now time.Time) (ready [][]Held, next time.Time) {
	at := map[message.Address]int{}
	for _, h := range untold {
		from, due := h.Item.From, h.At
		if h.Person != "" {
			due = due.Add(codeGrace)
		}
		if last, ok := told[from]; ok && due.Before(last.Add(newsEvery)) {
			due = last.Add(newsEvery)
		}
		i, has := at[from]
		switch {
		case has:
			ready[i] = append(ready[i], h)
		case due.After(now):
			next = sooner(next, due)
		default:
			at[from] = len(ready)
			ready = append(ready, []Held{h})
		}
	}
	return ready, next
}

// newsOf tells of what one sender wrote: of the latest item, and how many more there are.
func (e *Engine) newsOf(ctx context.Context, r Reader, of []Held, now time.Time) (*Plan, error) {
	s := e.actsAlone(ctx, r, now)
	h := of[len(of)-1]
	sender, err := s.claimed(h)
	if err != nil {
		return nil, err
	}
	for _, h := range of {
		s.plan.Told = append(s.plan.Told, h.ID)
	}
	data := func(lang string) notice.Data {
		d := s.heldData(h, sender, lang)
		d["More"], d["Mail"] = len(of)-1, false
		return d
	}
	if say := s.toManagement("held.news", nil); say != nil {
		say.Data, say.Held, say.Buttons = data(say.Language), h.ID, s.heldButtons(h, say.Language)
		return s.plan, nil
	}
	err = s.toJudges(sender, func(p directory.Person, say *Say) {
		say.Key, say.Data = "held.news", data(say.Language)
		say.Held, say.Subject = h.ID, e.Catalogue.Word(say.Language, "held.subject")+": "+s.heldSubject(h)
		say.Link = &message.Link{Purpose: HeldPurpose, Subject: HeldLink(h.ID, p.ID), Label: e.Catalogue.Word(say.Language, "held.link")}
		if say.Data["Mail"] = say.To.Channel == message.Email; say.Data["Mail"] == true {
			say.Choices = s.heldChoices(h, say.Language)
		}
	})
	return s.plan, err
}

// digest tells of a flood in one message, whose link leads to the latest item and from
// there to all others.
func (e *Engine) digest(ctx context.Context, r Reader, ready [][]Held, now time.Time) (*Plan, error) {
	s := e.actsAlone(ctx, r, now)
	var all []Held
	for _, of := range ready {
		all = append(all, of...)
	}
	slices.SortStableFunc(all, func(a, b Held) int { return b.At.Compare(a.At) })
	for _, h := range all {
		s.plan.Told = append(s.plan.Told, h.ID)
	}
	lines := make([]string, 0, menuSize)
	for _, h := range all[:min(len(all), menuSize)] {
		lines = append(lines, "• "+s.heldSubject(h)+" · "+orElse(h.Item.From.ID, "?")+" · "+string(h.ID))
	}
	data := notice.Data{"Count": len(all), "Senders": len(ready), "List": strings.Join(lines, "\n"), "More": len(all) - len(lines), "Page": false}
	if s.toManagement("held.digest", data) != nil {
		return s.plan, nil
	}
	data["Page"] = true
	// Whose mail is a supervisor's to decide is no secret to the team: the page and the
	// words look at the right of each.
	err := s.toJudges(directory.Person{}, func(p directory.Person, say *Say) {
		say.Key, say.Data = "held.digest", data
		say.Subject = e.Catalogue.Word(say.Language, "held.subject") + ": " + strconv.Itoa(len(all))
		say.Link = &message.Link{Purpose: HeldPurpose, Subject: HeldLink(all[0].ID, p.ID), Label: e.Catalogue.Word(say.Language, "held.link")}
	})
	return s.plan, err
}

// toJudges says something to everybody who decides about mail in sender's name, in
// their mail where they have one. The sender hears of it by the code.
func (s *scene) toJudges(sender directory.Person, write func(directory.Person, *Say)) error {
	team, err := s.r.Team(s.ctx)
	if err != nil {
		return err
	}
	for _, p := range team {
		if directory.MayJudge(p, sender) != nil || p.ID == sender.ID {
			continue
		}
		s.who = p // times are written in their place
		reach := p.Reach()
		if i := slices.IndexFunc(reach, func(a message.Address) bool { return a.Channel == message.Email }); i >= 0 {
			reach = reach[i : i+1]
		}
		for _, to := range reach {
			say := Say{To: to, Language: notice.Language(orElse(p.Language, s.e.Desk.Language))}
			write(p, &say)
			s.plan.Says = append(s.plan.Says, say)
		}
	}
	s.who = directory.Person{}
	return nil
}
