package dialogue

import (
	"regexp"
	"strings"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

var (
	// replyMark begins words for the customer in an internal thread.
	replyMark = regexp.MustCompile(`(?i)^[\s\p{Z}\p{Cf}*_]*(>>|»|(responder|reply)[\s\p{Z}*_]*[:：])[*_]*[\s\p{Z}]*`)
	// quotesMore is a text in which a later line is quoted: what begins with >> is a mail then.
	quotesMore = regexp.MustCompile(`(?m)\n[\s\p{Z}\p{Cf}*_]*>`)
	// toEverybody calls the whole room, which no customer is in.
	toEverybody = regexp.MustCompile(`(?i)(^|[^\pL\pN.])@(here|channel|everyone|canal|todos)\b`)
)

// worksHere reports what only the team has: a command, a menu of a message, a form.
func (s *scene) worksHere() bool {
	return s.in.Kind == message.Command || s.in.Kind == message.Shortcut || s.in.Kind == message.Submit
}

// nobody takes what somebody did in a room whom the desk does not know as one of the team:
// an app, a guest, a stranger of a shared channel. They see nothing and change nothing;
// that they are refused, they alone see, and only where they meant the desk.
func (s *scene) nobody() error {
	s.outcome(message.Ignored, "in a room, by nobody of the team", nil)
	meant := s.in.Kind != message.Text && s.in.Kind != message.Edit && s.in.Kind != message.Deletion && s.in.Kind != message.Reaction
	if !meant && s.in.Kind == message.Text && s.root != "" {
		meant = true
	}
	if meant && !s.hushed {
		s.say("room.nobody", nil)
	}
	return nil
}

// teamInRoom takes what one of the team did in a room. Several people act there, so
// nothing is asked to which anybody's next words could be an answer.
func (s *scene) teamInRoom() error {
	if err := s.heard(); err != nil {
		return err
	}
	switch s.in.Kind {
	case message.Text:
		return s.saidInRoom()
	case message.Edit:
		return s.editedInRoom()
	case message.Deletion:
		return s.amended()
	case message.Press, message.Shortcut:
		if done, err := s.draftPressed(); done || err != nil {
			return err
		}
		if done, err := s.aboutWords(); done || err != nil {
			return err
		}
	}
	s.outcome(message.Ignored, "nothing that the desk does in a room", nil)
	return nil
}

// saidInRoom takes words in a thread, item by item: of two lines in a row one may be for
// the customer, and the other not.
func (s *scene) saidInRoom() error {
	t := s.thread
	if t == nil {
		s.outcome(message.Ignored, "said in a room, about no ticket", nil)
		return nil
	}
	h, err := s.roomOf(t)
	if err != nil {
		return err
	}
	whole := s.in
	defer func() { s.in = whole }()
	for _, in := range s.plan.Turn.Items {
		s.in = in
		s.command = parseCommand(in.Text, s.now.In(s.e.Location).Year())
		if err := s.saidOnce(t, h); err != nil {
			return err
		}
	}
	return nil
}

// saidOnce takes one item.
func (s *scene) saidOnce(t *ticket.Ticket, h *roomThread) error {
	if s.in.Defect != message.Whole {
		return s.defectiveByTeam(t)
	}
	if s.refusedFiles() {
		return nil
	}
	if s.commandsUs() { // nothing but a command: no word for anybody, whatever the thread's mode
		_, err := s.obeyTeam()
		return err
	}
	what, words, meant := s.audience(h)
	switch what {
	case orderAct:
		return s.ordered(t, s.saidAs(words))
	case orderNear:
		return s.keptOrder(t, s.saidAs(words), s.example(words))
	}
	if words == "" && len(s.in.Attachments) == 0 && what != orderReopen {
		s.outcome(message.Ignored, "an empty message", t)
		return nil
	}
	doubt := s.roomDoubt()
	switch {
	case what == orderNote:
		return s.notedInRoom(t, words, "")
	case meant && (doubt != "" || s.hushed):
		return s.notedInRoom(t, strings.TrimSpace(s.in.Text), orElse(doubt, "room.kept-pace"))
	case !meant:
		key := "room.noted"
		if doubt != "" {
			key = "" // it was surely meant for the team: there is nothing to offer
		}
		return s.notedInRoom(t, words, key)
	case t.Status == ticket.Closed && what != orderReopen:
		return s.notedInRoom(t, words, "room.kept-closed")
	}
	switch what {
	case orderClose:
		s.react(t, upstreamOf(s.in), markGoing)
		return s.closedByTeam(t, s.saidAs(words))
	case orderReopen:
		if err := t.Reopen(s.who, s.saidAs(words), s.e.ReopenWindow, s.now); err != nil {
			return s.refused(err)
		}
		return s.teamDone(t, notice.Reopened, s.saidAs(words))
	case orderWait:
		return s.waits(t, s.saidAs(words))
	}
	return s.answersFromRoom(t, s.saidAs(words))
}

// answersFromRoom answers the customer; for a while it can be called back.
func (s *scene) answersFromRoom(t *ticket.Ticket, said ticket.Said) error {
	step := s.e.Schedule.Next(s.now, 0)
	if err := t.Answer(s.who, said, step.At, s.now); err != nil {
		return s.refused(err)
	}
	return s.goesOut(t, said)
}

// audience reads what is to be done with words in a thread, and whether they are meant
// for the customer. An order is: each has words that the customer sees.
func (s *scene) audience(h *roomThread) (what order, words string, meant bool) {
	what, words = parseOrder(s.in.Text)
	if what != orderAnswer {
		return what, words, what != orderNote
	}
	if m := replyMark.FindStringIndex(s.in.Text); m != nil && !quotesMore.MatchString(s.in.Text) {
		rest := s.in.Text[m[1]:]
		if what, inner := parseOrder(rest); what != orderAnswer {
			return what, inner, what != orderNote
		}
		return orderAnswer, strings.TrimSpace(rest), true
	}
	return orderAnswer, words, h != nil && h.public
}

// roomDoubt is the text that says why words in a thread may be meant for the team alone;
// "" when nothing speaks for it.
func (s *scene) roomDoubt() string {
	switch {
	case len(s.in.Mentions) > 0, toEverybody.MatchString(s.in.Text):
		return "room.kept-mention"
	case s.in.Broadcast:
		return "room.kept-aloud"
	case s.doubtful(s.in.Text):
		return "room.kept-doubt"
	}
	return ""
}

// notedInRoom keeps words as a note; key tells their author more, if anything is to be told.
func (s *scene) notedInRoom(t *ticket.Ticket, words, key string) error {
	said := s.saidAs(words)
	if err := t.Note(s.who, said, s.now); err != nil {
		return s.refused(err)
	}
	s.change(t)
	s.outcome(message.Added, "an internal note", t)
	s.react(t, upstreamOf(s.in), markNote)
	switch {
	case s.hushed || key == "":
	case key == "room.noted":
		if t.Status != ticket.Closed {
			s.tell(t, key, nil, s.button(wordsSend+said.Upstream, "button.send"))
		}
	default:
		s.tell(t, key, nil)
	}
	return nil
}

// goesOut tells everybody of words for the customer, after the time in which their author
// can call them back.
func (s *scene) goesOut(t *ticket.Ticket, said ticket.Said) error {
	f, err := s.facts(t)
	if err != nil {
		return err
	}
	s.change(t)
	s.outcome(message.Added, string(notice.Answered), t)
	// The words of a form, and a draft, are shown in the thread with their sign.
	formed := s.in.Kind == message.Submit || s.in.Kind == message.Press && said.Upstream == upstreamOf(s.in)
	if !formed {
		s.react(t, said.Upstream, markGoing)
	}
	told, err := s.notifyAll(notice.Answered, t, notice.Data{"Text": said.Text}, said.Attachments)
	if err != nil {
		return err
	}
	return s.holdsBack(t, said, told, "room.going", f)
}

// holdsBack has what was just told of words wait for the time in which their author can call
// it back, and offers that to them, by the text of key.
func (s *scene) holdsBack(t *ticket.Ticket, said ticket.Said, told []int, key string, f notice.Facts) error {
	for _, i := range told {
		say := &s.plan.Says[i]
		say.Conveys, say.Of, say.Plain = said.Upstream, []string{said.Upstream}, true
		if s.e.Undo > 0 {
			say.NotBefore = s.now.Add(s.e.Undo)
		}
	}
	if s.e.Undo > 0 {
		data := notice.Data{"Audience": reachText(f), "Seconds": int(s.e.Undo.Seconds())}
		s.tell(t, key, data, s.button(wordsUndo+said.Upstream, "button.undo"))
	}
	return nil
}

// tell says something about a ticket that only who acted sees, with buttons.
func (s *scene) tell(t *ticket.Ticket, key string, data notice.Data, buttons ...message.Button) {
	say := s.say(key, data)
	say.Ticket, say.Subject, say.Buttons = t, "", buttons
}

func (s *scene) button(value, key string) message.Button {
	return message.Button{Choice: s.choice(value, key)}
}

// editedInRoom takes an edit. That of a note stays one, whatever it says now. That of a
// word to the customer goes to the customer, unless it reads like a note by now: then it
// stays here, and the author is told that the customer has the old words.
func (s *scene) editedInRoom() error {
	entry, found, err := known(s.r.EntryByUpstream(s.ctx, s.in.Target.ID))
	if err != nil {
		return err
	}
	if !found || entry.Kind != ticket.Message || entry.Author != s.who.ID {
		return s.amended()
	}
	what, words := parseOrder(s.in.Text)
	if m := replyMark.FindStringIndex(s.in.Text); m != nil {
		words = strings.TrimSpace(s.in.Text[m[1]:])
		if what == orderAnswer {
			what, _ = parseOrder(words)
		}
	}
	if what == orderNote || s.roomDoubt() != "" {
		t, err := s.r.Ticket(s.ctx, entry.Ticket)
		if err != nil {
			return err
		}
		return s.editKept(t)
	}
	s.in.Text = words
	return s.amended()
}
