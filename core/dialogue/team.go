package dialogue

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/report"
	"recado/core/ticket"
)

// order is what the first line of an agent's words says to do with the rest.
type order string

const (
	orderAnswer order = ""
	orderNote   order = "note"
	orderClose  order = "close"
	orderReopen order = "reopen"
	orderWait   order = "wait"
	orderAct    order = "act"  // operations on the ticket: see parseDeeds
	orderNear   order = "near" // words that are nearly one of those
)

// orders are first lines, case aside. A note is recognised first, and by more forms
// than needed: a word meant for the team must not leave it (rule 8). Mail programs put
// no-break spaces and invisible marks before the first word, so they count as blanks.
var orders = []struct {
	order order
	form  *regexp.Regexp
}{
	{orderNote, regexp.MustCompile(`(?i)^[\s\p{Z}\p{Cf}*_>(\[]*(//|🔒|` +
		`((nota|note)( interna| privada)?|(internal|private) note|intern[oa]|internal)[\s\p{Z}*_]*([:：\])]|[-–—][\s\p{Z}]|\n|$)[*_]*` +
		`)[\s\p{Z}]*`)},
	{orderClose, firstWord(`fechar|encerrar|concluir|finalizar|close|cerrar`)},
	{orderReopen, firstWord(`reabrir|reopen`)},
	{orderWait, firstWord(`espera|e[mn] espera|esperando|aguardar|aguardando|waiting|wait`)},
}

