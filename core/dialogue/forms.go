package dialogue

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"recado/core/catalog"
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
			Submit: s.e.Catalogue.Word(s.lang(), "form.submit"), Inputs: fields, Target: s.in.Target,
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

func (s *scene) typeChoices() []message.Choice {
	var out []message.Choice
	for _, ty := range ticket.Types {
		out = append(out, s.choice(string(ty), "type."+string(ty)))
	}
	return out
}

func (s *scene) statusForm(t *ticket.Ticket) ([]message.Input, error) {
	var options []message.Choice
	for _, st := range []ticket.Status{ticket.Open, ticket.InProgress, ticket.Waiting} {
		options = append(options, s.choice(string(st), "status."+string(st)))
	}
	waits := s.hinted(s.optional(s.input(inWaits, "field.waits", message.InputText)), "hint.waits")
	if t.WaitingOn != ticket.OnRequester {
		waits.Value = t.WaitingOn
	}
	return []message.Input{s.chosen(s.input(inStatus, "field.status", message.InputChoice), string(t.Status), options), waits, s.reasonInput()}, nil
}

func (s *scene) productForm(t *ticket.Ticket) ([]message.Input, error) {
	offer, err := s.offerFor(t.Org)
	if err != nil {
		return nil, err
	}
	var options []message.Choice
	for _, it := range slices.Concat(offer.Products, offer.Systems, offer.Modules) {
		path := map[catalog.Level]catalog.Path{catalog.Product: {Product: it.ID}, catalog.System: {System: it.ID}, catalog.Module: {Module: it.ID}}[it.Level]
		options = append(options, message.Choice{Value: it.ID, Label: s.pathName(s.catalog.Complete(path))})
	}
	slices.SortStableFunc(options, func(a, b message.Choice) int { return cmp.Compare(a.Label, b.Label) })
	now := cmp.Or(t.About.Module, t.About.System, t.About.Product)
	return []message.Input{s.chosen(s.input(inValue, "field.product", message.InputChoice), now, options), s.reasonInput()}, nil
}

func (s *scene) categoryForm(t *ticket.Ticket) ([]message.Input, error) {
	offer, err := s.offerFor(t.Org)
	if err != nil {
		return nil, err
	}
	var options []message.Choice
	for _, it := range catalog.Under(offer.Categories, t.About.Product) {
		options = append(options, message.Choice{Value: it.ID, Label: it.In(s.lang())})
	}
	return []message.Input{s.chosen(s.input(inValue, "field.category", message.InputChoice), t.About.Category, options), s.reasonInput()}, nil
}

// memberForm offers the people of the ticket's organisation who do not ask it already.
func (s *scene) memberForm(t *ticket.Ticket) ([]message.Input, error) {
	return s.peopleForm(t, []directory.PersonID{t.Requester})
}

// copyForm leaves out, too, who is in copy already.
func (s *scene) copyForm(t *ticket.Ticket) ([]message.Input, error) {
	return s.peopleForm(t, append([]directory.PersonID{t.Requester}, t.Participants...))
}

// peopleForm offers the people of the ticket's organisation, without some.
func (s *scene) peopleForm(t *ticket.Ticket, without []directory.PersonID) ([]message.Input, error) {
	members, err := s.r.Members(s.ctx, t.Org)
	if err != nil {
		return nil, err
	}
	var options []message.Choice
	for _, p := range members {
		if !slices.Contains(without, p.ID) && !p.OnTeam() {
			options = append(options, message.Choice{Value: string(p.ID), Label: p.Name})
		}
	}
	in := s.input(inValue, "field.person", message.InputChoice)
	if len(options) == 0 || len(options) > mostOptions {
		in.Kind = message.InputText
		return []message.Input{s.hinted(in, "hint.person"), s.reasonInput()}, nil
	}
	return []message.Input{s.chosen(in, "", options), s.reasonInput()}, nil
}

func (s *scene) uncopyForm(t *ticket.Ticket) ([]message.Input, error) {
	var options []message.Choice
	for _, id := range t.Participants {
		p, err := s.person(id)
		if err != nil {
			return nil, err
		}
		options = append(options, message.Choice{Value: string(id), Label: p.Name})
	}
	if len(options) == 0 {
		return nil, directory.Refuse("nobody-in-copy", "Number", t.Number)
	}
	return []message.Input{s.chosen(s.input(inValue, "field.person", message.InputChoice), "", options), s.reasonInput()}, nil
}

func (s *scene) numberForm(*ticket.Ticket) ([]message.Input, error) {
	return []message.Input{s.hinted(s.input(inValue, "field.number", message.InputText), "hint.number"), s.reasonInput()}, nil
}

