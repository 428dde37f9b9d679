package dialogue

import (
	"slices"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Fields of forms: the keys of Inbound.Form.
const (
	inValue    = "value"  // of the one thing that the form is about
	inReason   = "reason" // for the team alone
	inStatus   = "status"
	inWaits    = "waits" // on what it waits: the customer sees that
	inAgent    = "agent"
	inPriority = "priority"
	inSeverity = "severity"
	inType     = "type"
	inDue      = "due"
	inCaller   = "caller" // who called, or for whom it is
	inOrg      = "org"
	inSubject  = "subject"
	inWords    = "words"
	inNumber   = "number"   // of a ticket
	inAudience = "audience" // who reads the words
)

// mostOptions is how many a choice has (Slack, static_select).
const mostOptions = 100

// forms are what is asked for each operation. t is nil where there is no ticket yet.
var forms = map[op]func(s *scene, t *ticket.Ticket) ([]message.Input, error){
	opAssign: func(s *scene, _ *ticket.Ticket) ([]message.Input, error) {
		return []message.Input{s.input(inValue, "field.agent", message.InputPerson), s.reasonInput()}, nil
	},
	opStatus: (*scene).statusForm,
	opPriority: func(s *scene, t *ticket.Ticket) ([]message.Input, error) {
		return []message.Input{s.chosen(s.input(inValue, "field.priority", message.InputChoice), string(t.Priority), s.levelChoices()), s.reasonInput()}, nil
	},
	opSeverity: func(s *scene, t *ticket.Ticket) ([]message.Input, error) {
		return []message.Input{s.chosen(s.input(inValue, "field.severity", message.InputChoice), string(t.Severity), s.levelChoices()), s.reasonInput()}, nil
	},
	opType: func(s *scene, t *ticket.Ticket) ([]message.Input, error) {
		return []message.Input{s.chosen(s.input(inValue, "field.type", message.InputChoice), string(t.Type), s.typeChoices()), s.reasonInput()}, nil
	},
	opDue: func(s *scene, _ *ticket.Ticket) ([]message.Input, error) {
		return []message.Input{s.input(inValue, "field.due", message.InputTime), s.reasonInput()}, nil
	},
	opProduct: (*scene).productForm, opCategory: (*scene).categoryForm,
	opCopy: (*scene).copyForm, opRequester: (*scene).memberForm, opUncopy: (*scene).uncopyForm,
	opMerge: (*scene).numberForm, opUnmerge: (*scene).numberForm, opRelate: (*scene).numberForm, opRepeats: (*scene).numberForm,
	opSplit: (*scene).splitForm,
	opClose: func(s *scene, _ *ticket.Ticket) ([]message.Input, error) {
		return []message.Input{s.input(inWords, "field.final", message.InputLines)}, nil
	},
	opReopen: func(s *scene, _ *ticket.Ticket) ([]message.Input, error) {
		return []message.Input{s.optional(s.input(inWords, "field.message", message.InputLines))}, nil
	},
	opReply: (*scene).replyForm, opChange: (*scene).changeForm, opCall: (*scene).callForm, opMake: (*scene).makeForm, opInclude: (*scene).includeForm,
}

// askInForm asks for what an operation needs, in a form. Where none can be shown, or it came
// too late, the text tells how to do the same in words.
func (s *scene) askInForm(o op, t *ticket.Ticket) error {
	inputs := forms[o]
	needsTicket := o != opCall && o != opMake && o != opInclude
	if inputs == nil || t == nil && needsTicket {
		s.outcome(message.Ignored, "a button that means nothing", t)
		return nil
	}
	if err := s.worthAsking(o, t); err != nil {
		return s.refused(err)
	}
	fields, err := inputs(s, t)
	if err != nil {
		return s.refused(err)
	}
	number := ""
	if t != nil {
		number = t.Number
	}
	say := s.say("act.form", notice.Data{"Example": s.exampleOf(o)})
	say.Ticket = t
	if s.in.Trigger != "" {
		say.Form = &message.Form{
			Name: actValue(o, number), Trigger: s.in.Trigger, Title: s.e.Catalogue.Word(s.lang(), "form."+string(o)),
			Submit: s.submits(o), Inputs: fields, Target: s.in.Target,
		}
	}
	s.outcome(message.Talked, "asked in a form: "+string(o), t)
	return nil
}

// worthAsking refuses beforehand what would be refused for any answer.
func (s *scene) worthAsking(o op, t *ticket.Ticket) error {
	switch {
	case t == nil:
		return nil
	case o == opReopen && t.Status != ticket.Closed:
		return directory.Refuse("not-closed", "Number", t.Number)
	case o == opReopen && s.late(t):
		return directory.Refuse("reopen-late", "Number", t.Number, "Days", days(s.e.ReopenWindow))
	case o == opClose && t.Status == ticket.Closed:
		return directory.Refuse("already-closed", "Number", t.Number)
	case t.Status == ticket.Closed && slices.Contains([]op{opAssign, opStatus, opMerge, opChange, opReply}, o):
		return directory.Refuse("closed", "Number", t.Number)
	}
	return nil
}

// submits is what the button says that sends a form: what it does. Where the title of the
// form says just that, it is the title.
func (s *scene) submits(o op) string {
	key := "submit." + string(o)
	switch o {
	case opStatus, opPriority, opSeverity, opType, opDue, opProduct, opCategory, opRequester:
		key = "submit." + string(opChange)
	case opClose, opReopen, opCopy, opUncopy, opUnmerge, opRelate:
		key = "form." + string(o)
	}
	return s.e.Catalogue.Word(s.lang(), key)
}

func (s *scene) input(name, label, kind string) message.Input {
	return message.Input{Name: name, Label: s.e.Catalogue.Word(s.lang(), label), Kind: kind}
}

func (s *scene) optional(in message.Input) message.Input {
	in.Optional = true
	return in
}

func (s *scene) hinted(in message.Input, key string) message.Input {
	in.Hint = s.e.Catalogue.Word(s.lang(), key)
	return in
}

// chosen gives a choice its options, and the one that holds now.
func (s *scene) chosen(in message.Input, now string, options []message.Choice) message.Input {
	in.Options, in.Value = options[:min(len(options), mostOptions)], now
	return in
}

func (s *scene) reasonInput() message.Input {
	return s.hinted(s.optional(s.input(inReason, "field.reason", message.InputLines)), "hint.reason")
}
