package dialogue

import (
	"cmp"
	"errors"
	"strings"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// submitted takes a form that was filled in. What a rule refuses comes back with the words
// that were written into it: nothing is lost.
func (s *scene) submitted(o op, number string) error {
	t, err := s.actedOn(number)
	if err != nil || t == nil && number != "" || !s.who.OnTeam() {
		return err
	}
	f := s.in.Form
	words := strings.TrimSpace(f[inWords])
	switch o {
	case opCall:
		err = s.record(call{caller: f[inCaller], org: strings.TrimSpace(f[inOrg]), subject: strings.TrimSpace(f[inSubject]), words: words,
			severity: ticket.Level(f[inSeverity]), via: ticket.ByPhone})
	case opMake:
		err = s.record(call{caller: f[inCaller], org: strings.TrimSpace(f[inOrg]), subject: strings.TrimSpace(f[inSubject]), words: words,
			via: s.in.Key.Channel})
	case opInclude:
		err = s.includes(f[inNumber], words, f[inAudience])
	case opReply:
		err = s.repliedInForm(t, words)
	case opClose, opReopen:
		err = s.endedInForm(o, t, words)
	default:
		if t == nil || o != opTake && forms[o] == nil {
			s.outcome(message.Ignored, "a form that means nothing", t)
			return nil
		}
		err = s.act(t, deedsOf(o, f, t))
	}
	return s.returned(err, words)
}

// returned refuses, and gives back what was written.
func (s *scene) returned(err error, words string) error {
	var r *directory.Refusal
	if err == nil || !errors.As(err, &r) || words == "" {
		return s.refused(err)
	}
	if err := s.refused(err); err != nil {
		return err
	}
	s.say("act.returned", notice.Data{"Text": words})
	return nil
}

// repliedInForm takes an answer as it is taken in the ticket's thread: what is marked as a
// note, or may be one, stays with the team.
func (s *scene) repliedInForm(t *ticket.Ticket, words string) error {
	switch {
	case t == nil || words == "":
		s.outcome(message.Ignored, "an empty answer", t)
		return nil
	case t.Status == ticket.Closed:
		return directory.Refuse("closed", "Number", t.Number)
	case toEverybody.MatchString(words):
		return s.keptBack(t, s.saidAs(words))
	}
	return s.inTeamThread(t, words)
}

// endedInForm closes with the final message, or reopens.
func (s *scene) endedInForm(o op, t *ticket.Ticket, words string) error {
	switch {
	case t == nil:
		s.outcome(message.Ignored, "a form about no ticket", nil)
		return nil
	case o == opReopen:
		if err := s.worthAsking(opReopen, t); err != nil {
			return err
		}
		return s.reopens(t, s.saidAs(words))
	case t.Status == ticket.Closed:
		return directory.Refuse("already-closed", "Number", t.Number)
	case words == "":
		return directory.Refuse("final-message")
	}
	return s.closedByTeam(t, s.saidAs(words))
}

// includes puts the words of somebody's message into a ticket: for the team, or, where
// that was chosen, as an answer to the customer.
func (s *scene) includes(number, words, audience string) error {
	t, err := s.ticketSaid(number)
	if err != nil {
		return err
	}
	if t, err = s.goesOnIn(t); err != nil {
		return err
	}
	switch {
	case t == nil:
		return directory.Refuse("no-such-ticket", "Number", number)
	case audience == toCustomer:
		return s.repliedInForm(t, words)
	}
	return s.noted(t, s.saidAs(words))
}

// deedsOf are the operations that a form asks for: of several fields, those that differ
// from what the ticket has.
func deedsOf(o op, f map[string]string, t *ticket.Ticket) []deed {
	reason := strings.TrimSpace(f[inReason])
	if o == opSplit {
		return []deed{{op: o, value: f[inValue] + " " + strings.TrimSpace(f[inSubject]), reason: reason}}
	}
	status := deed{op: opStatus, value: strings.ReplaceAll(f[inStatus], "-", " ")}
	if f[inStatus] == string(ticket.Waiting) {
		status.value, status.on = string(ticket.Waiting), cmp.Or(strings.TrimSpace(f[inWaits]), waitsNow(t))
	}
	if o == opStatus {
		status.reason = reason
		return []deed{status}
	}
	if o != opChange {
		return []deed{{op: o, value: f[inValue], reason: reason}}
	}
	var out []deed
	add := func(o op, value, now string) {
		if value != "" && value != now {
			out = append(out, deed{op: o, value: value})
		}
	}
	if f[inStatus] != "" && (f[inStatus] != string(t.Status) || status.on != waitsNow(t)) {
		out = append(out, status)
	}
	add(opAssign, f[inAgent], "")
	add(opPriority, f[inPriority], string(t.Priority))
	add(opSeverity, f[inSeverity], string(t.Severity))
	add(opType, f[inType], string(t.Type))
	add(opDue, f[inDue], "")
	if len(out) > 0 {
		out[0].reason = reason
	}
	return out
}

// waitsNow is on what a ticket waits, or "".
func waitsNow(t *ticket.Ticket) string {
	if t.Status != ticket.Waiting {
		return ""
	}
	return t.WaitingOn
}