// replyForm says whom the answer reaches, and how (rule 8).
func (s *scene) replyForm(t *ticket.Ticket) ([]message.Input, error) {
	f, err := s.facts(t)
	if err != nil {
		return nil, err
	}
	words := s.input(inWords, "field.message", message.InputLines)
	words.Hint, err = s.e.Catalogue.Text(s.lang(), "hint.reply", notice.Data{"Audience": reachText(f)})
	return []message.Input{words}, err
}

// splitForm offers the customer's messages, the latest first.
func (s *scene) splitForm(t *ticket.Ticket) ([]message.Input, error) {
	said, err := s.splittable(t)
	if err != nil {
		return nil, err
	}
	if len(said) == 0 {
		return nil, directory.Refuse("split-what", "Number", t.Number)
	}
	const label = 70 // characters of an option (Slack: 75)
	var options []message.Choice
	for _, e := range slices.Backward(said) {
		options = append(options, message.Choice{Value: strconv.Itoa(e.Seq) + "+", Label: ticket.Shorten(s.when(e.At)+": "+e.Text, label)})
	}
	return []message.Input{
		s.hinted(s.chosen(s.input(inValue, "field.from-message", message.InputChoice), "", options), "hint.from-message"),
		s.optional(s.input(inSubject, "field.subject", message.InputText)), s.reasonInput(),
	}, nil
}

// changeForm is what usually changes, all at once: what is left as it is, stays.
func (s *scene) changeForm(t *ticket.Ticket) ([]message.Input, error) {
	fields, err := s.statusForm(t)
	if err != nil {
		return nil, err
	}
	return append(fields[:2:2],
		s.optional(s.input(inAgent, "field.agent", message.InputPerson)),
		s.chosen(s.input(inPriority, "field.priority", message.InputChoice), string(t.Priority), s.levelChoices()),
		s.chosen(s.input(inSeverity, "field.severity", message.InputChoice), string(t.Severity), s.levelChoices()),
		s.chosen(s.input(inType, "field.type", message.InputChoice), string(t.Type), s.typeChoices()),
		s.optional(s.input(inDue, "field.due", message.InputTime)),
		s.reasonInput()), nil
}

func (s *scene) callForm(*ticket.Ticket) ([]message.Input, error) {
	return []message.Input{
		s.hinted(s.input(inCaller, "field.caller", message.InputText), "hint.caller"),
		s.hinted(s.optional(s.input(inOrg, "field.org", message.InputText)), "hint.org"),
		s.input(inSubject, "field.subject", message.InputText),
		s.input(inWords, "field.said", message.InputLines),
		s.chosen(s.optional(s.input(inSeverity, "field.severity", message.InputChoice)), string(ticket.Normal), s.levelChoices()),
	}, nil
}

// pickedWords are those of the message that was picked in its menu, or by a reaction, after
// which a button was offered.
func (s *scene) pickedWords() (string, error) {
	if s.in.Kind == message.Shortcut {
		return s.in.Text, nil
	}
	sent, _, err := s.sentAs(s.in.Target)
	return sent.Out.Quote, err
}

// makeForm makes a ticket out of somebody's message: for its writer, where that is a
// customer.
func (s *scene) makeForm(*ticket.Ticket) ([]message.Input, error) {
	words, err := s.pickedWords()
	if err != nil {
		return nil, err
	}
	author, found, err := s.registered(s.in.Forward.From)
	if err != nil {
		return nil, err
	}
	caller, text := s.hinted(s.input(inCaller, "field.for", message.InputText), "hint.caller"), s.input(inWords, "field.said", message.InputLines)
	if found && !author.OnTeam() {
		caller.Value = s.in.Forward.From.String()
		if email := emailOf(author); email != "" {
			caller.Value = email
		}
	}
	text.Value = words
	subject := s.optional(s.input(inSubject, "field.subject", message.InputText))
	subject.Value = firstLine(words)
	org := s.hinted(s.optional(s.input(inOrg, "field.org", message.InputText)), "hint.org")
	return []message.Input{caller, org, subject, text}, nil
}

// emailOf is a proved e-mail of a person.
func emailOf(p directory.Person) string {
	for _, al := range p.Aliases {
		if al.Address.Channel == message.Email && !al.VerifiedAt.IsZero() {
			return al.Address.ID
		}
	}
	return ""
}

// Who reads the words of a message that is put into a ticket.
const (
	toTeam     = "team"
	toCustomer = "customer"
)

func (s *scene) includeForm(t *ticket.Ticket) ([]message.Input, error) {
	words, err := s.pickedWords()
	if err != nil {
		return nil, err
	}
	number, text := s.hinted(s.input(inNumber, "field.number", message.InputText), "hint.number"), s.input(inWords, "field.said", message.InputLines)
	text.Value = words
	if t != nil {
		number.Value = t.Number
	}
	readers := []message.Choice{s.choice(toTeam, "choice.note"), s.choice(toCustomer, "choice.send")}
	return []message.Input{number, text, s.chosen(s.input(inAudience, "field.audience", message.InputChoice), toTeam, readers)}, nil
}

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
