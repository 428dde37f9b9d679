package dialogue

import (
	"cmp"
	"context"
	"slices"
	"time"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// scene is one turn while it is decided: what is known, and the plan so far.
type scene struct {
	ctx  context.Context //nolint:containedctx // a scene is one call, taken apart into methods
	e    *Engine
	now  time.Time
	in   message.Inbound // the turn's items as one
	plan *Plan
	r    Reader // only while the store is looked at

	session  Session // as the turn leaves it
	previous Session // as it was

	who    directory.Person
	known  bool // somebody has this address
	proved bool // and it is proved that they wrote this

	other directory.Person // who has another name of the sender; zero: nobody

	thread  *ticket.Ticket // the ticket that the item is tied to, if who may see it
	spoken  *ticket.Ticket // the ticket in focus, once it was looked up
	command understood
	catalog *catalog.Catalog
	org     directory.Organisation // the person's first
	offer   catalog.Offer          // what they may choose from there
	noModel bool                   // one of theirs wants no model
	reading Reading

	heardWords string  // what a machine heard, without its marks
	sights     []Sight // and what it saw

	caseOf *Case   // what an agent wants advice about (H4)
	advice *Advice // nil: none was asked for, or given

	people map[directory.PersonID]directory.Person // looked up already

	root  string                    // of what is done in a room: ID of our message whose thread it is in
	rooms map[ticket.ID]*roomThread // looked up already

	retold []string // words of people that lists and histories hold

	printing *printing // the ticket that is to become a file

	stood  *Note // what the upstream makes of them, to be noted
	first  bool  // nobody wrote from this address before
	hushed bool  // beyond the pace: nothing is said
	alarms []Say // but this
}

func newScene(ctx context.Context, e *Engine, turn Turn) *scene {
	return &scene{
		ctx: ctx, e: e, now: e.Now(), in: merged(turn.Items),
		plan:   &Plan{Turn: turn, engine: e},
		people: map[directory.PersonID]directory.Person{},
	}
}

// start takes the session up; a question older than a day is forgotten.
func (s *scene) start(session Session) {
	s.previous, s.session = session, session
	if s.now.Sub(session.At) > stale {
		s.session = Session{}
	}
	s.session.Draft = session.Draft.clone()
	if s.session.Topic == "" {
		s.session.Draft = nil
	}
}

// finish closes the plan.
func (s *scene) finish() *Plan {
	s.session.At = s.now
	s.hush()
	for i := range s.plan.Says {
		if s.plan.Says[i].To == s.in.From || s.inRoom() && s.plan.Says[i].Only == s.in.From {
			s.plan.Says[i].Verbatim = s.retold
		}
	}
	s.plan.Session, s.plan.Previous = s.session, s.previous
	if s.plan.Outcome.Code == "" {
		s.plan.Outcome.Code = message.Talked
	}
	return s.plan
}

// load finds who wrote and what it is tied to.
func (s *scene) load(r Reader) error {
	s.r = r
	if err := s.loadSender(); err != nil {
		return err
	}
	if err := s.stand(); err != nil {
		return err
	}
	s.command = parseCommand(s.in.Text, s.now.In(s.e.Location).Year())
	if s.command.command.teams() && !s.who.OnTeam() {
		s.command = understood{} // to anybody else it is a word like any other
	}
	if err := s.loadRoot(); err != nil {
		return err
	}
	if err := s.loadThread(); err != nil {
		return err
	}
	if s.proved && s.speaksOn() {
		t, err := s.focused() // whether it is open says what the assistant is asked
		if err != nil {
			return err
		}
		if t != nil { // who will be told, so that the second view need not ask
			if _, err := s.person(t.Agent); err != nil {
				return err
			}
		}
	}
	return s.loadOffer()
}

// loadOffer finds what the person may choose from.
func (s *scene) loadOffer() error {
	var err error
	if s.catalog, err = s.r.Catalog(s.ctx); err != nil {
		return err
	}
	if !s.proved {
		return nil
	}
	for i, m := range s.who.Members {
		org, _, err := known(s.r.Organisation(s.ctx, m.Org))
		if err != nil {
			return err
		}
		if i == 0 {
			s.org = org
			s.offer = s.catalog.Offer(s.who, org)
		}
		s.noModel = s.noModel || org.NoAssistant
	}
	return nil
}

// loadRoot finds the message of ours whose thread something is said in, or that is pressed.
func (s *scene) loadRoot() error {
	if !s.inRoom() {
		return nil
	}
	sent, found, err := s.r.SentAs(s.ctx, nonEmpty(append(slices.Clone(s.in.Thread.Refs), s.in.Target.ID)...))
	if found {
		s.root = orElse(sent.Out.Under, sent.Out.ID)
	}
	return err
}

// loadThread finds the ticket by proof: a token given to this address, what is
// answered, and last a number that was merely written.
func (s *scene) loadThread() error {
	written := false // a machine's mail may be filed where it answers, but not wherever it names
	try := func(t *ticket.Ticket, err error) error {
		t, found, err := known(t, err)
		if err != nil || !found || s.thread != nil {
			return err
		}
		if s.in.Auto == message.NotAuto || written {
			if see, err := s.maySee(t); err != nil || !see {
				return err
			}
		}
		s.thread, err = s.goesOnIn(t)
		return err
	}
	if n := s.in.Thread.Number; n != "" {
		if err := try(s.r.Numbered(s.ctx, n)); err != nil {
			return err
		}
	}
	if len(s.in.Thread.Refs) > 0 && s.thread == nil {
		if err := try(s.r.ByRefs(s.ctx, s.in.Thread.Refs)); err != nil {
			return err
		}
	}
	if !s.proved {
		return nil
	}
	written = true
	for _, n := range s.in.Thread.Numbers {
		if s.thread == nil {
			if err := try(s.r.Numbered(s.ctx, n)); err != nil {
				return err
			}
		}
	}
	return nil
}

// maySee is ticket.MaySee for the sender. Unproved senders see nothing.
func (s *scene) maySee(t *ticket.Ticket) (bool, error) {
	if !s.proved {
		return false, nil
	}
	return s.sees(s.who, t)
}

// sees reads what the requester's part is, and applies the rule.
func (s *scene) sees(p directory.Person, t *ticket.Ticket) (bool, error) {
	requester, err := s.person(t.Requester)
	if err != nil {
		return false, err
	}
	m, _ := requester.In(t.Org)
	return t.MaySee(p, m.Role) == nil, nil
}

// person looks somebody up once.
func (s *scene) person(id directory.PersonID) (directory.Person, error) {
	if p, ok := s.people[id]; ok || id == "" {
		return p, nil
	}
	p, _, err := known(s.r.Person(s.ctx, id))
	if err == nil {
		s.people[id] = p
	}
	return p, err
}

// lang is the language to answer in: the person's, else that of their words.
func (s *scene) lang() string {
	return notice.Language(cmp.Or(s.who.Language, s.reading.Language, s.session.Language, s.e.Desk.Language))
}

// chat reports whether the channel is one where questions come one at a time.
func (s *scene) chat() bool { return s.in.Key.Channel != message.Email }

// outcome records how the turn ends.
func (s *scene) outcome(code message.Code, reason string, about *ticket.Ticket) {
	s.plan.Outcome = message.Outcome{Code: code, Reason: reason}
	s.plan.About = about
}

// say answers the sender where they wrote.
func (s *scene) say(key string, data notice.Data, choices ...message.Choice) *Say {
	say := Say{
		To: s.in.From, Account: cmp.Or(s.in.Account, s.in.Key.Account), Conversation: s.in.Conversation,
		Language: s.lang(), Key: key, Data: data, Choices: choices, Subject: replySubject(s.in.Subject),
		Refs: refsOf(s.in),
	}
	if s.inRoom() { // nobody else there is meant
		say.To, say.Only, say.Under = s.in.Room, s.in.From, s.root
	}
	s.plan.Says = append(s.plan.Says, say)
	return &s.plan.Says[len(s.plan.Says)-1]
}

// sayOf answers about a ticket.
func (s *scene) sayOf(t *ticket.Ticket, key string, data notice.Data) {
	say := s.say(key, data)
	say.Ticket, say.Subject = t, ""
}

// question asks, and remembers what was asked and what the numbers mean.
func (s *scene) question(topic Topic, step, key string, data notice.Data, choices ...message.Choice) *Say {
	if s.previous.Topic == topic && s.previous.Step == step {
		s.session.Asked = s.previous.Asked + 1
	} else {
		s.session.Asked = 0
	}
	s.session.Topic, s.session.Step, s.session.Choices = topic, step, choices
	return s.say(key, data, choices...)
}

// rest ends the topic: nothing is asked any more. The ticket stays in focus.
func (s *scene) rest() {
	s.session.Topic, s.session.Step, s.session.Choices = "", "", nil
	s.session.Draft, s.session.Query, s.session.Asked, s.session.Words = nil, nil, 0, ""
	s.session.Survey, s.session.Held = "", ""
}

// focus makes a ticket the one that is spoken of.
func (s *scene) focus(t *ticket.Ticket) { s.session.Ticket = t.ID }

// change stores a ticket with the plan, once.
func (s *scene) change(t *ticket.Ticket) {
	t.Unpause(s.e.Calendar)
	t.Await(s.e.Unanswered, s.e.Calendar)
	if !slices.Contains(s.plan.Tickets, t) {
		s.plan.Tickets = append(s.plan.Tickets, t)
	}
	s.focus(t)
}

// said is the turn's words, as a ticket keeps them: item by item.
func (s *scene) said() []ticket.Said {
	var out []ticket.Said
	for _, in := range s.plan.Turn.Items {
		if in.Text == "" && len(in.Attachments) == 0 && in.FullText == "" {
			continue
		}
		out = append(out, ticket.Said{
			At: s.now, Text: in.Text, FullText: in.FullText, Folded: in.Folded, Original: in.Original, Via: in.Key.Channel,
			Upstream: cmp.Or(in.Thread.ID, in.Key.ID), Attachments: in.Attachments,
		})
	}
	return out
}

// saidAs is all of the turn in one piece, with other words.
func (s *scene) saidAs(text string) ticket.Said {
	return ticket.Said{
		At: s.now, Text: text, FullText: s.in.FullText, Folded: s.in.Folded, Original: s.in.Original, Via: s.in.Key.Channel,
		Upstream: cmp.Or(s.in.Thread.ID, s.in.Key.ID), Attachments: s.in.Attachments,
	}
}

// refused answers a rule that said no, in words. Other errors are the store's.
func (s *scene) refused(err error) error {
	var r *directory.Refusal
	if !asRefusal(err, &r) {
		return err
	}
	s.rest()
	s.say("refused."+r.Code, notice.Data(r.Data))
	s.outcome(message.Talked, "refused: "+r.Code, nil)
	return nil
}

// refsOf continues the sender's own thread.
func refsOf(in message.Inbound) []string {
	if in.Key.Channel != message.Email || in.Thread.ID == "" {
		return nil
	}
	return []string{in.Thread.ID}
}

func replySubject(subject string) string {
	if subject == "" {
		return ""
	}
	return "Re: " + stripRe(subject)
}
