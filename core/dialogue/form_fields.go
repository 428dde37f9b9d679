package dialogue

import (
	"cmp"
	"slices"
	"strconv"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

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
