package dialogue

import (
	"maps"
	"slices"
	"strings"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/survey"
	"recado/core/ticket"
)

// facts gathers who has to do with a ticket.
func (s *scene) facts(t *ticket.Ticket) (notice.Facts, error) {
	f := notice.Facts{Ticket: t, Actor: s.who.ID, Saw: s.in.From, Had: s.in.Copies}
	var err error
	if f.Requester, err = s.person(t.Requester); err != nil {
		return f, err
	}
	if f.Agent, err = s.person(t.Agent); err != nil {
		return f, err
	}
	for _, id := range t.Participants {
		p, err := s.person(id)
		if err != nil {
			return f, err
		}
		f.Participants = append(f.Participants, p)
	}
	if !f.Agent.OnTeam() { // nobody took it, or who did has left
		f.Agent = directory.Person{}
		f.Team, err = s.r.Team(s.ctx)
	}
	return f, err
}

// notify posts a notice to everybody whom the policy names (D1).
func (s *scene) notify(event notice.Event, t *ticket.Ticket, data notice.Data, files ...message.Attachment) error {
	_, err := s.notifyAll(event, t, data, files)
	return err
}

// notifyClosed also gives the requester the way to rate (E1). It returns what notifyAll does.
func (s *scene) notifyClosed(event notice.Event, t *ticket.Ticket, id survey.ID, data notice.Data, files ...message.Attachment) (said []int, err error) {
	said, err = s.notifyAll(event, t, data, files)
	for _, i := range said {
		say := &s.plan.Says[i]
		if !strings.HasPrefix(say.Key, noticeKey(event, notice.Requester)) {
			continue
		}
		if say.To.Channel == message.Email {
			say.Link = &message.Link{Purpose: RatePurpose, Subject: string(id), Label: s.e.Catalogue.Word(say.Language, "rate.link")}
		}
		say.Poll = s.starPoll(say.To, say.Language, id, stepService)
	}
	return said, err
}

// notifyAll returns the indexes of what it said.
func (s *scene) notifyAll(event notice.Event, t *ticket.Ticket, data notice.Data, files []message.Attachment) ([]int, error) {
	f, err := s.facts(t)
	if err != nil {
		return nil, err
	}
	room, err := s.roomOf(t)
	if err != nil {
		return nil, err
	}
	audience, shown := reachText(f), notice.Shown(event, f, message.Email)
	var said []int
	for _, r := range recipients(event, f) {
		if proactive(event) && complainedOf(r) || room != nil && readsIn(room, r) {
			continue
		}
		say := Say{
			To: r.To, Language: notice.Language(orElse(r.Person.Language, s.e.Desk.Language)), Key: noticeKey(event, r.As),
			Ticket: t, Proactive: unasked(event), Attachments: files,
			Data: notice.Data{
				"Name": r.Person.First(), "By": s.byName(r.As), "Requester": f.Requester.Name, "Text": "", "About": "", "Folded": false, "Caution": "", "Seen": "",
				"Chat": r.To.Channel != message.Email,
			},
		}
		switch {
		case r.As == notice.Agent:
			say.Data["Audience"] = audience
		case r.To.Channel == message.Email && !r.Person.OnTeam():
			say.InCopy = besides(shown, r.Person.ID)
		}
		maps.Copy(say.Data, data)
		if about, ok := say.Data["About"].(string); ok && r.To.Channel == message.WhatsApp {
			say.Data["About"] = pathOnPhone(about)
		}
		if say.Proactive {
			say.Key = s.e.Catalogue.Variant(say.Key, t.Number)
		}
		say.Plain = s.who.OnTeam()
		if say.Of = saidNow(t); len(say.Of) > 0 {
			say.Conveys = say.Of[len(say.Of)-1]
		}
		if event == notice.Answered {
			if err := s.quoteLast(t, r, &say); err != nil {
				return nil, err
			}
		}
		said = append(said, len(s.plan.Says))
		s.plan.Says = append(s.plan.Says, say)
	}
	return said, nil
}

// saidNow are the upstream ids of what this turn put into the ticket for others to read.
func saidNow(t *ticket.Ticket) (ids []string) {
	for _, e := range t.News() {
		if e.Kind == ticket.Message && e.Upstream != "" {
			ids = append(ids, e.Upstream)
		}
	}
	return ids
}

// readsIn reports whether somebody of the team hears of it in the ticket's thread, since
// they did not ask for that other channel.
func readsIn(room *roomThread, r notice.Recipient) bool {
	return r.As == notice.Agent && (r.To.Channel == room.At.Channel || !slices.Contains(r.Person.NoticeBy, r.To.Channel))
}

// recipients are the policy's, but for those who want nothing that they did not ask for.
func recipients(event notice.Event, f notice.Facts) []notice.Recipient {
	all := notice.Recipients(event, f)
	if unasked(event) {
		return spared(all)
	}
	return all
}

// quoteLast has an answer on WhatsApp show what it answers: the last words of its reader.
func (s *scene) quoteLast(t *ticket.Ticket, r notice.Recipient, say *Say) error {
	if r.To.Channel != message.WhatsApp {
		return nil
	}
	entries, err := s.r.Latest(s.ctx, t.ID, latestWords)
	for _, e := range slices.Backward(entries) {
		if e.Author == r.Person.ID && e.Via == message.WhatsApp && e.Upstream != "" && e.Text != "" && e.DeletedAt.IsZero() {
			say.Quote, say.Refs = excerpt(e.Text, 200), []string{e.Upstream}
			break
		}
	}
	return err
}

// unasked reports news that the program gives by itself.
func unasked(event notice.Event) bool { return proactive(event) || event == notice.Expired }

// proactive reports news that nobody waits for.
func proactive(event notice.Event) bool { return event == notice.Reminder || event == notice.Warning }

// complainedOf reports an address where our mail was called junk.
func complainedOf(r notice.Recipient) bool {
	al, ok := r.Person.Alias(r.To)
	return ok && !al.ComplainedAt.IsZero()
}

// besides are the addresses of the others.
func besides(shown []notice.Recipient, who directory.PersonID) []message.Address {
	var out []message.Address
	for _, r := range shown {
		if r.Person.ID != who {
			out = append(out, r.To)
		}
	}
	return out
}

func noticeKey(event notice.Event, as notice.Audience) string {
	return "notice." + string(event) + "." + string(as)
}

// byName is who did it: customers know the team by first names.
func (s *scene) byName(as notice.Audience) string {
	if s.who.ID == "" {
		return s.e.Desk.Name
	}
	if as == notice.Agent {
		return s.who.Name
	}
	return s.who.First()
}

// reachText says whom an answer will reach, and how (rule 8), by the policy that the
// answer obeys: "Ana (whatsapp, email), Carlos (email)". A requester whom nothing
// reaches is named with a dash.
func reachText(f notice.Facts) string {
	f.Actor, f.Saw, f.Had = "", message.Address{}, nil
	by := map[directory.PersonID][]string{}
	for _, r := range notice.Recipients(notice.Answered, f) {
		by[r.Person.ID] = append(by[r.Person.ID], string(r.To.Channel))
	}
	var out []string
	for i, p := range append([]directory.Person{f.Requester}, f.Participants...) {
		switch {
		case len(by[p.ID]) > 0:
			out = append(out, p.Name+" ("+strings.Join(by[p.ID], ", ")+")")
		case i == 0:
			out = append(out, p.Name+" (–)")
		}
	}
	return strings.Join(out, ", ")
}
