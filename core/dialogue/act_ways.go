package dialogue

import (
	"slices"
	"strings"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// actMark begins the values of buttons and the names of forms that do something to a
// ticket: "act:take:2026-000001". The number is empty where there is no ticket yet.
const actMark = "act:"

func actValue(o op, number string) string { return actMark + string(o) + ":" + number }

// readActValue takes such a value apart.
func readActValue(value string) (o op, number string, ok bool) {
	rest, ok := strings.CutPrefix(value, actMark)
	name, number, parts := strings.Cut(rest, ":")
	return op(name), number, ok && parts
}

// Operations that only forms and buttons know.
const (
	opMore    op = "more"    // the card's button for all that has none: what usually changes
	opReply   op = "reply"   // an answer to the customer
	opChange  op = "change"  // several fields at once
	opMake    op = "make"    // a ticket out of somebody's message
	opInclude op = "include" // somebody's message into a ticket
)

// Entries of the menu that a channel shows on a message: the Choice of a Shortcut.
const (
	ShortcutTicket = "ticket" // make a ticket of it
	ShortcutAdd    = "add"    // put it into a ticket
	ShortcutCall   = "call"   // of no message: record a telephone call
)

// Reactions by which the team acts.
var actEmoji = map[string]op{"👀": opTake, "✅": opClose, "🎫": opMake}

// acting is the road of a turn by which the team acts without words; nil when it is none.
func (s *scene) acting() func() error {
	switch s.in.Kind {
	case message.Command:
		return s.slashed
	case message.Shortcut:
		switch s.in.Choice {
		case ShortcutTicket, ShortcutAdd, ShortcutCall:
			return s.picked
		}
	case message.Press, message.Submit:
		if view, ok := strings.CutPrefix(s.in.Choice, homeMark); ok {
			return func() error { return s.pageOf(view) }
		}
		if verdict, ok := strings.CutPrefix(s.in.Choice, heldValue); ok && s.in.Kind == message.Press {
			return func() error { return s.judgedByButton(verdict) }
		}
		o, number, ok := readActValue(s.in.Choice)
		switch {
		case !ok:
			return nil
		case s.in.Kind == message.Submit:
			return func() error { return s.submitted(o, number) }
		}
		return func() error { return s.buttonPressed(o, number) }
	case message.Reaction:
		if o := actEmoji[s.in.Choice]; o != opNone && s.who.OnTeam() {
			return func() error { return s.emojiSet(o) }
		}
	}
	return nil
}

// buttonPressed does what needs no more words, and asks for the rest in a form.
func (s *scene) buttonPressed(o op, number string) error {
	t, err := s.actedOn(number)
	switch {
	case err != nil || t == nil && number != "":
		return err
	case t == nil:
	case o == opTake:
		return s.refused(s.act(t, []deed{{op: opTake}}))
	case o == opMore:
		return s.offerMore(t)
	}
	return s.askInForm(o, t)
}

// offerMore shows who pressed all that can be done: by buttons, each of which opens its
// form, or in words.
func (s *scene) offerMore(t *ticket.Ticket) error {
	ops := []op{opReopen, opRelate, opRepeats}
	if t.Status != ticket.Closed {
		ops = []op{opChange, opProduct, opCategory, opCopy, opRequester, opSplit, opMerge, opUnmerge, opRelate, opRepeats}
		if len(t.Participants) > 0 {
			ops = slices.Insert(ops, slices.Index(ops, opRequester), opUncopy)
		}
		links, err := s.r.Links(s.ctx, t.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(links, func(l ticket.Link) bool { return l.Relation == ticket.MergedTo && l.To == t.ID }) {
			ops = slices.DeleteFunc(ops, func(o op) bool { return o == opUnmerge })
		}
	}
	var words []string
	var buttons []message.Button
	for _, o := range ops {
		words = append(words, "• "+s.exampleOf(o))
		buttons = append(buttons, s.actButton(o, t))
	}
	s.tell(t, "act.more", notice.Data{"Example": strings.Join(words, "\n")}, buttons...)
	s.outcome(message.Talked, "showed what can be done", t)
	return nil
}

// actButton is a button that does something to a ticket, or asks for what it needs.
func (s *scene) actButton(o op, t *ticket.Ticket) message.Button {
	number := ""
	if t != nil {
		number = t.Number
	}
	return message.Button{Choice: s.choice(actValue(o, number), "form."+string(o))}
}

// actedOn is the ticket that a button or a form is about, if the sender is of the team
// and may see it. nil: they were told why not, or there is no number.
func (s *scene) actedOn(number string) (*ticket.Ticket, error) {
	if !s.who.OnTeam() {
		return nil, s.refused(directory.Refuse("not-on-team"))
	}
	if number == "" {
		return nil, nil
	}
	return s.atWork(number)
}

// slashed takes a slash command: a ticket's number and orders, "ligação", or what the
// team may say anywhere. What it holds besides reaches no customer.
func (s *scene) slashed() error {
	if !s.who.OnTeam() {
		return s.refused(directory.Refuse("not-on-team"))
	}
	text := strings.TrimSpace(s.in.Text)
	if text == "" {
		return s.help()
	}
	if done, err := s.grants(); done || err != nil {
		return err
	}
	num, rest := cutNumber(text, s.now.In(s.e.Location).Year())
	rest = strings.Trim(rest, " :,-")
	if !leads(text, rest) && num != "" && rest != "" {
		num, rest = "", text // the number is the order's value
	}
	o, value := cutDeed(rest)
	if o == opNone {
		o, value = deedWords[fold(rest)], ""
	}
	if o == opCall {
		if value == "" && s.in.Trigger != "" {
			return s.askInForm(opCall, nil)
		}
		return s.called(value)
	}
	if lone := op(s.command.command); s.command.number != "" && (lone == opClose || lone == opReopen) {
		t, err := s.atWork(s.command.number)
		if t == nil || err != nil {
			return err
		}
		return s.askInForm(lone, t)
	}
	if num == "" || rest == "" {
		if done, err := s.obeyTeam(); done || err != nil {
			return err
		}
	}
	if num == "" {
		s.say("act.unknown", nil)
		s.outcome(message.Talked, "a command that means nothing", nil)
		return nil
	}
	t, err := s.atWork(num)
	if t == nil || err != nil {
		return err
	}
	return s.slashedAt(t, rest)
}

// slashedAt does what a command says of a ticket.
func (s *scene) slashedAt(t *ticket.Ticket, rest string) error {
	if deeds, plain := parseDeeds(rest); deeds != nil && plain && deeds[0].value != "" {
		return s.refused(s.act(t, deeds))
	}
	what, words := parseOrder(rest)
	said := s.saidAs(words)
	lone := op(parseCommand(rest, 0).command)
	if o, value := cutDeed(rest + ":"); o != opNone && value == "" {
		lone = o
	}
	switch {
	case what == orderNote && words != "":
		return s.noted(t, said)
	case what == orderClose && words != "":
		return s.closedByTeam(t, said)
	case what == orderReopen:
		return s.reopens(t, said)
	case what == orderWait && words != "":
		return s.waits(t, said)
	case lone == opTake:
		return s.refused(s.act(t, []deed{{op: opTake}}))
	case what == orderClose:
		return s.askInForm(opClose, t)
	case forms[lone] != nil:
		return s.askInForm(lone, t)
	}
	if c := parseCommand(rest, 0); c.command == cmdDetails || c.command == cmdWhole || c.command == cmdPaper {
		s.command = c // it only looks
		s.command.number = t.Number
		if done, err := s.obeyTeam(); done || err != nil {
			return err
		}
	}
	s.sayOf(t, "act.unknown", nil)
	s.outcome(message.Talked, "a command that means nothing", t)
	return nil
}

// reopens takes a ticket up again at the team's word.
func (s *scene) reopens(t *ticket.Ticket, said ticket.Said) error {
	if err := t.Reopen(s.who, said, s.e.ReopenWindow, s.now); err != nil {
		return s.refused(err)
	}
	return s.teamDone(t, notice.Reopened, said)
}

// picked takes an entry of a message's menu.
func (s *scene) picked() error {
	if !s.who.OnTeam() {
		return s.refused(directory.Refuse("not-on-team"))
	}
	switch s.in.Choice {
	case ShortcutTicket:
		return s.askInForm(opMake, nil)
	case ShortcutAdd:
		return s.askInForm(opInclude, s.thread)
	}
	return s.askInForm(opCall, nil)
}

// emojiSet acts by a reaction: on a ticket's card or anything in its thread, or, to make
// a ticket, on any message.
func (s *scene) emojiSet(o op) error {
	if o == opMake {
		return s.makeOfReacted()
	}
	t := s.thread
	if t == nil {
		found, is, err := known(s.r.ByRefs(s.ctx, []string{s.in.Target.ID}))
		if err != nil {
			return err
		}
		if is {
			if t, err = s.goesOnIn(found); err != nil {
				return err
			}
		}
	}
	switch {
	case t == nil:
		s.outcome(message.Ignored, "a reaction to what is in no ticket", nil)
		return nil
	case o == opTake:
		return s.refused(s.act(t, []deed{{op: opTake}}))
	case t.Status == ticket.Closed:
		return s.refused(directory.Refuse("already-closed", "Number", t.Number))
	}
	s.offerButton(t, "act.close-button", opClose) // a reaction can open no form
	s.outcome(message.Talked, "asked: final message", t)
	return nil
}

// makeOfReacted makes a ticket out of a message: at once where a customer wrote it, else
// who reacted is asked for whom.
func (s *scene) makeOfReacted() error {
	if s.thread != nil { // it is one already
		s.outcome(message.Ignored, "the message is in a ticket", s.thread)
		return nil
	}
	if strings.TrimSpace(s.in.Text) == "" && len(s.in.Attachments) == 0 {
		s.outcome(message.Ignored, "a message without words", nil)
		return nil
	}
	author, found, err := s.registered(s.in.Forward.From)
	if err != nil {
		return err
	}
	if found && !author.OnTeam() && len(author.Members) > 0 {
		return s.recordFor(author, call{words: s.in.Text, via: s.in.Key.Channel, files: s.in.Attachments})
	}
	s.offerButton(nil, "act.make-button", opMake)
	s.plan.Says[len(s.plan.Says)-1].Quote = s.in.Text // for when the button is pressed
	s.outcome(message.Talked, "asked: for whom", nil)
	return nil
}

// offerButton tells who acted, and nobody else, how to go on: by a button that opens the
// form, or in words.
func (s *scene) offerButton(t *ticket.Ticket, key string, o op) {
	button := s.actButton(o, t)
	button.Style = "primary"
	s.tell(t, key, notice.Data{"Example": s.exampleOf(o)}, button)
}

// exampleOf is how to do the same in words.
func (s *scene) exampleOf(o op) string { return s.e.Catalogue.Word(s.lang(), "example."+string(o)) }

// example is how what was nearly an order is written.
func (s *scene) example(near string) string {
	words := strings.Fields(fold(near))
	for n := min(len(words), 3); n > 0; n-- {
		if o := deedWords[strings.Join(words[:n], " ")]; o != opNone {
			text, err := s.e.Catalogue.Text(s.lang(), "act.near", notice.Data{"Example": s.exampleOf(o)})
			if err == nil {
				return text
			}
		}
	}
	return ""
}