// firstWord is the form of an order: one of the words and a colon.
func firstWord(words string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)^[\s\p{Z}\p{Cf}*_]*(` + words + `)[\s\p{Z}*_]*[:：][*_]*[\s\p{Z}]*`)
}

// parseOrder splits an agent's words into what to do and what to say.
func parseOrder(text string) (order, string) {
	for _, o := range orders {
		if m := o.form.FindStringIndex(text); m != nil {
			return o.order, strings.TrimSpace(text[m[1]:])
		}
	}
	if deeds, _ := parseDeeds(text); deeds != nil {
		return orderAct, strings.TrimSpace(text)
	}
	if nearDeed(text) {
		return orderNear, strings.TrimSpace(text)
	}
	return orderAnswer, strings.TrimSpace(text)
}

// agent takes the turn of somebody of the team. In a ticket's thread words go to
// the customer unless they are marked as a note; elsewhere they are asked about
// first, so that nothing leaves by accident.
func (s *scene) agent() error {
	if s.in.Defect != message.Whole {
		return s.defectiveByTeam(s.thread)
	}
	if s.refusedFiles() {
		return nil
	}
	if done, err := s.judgedInWords(); done || err != nil {
		return err
	}
	if deeds, _ := parseDeeds(s.in.Text); len(deeds) == 1 && deeds[0].op == opCall {
		return s.called(deeds[0].value)
	}
	if s.thread != nil && !s.picks() && !s.commandsUs() {
		return s.inTeamThread(s.thread, s.in.Text)
	}
	if done, err := s.obeyTeam(); done || err != nil {
		return err
	}
	if s.session.Topic != "" {
		if done, err := s.teamAnswered(); done || err != nil {
			return err
		}
	}
	if !s.in.Forward.IsZero() {
		return s.offerSender()
	}
	if num, rest := cutNumber(s.in.Text, s.now.In(s.e.Location).Year()); num != "" && leads(s.in.Text, rest) {
		t, err := s.atWork(num)
		if t == nil || err != nil {
			return err
		}
		return s.inTeamThread(t, strings.TrimLeft(rest, " :,-"))
	}
	return s.askAudience()
}

// picks reports whether the turn answers a question of ours by one of its choices: by
// mail that answer comes in the ticket's thread, and is no word for the customer.
func (s *scene) picks() bool {
	_, ok := choose(s.in.Text, s.session.Choices)
	return ok && s.asked()
}

// commandsUs reports whether the turn is nothing but a command: in a ticket's thread
// too, a lone "fila" or "fechar" is no word for the customer.
func (s *scene) commandsUs() bool {
	if len(s.in.Attachments) > 0 {
		return false
	}
	switch s.command.command {
	case cmdHelp, cmdCancel, cmdQueue, cmdMine, cmdDetails, cmdWhole, cmdPaper, cmdTake, cmdClose, cmdHeld, cmdDraft, cmdSummary, cmdAlike:
		return true
	}
	return false
}

// leads reports whether the number that was cut out stood first: rest is then all
// that followed it.
func leads(text, rest string) bool {
	rest = strings.TrimSpace(rest)
	return rest != "" && strings.HasSuffix(strings.TrimSpace(text), rest) && len(strings.TrimSpace(text)) > len(rest)
}

// obeyTeam runs the commands of the team.
func (s *scene) obeyTeam() (bool, error) {
	switch s.command.command {
	case cmdHelp:
		return true, s.help()
	case cmdCancel:
		return true, s.cancel()
	case cmdQueue, cmdMine:
		q := &Listing{Whose: string(report.Organisation), State: "open"}
		return true, s.showList(q)
	case cmdClosed:
		return true, s.showList(&Listing{Whose: string(report.Organisation), State: "closed"})
	case cmdDetails:
		return true, s.details()
	case cmdWhole:
		return true, s.whole()
	case cmdPaper:
		return s.paper()
	case cmdTake:
		return true, s.take()
	case cmdHeld:
		return true, s.listHeld()
	case cmdDraft, cmdSummary, cmdAlike:
		return true, s.advised()
	case cmdClose:
		if s.command.number == "" && s.session.Ticket == "" && s.thread == nil {
			return false, nil
		}
		s.say("team.close-how", nil)
		s.outcome(message.Talked, "how to close", nil)
		return true, nil
	case cmdPT, cmdEN, cmdES:
		s.speaks(string(s.command.command))
		return true, nil
	}
	return false, nil
}

// inTeamThread carries an order out on a ticket.
func (s *scene) inTeamThread(t *ticket.Ticket, text string) error {
	what, words := parseOrder(text)
	said := s.saidAs(words)
	if words == "" && len(said.Attachments) == 0 && what != orderReopen {
		if parseCommand(text, 0).command == cmdTake {
			return s.takes(t)
		}
		s.sayOf(t, "team.empty", nil)
		s.outcome(message.Ignored, "nothing but quotes", t)
		return nil
	}
	if what == orderAnswer && s.command.command == cmdTake {
		return s.takes(t)
	}
	if what != orderNote && (s.hushed || s.doubtful(text)) {
		return s.keptBack(t, s.saidAs(text))
	}
	switch what {
	case orderNote:
		return s.noted(t, said)
	case orderClose:
		return s.closedByTeam(t, said)
	case orderReopen:
		if err := t.Reopen(s.who, said, s.e.ReopenWindow, s.now); err != nil {
			return s.refused(err)
		}
		return s.teamDone(t, notice.Reopened, said)
	case orderWait:
		return s.waits(t, said)
	case orderAct:
		return s.ordered(t, said)
	case orderNear:
		return s.keptOrder(t, said, s.example(said.Text))
	}
	return s.answered(t, said)
}

// waits notes on what the ticket waits: the first line, which the customer sees as its
// status. What follows is no answer, and is kept as a note.
func (s *scene) waits(t *ticket.Ticket, said ticket.Said) error {
	on, more, _ := strings.Cut(said.Text, "\n")
	on = ticket.Shorten(on, ticket.MaxSubject)
	if err := t.SetStatus(s.who, ticket.Waiting, on, s.now); err != nil {
		return s.refused(err)
	}
	if said.Text = strings.TrimSpace(more); said.Text != "" || len(said.Attachments) > 0 {
		return s.keptBack(t, said)
	}
	s.change(t)
	s.teamSays(t, "team.waiting", notice.Data{"On": on})
	s.outcome(message.Added, "waits on: "+on, t)
	return nil
}

// answered sends an agent's words to the customer (A5, D1).
func (s *scene) answered(t *ticket.Ticket, said ticket.Said) error {
	step := s.e.Schedule.Next(s.now, 0)
	if err := t.Answer(s.who, said, step.At, s.now); err != nil {
		return s.refused(err)
	}
	if h, err := s.roomOf(t); err != nil || h != nil && s.in.Key.Channel == h.At.Channel {
		return errors.Join(err, s.goesOut(t, said))
	}
	return s.teamDone(t, notice.Answered, said)
}

// teamDone stores, notifies and says whom it reached.
func (s *scene) teamDone(t *ticket.Ticket, event notice.Event, said ticket.Said) error {
	f, err := s.facts(t)
	if err != nil {
		return err
	}
	s.rest()
	s.change(t)
	s.teamSays(t, "team.sent", notice.Data{"Audience": reachText(f)})
	s.outcome(message.Added, string(event), t)
	if event == notice.Reopened {
		s.plan.Outcome.Code = message.Reopened
	}
	asked, err := s.asks(t)
	if err != nil {
		return err
	}
	told, err := s.notifyAll(event, t, notice.Data{"Text": said.Text}, said.Attachments)
	for _, i := range told {
		if say := &s.plan.Says[i]; say.Key != noticeKey(event, notice.Agent) && say.To.Channel == message.Email {
			say.Quote = asked
		}
	}
	return err
}

// asks is the beginning of what the customer said last, if nobody answered it: a mail
// that answers shows it, since its reader may have asked days ago.
func (s *scene) asks(t *ticket.Ticket) (string, error) {
	entries, err := s.r.Latest(s.ctx, t.ID, 1)
	if err != nil || len(entries) == 0 || entries[0].Side != ticket.Customer || !entries[0].DeletedAt.IsZero() {
		return "", err
	}
	const most = 4 // lines
	lines := strings.Split(strings.TrimSpace(entries[0].Text), "\n")
	if len(lines) > most {
		lines = append(lines[:most], "…")
	}
	return excerpt(strings.Join(lines, "\n"), 300), nil
}

// noted keeps an internal note. Nobody outside the team is told.
func (s *scene) noted(t *ticket.Ticket, said ticket.Said) error {
	if err := t.Note(s.who, said, s.now); err != nil {
		return s.refused(err)
	}
	s.rest()
	s.change(t)
	s.teamSays(t, "team.noted", nil)
	s.outcome(message.Added, "an internal note", t)
	return nil
}

// closedByTeam closes with the final message (B11) and asks for stars (E1).
func (s *scene) closedByTeam(t *ticket.Ticket, said ticket.Said) error {
	if err := t.Close(s.who, ticket.Team, said, s.now); err != nil {
		return s.refused(err)
	}
	f, err := s.facts(t)
	if err != nil {
		return err
	}
	s.rest()
	s.change(t)
	sv := s.newSurvey(t)
	s.teamSays(t, "team.closed", notice.Data{"Audience": reachText(f)})
	s.outcome(message.Closing, "", t)
	return s.notifyClosed(notice.Closed, t, sv.ID, notice.Data{"Text": said.Text}, said.Attachments...)
}

// teamSays confirms in a chat; a mail is confirmed only by what goes wrong.
func (s *scene) teamSays(t *ticket.Ticket, key string, data notice.Data) {
	if s.chat() {
		s.sayOf(t, key, data)
	}
}

// take makes the agent responsible for the ticket in focus.
func (s *scene) take() error {
	if s.command.number == "" && s.thread == nil && s.session.Ticket == "" {
		s.say("which.take", nil)
		s.outcome(message.Talked, "asked which ticket", nil)
		return nil
	}
	t, err := s.pick(cmdTake, func() ([]*ticket.Ticket, error) { return nil, nil })
	if err != nil || t == nil {
		return err
	}
	return s.takes(t)
}

func (s *scene) takes(t *ticket.Ticket) error {
	if err := t.Take(s.who, s.who, s.now); err != nil {
		return s.refused(err)
	}
	s.change(t)
	s.sayOf(t, "team.taken", nil)
	s.outcome(message.Added, "taken", t)
	return nil
}

// askAudience asks where words without a thread should go.
func (s *scene) askAudience() error {
	t, err := s.focused()
	if err != nil {
		return err
	}
	what, _ := parseOrder(s.in.Text)
	switch {
	case t == nil && what != orderAnswer:
		s.say("which.order", notice.Data{"Text": excerpt(s.in.Text, 60)})
		s.outcome(message.Talked, "asked which ticket", nil)
		return nil
	case t == nil || strings.TrimSpace(s.in.Text) == "":
		return s.help()
	case what != orderAnswer:
		return s.inTeamThread(t, s.in.Text)
	}
	f, err := s.facts(t)
	if err != nil {
		return err
	}
	words := s.said()
	s.question(topicAgentMsg, "", "team.where", notice.Data{"Audience": reachText(f), "Text": excerpt(s.in.Text, 200)},
		s.choice(valYes, "choice.send"), s.choice(string(orderNote), "choice.note"), s.choice(valCancel, "choice.cancel")).Ticket = t
	s.session.Draft = &Draft{Said: words}
	s.outcome(message.Talked, "asked where it goes", t)
	return nil
}

// teamAnswered goes on with what the team was asked.
func (s *scene) teamAnswered() (bool, error) {
	switch s.session.Topic {
	case topicList:
		return s.listAnswered()
	case topicDetails:
		if c, ok := choose(s.in.Text, s.session.Choices); ok && c.Value != valAll {
			s.say("team.how", nil)
			s.outcome(message.Talked, "how to answer", nil)
			return true, nil
		}
		return s.detailsAnswered()
	case topicWhich:
		return s.whichAnswered()
	case topicAgentMsg:
		return s.audienceChosen()
	case topicHeld:
		return s.heldAnswered()
	case topicAdvice:
		return s.draftAnswered()
	case topicForward:
		return s.senderChosen()
	case topicCall:
		return s.callerGiven()
	}
	return false, nil
}

// audienceChosen sends, notes or drops the words that were kept.
func (s *scene) audienceChosen() (bool, error) {
	c, ok := choose(s.in.Text, s.session.Choices)
	d := s.session.Draft
	t, err := s.focused()
	if err != nil || !ok || d == nil || t == nil || len(d.Said) == 0 {
		return false, err
	}
	said := d.Said[0]
	said.Text, said.Attachments = joined(d.Said), d.files()
	switch c.Value {
	case valYes:
		return true, s.answered(t, said)
	case string(orderNote):
		return true, s.noted(t, said)
	}
	return true, s.cancel()
}

// Overdue warns the team of a service level (B14).
func overdueKind(t *ticket.Ticket, now time.Time) (bit int, due time.Time) {
	if t.AnsweredAt.IsZero() && !t.AnswerDue.IsZero() && !t.AnswerDue.After(now) && t.DueWarned&ticket.WarnedAnswer == 0 {
		return ticket.WarnedAnswer, t.AnswerDue
	}
	return ticket.WarnedSolve, t.SolveDue
}
