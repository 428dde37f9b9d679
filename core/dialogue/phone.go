package dialogue

import (
	"cmp"
	"errors"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Steps of recording a call (A10).
const (
	stepCaller    = "caller"     // who called
	stepCallerOrg = "caller-org" // for which of their organisations
)

// call is a telephone call that somebody of the team records, or words of somebody that
// they make a ticket of.
type call struct {
	caller   string // e-mail or number, perhaps after a name
	org      string // name of the organisation; needed for who is not registered and writes from a domain of none
	subject  string
	words    string
	severity ticket.Level
	via      message.Channel
	files    []message.Attachment
}

// namedEmail is a name with an address behind it.
var namedEmail = regexp.MustCompile(`^([^<>@]*?)\s*[<(]?([\w.+%'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)[>)]?\s*[,:;–—-]*\s*(.*)$`)

// namedPhone is a telephone number with a country or area code.
var namedPhone = regexp.MustCompile(`^(\+?[\d() .-]{8,20}\d)\s*[,:;–—]*\s*(.*)$`)

// called records what follows "ligação:": who called and about what, and below what was
// said.
func (s *scene) called(said string) error {
	head, words, _ := strings.Cut(said, "\n")
	c := call{words: strings.TrimSpace(words), via: ticket.ByPhone, files: s.in.Attachments}
	head = strings.TrimSpace(head)
	if m := namedEmail.FindStringSubmatch(head); m != nil {
		c.caller, c.subject = strings.TrimSpace(m[1]+" <"+m[2]+">"), m[3]
	} else if m := namedPhone.FindStringSubmatch(head); m != nil {
		c.caller, c.subject = m[1], m[2]
	} else {
		c.subject = head
	}
	return s.record(c)
}

// record opens a ticket for who called, if they are registered or may be by who records
// it; else it asks who called, and keeps the words.
func (s *scene) record(c call) error {
	if !s.who.OnTeam() {
		return s.refused(directory.Refuse("not-on-team"))
	}
	c.words = cmp.Or(c.words, c.subject)
	if strings.TrimSpace(c.words) == "" && len(c.files) == 0 {
		return s.refused(directory.Refuse("no-description"))
	}
	if c.caller == "" {
		return s.askCaller(c, "call.who", notice.Data{})
	}
	p, found, err := s.caller(c.caller)
	switch {
	case err != nil:
		return err
	case found && p.OnTeam():
		return s.askCaller(c, "call.colleague", notice.Data{"Who": p.Name})
	case found && !p.Active:
		return s.askCaller(c, "call.inactive", notice.Data{"Who": p.Name})
	case found && len(p.Members) == 0:
		return s.askCaller(c, "call.no-organisation", notice.Data{"Who": p.Name})
	case !found:
		return s.registers(c)
	}
	return s.recordFor(p, c)
}

// caller finds whose address or number it is.
func (s *scene) caller(said string) (directory.Person, bool, error) {
	var at []message.Address
	if email := findEmail(said); email != "" {
		at = append(at, message.Address{Channel: message.Email, ID: email})
	} else if a, err := message.ParseAddress(said); err == nil {
		at = append(at, a)
	} else {
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, said)
		for _, number := range []string{digits, "55" + digits} {
			at = append(at, directory.Spellings(message.Address{Channel: message.WhatsApp, ID: number})...)
		}
	}
	for _, a := range at {
		p, found, err := known(s.r.PersonAt(s.ctx, a))
		if err != nil || found {
			return p, found, err
		}
	}
	return directory.Person{}, false, nil
}

// keepCall keeps what was said while something about it is asked.
func (s *scene) keepCall(c call) {
	s.rest()
	said := ticket.Said{At: s.now, Text: c.words, Via: c.via, Attachments: c.files}
	s.session.Draft = &Draft{Subject: c.subject, Severity: c.severity, Via: c.via, Said: []ticket.Said{said}}
}

// askCaller asks for somebody who is registered. Where others read, nothing is asked that
// anybody's next words could answer: what was said is given back.
func (s *scene) askCaller(c call, key string, data notice.Data) error {
	if !s.alone() {
		s.say(key, data)
		s.say("act.returned", notice.Data{"Text": strings.TrimSpace(c.subject + "\n" + c.words)})
		s.outcome(message.Talked, "it is not known who called", nil)
		return nil
	}
	s.keepCall(c)
	say := s.question(topicCall, stepCaller, key, data)
	say.To, say.Only = s.in.From, message.Address{} // where it can be answered
	s.outcome(message.Talked, "asked: who called", nil)
	return nil
}

// alone reports whether the conversation is with the sender and nobody else.
func (s *scene) alone() bool {
	return s.in.Room.IsZero() || s.in.Conversation == message.ConversationWith(s.in.Key.Account, s.in.From)
}

// callerGiven takes the answer: an e-mail or a number, or which organisation.
func (s *scene) callerGiven() (bool, error) {
	d := s.session.Draft
	if d == nil || len(d.Said) == 0 {
		return false, nil
	}
	c := call{subject: d.Subject, severity: d.Severity, words: joined(d.Said), via: d.Via, files: d.files()}
	if s.session.Step == stepCallerOrg {
		chosen, ok := choose(s.in.Text, s.session.Choices)
		if !ok {
			return false, nil
		}
		p, err := s.person(d.For)
		if err != nil {
			return true, err
		}
		return true, s.openCall(p, directory.OrgID(chosen.Value), c)
	}
	said := strings.TrimSpace(s.in.Text)
	if findEmail(said) == "" && namedPhone.FindString(said) == "" {
		return false, nil
	}
	c.caller = said
	return true, s.record(c)
}

// registers adds a caller nobody knows, where who records the call may (F2): the name and
// the organisation must be known. An e-mail of one of the organisation's domains counts as
// registered; any other is the caller's only once they answer a code.
func (s *scene) registers(c call) error {
	email := findEmail(c.caller)
	_, domain, _ := strings.Cut(email, "@")
	org, found, err := known(s.r.OrganisationFor(s.ctx, domain))
	theirs := found
	if err == nil && !found && c.org != "" {
		org, found, err = known(s.r.OrganisationNamed(s.ctx, c.org))
	}
	if err != nil {
		return err
	}
	if email == "" || !found || directory.MayManagePeople(s.who, org.ID) != nil {
		return s.cannotRegister(c, org)
	}
	name := ""
	if m := namedEmail.FindStringSubmatch(c.caller); m != nil {
		name = m[1]
	}
	if name == "" {
		return s.askCaller(c, "call.name", notice.Data{"Who": email, "Organisation": org.Name})
	}
	p := directory.Person{
		ID: directory.PersonID(uuid.Must(uuid.NewV7()).String()), Name: name, Active: true, CreatedAt: s.now,
		Members: []directory.Membership{{Org: org.ID, Role: directory.Standard}},
		Aliases: []directory.Alias{{Address: message.Address{Channel: message.Email, ID: email}}},
	}
	if theirs {
		p.Aliases[0].VerifiedAt, p.Aliases[0].VerifiedBy = s.now, directory.ByAdmin
	}
	s.savePerson(p)
	return s.recordFor(p, c)
}

// cannotRegister says who may register a caller, or what is missing. org may be none.
func (s *scene) cannotRegister(c call, org directory.Organisation) error {
	if s.who.Team == directory.Supervisor {
		return s.askCaller(c, "call.register", notice.Data{"Who": c.caller})
	}
	var admins []directory.Person
	if org.ID != "" {
		var err error
		if admins, err = s.r.Members(s.ctx, org.ID, directory.Administrator); err != nil {
			return err
		}
	}
	return s.askCaller(c, "call.unregistered", notice.Data{"Who": c.caller, "Names": namesOf(admins)})
}

// recordFor opens the ticket, once it is known for which organisation.
func (s *scene) recordFor(p directory.Person, c call) error {
	if len(p.Members) == 1 {
		return s.openCall(p, p.Members[0].Org, c)
	}
	var choices []message.Choice
	for _, id := range p.Orgs()[:min(len(p.Orgs()), menuSize)] {
		org, err := s.r.Organisation(s.ctx, id)
		if err != nil {
			return err
		}
		if c.org != "" && fold(org.Name) == fold(c.org) {
			return s.openCall(p, id, c)
		}
		choices = append(choices, message.Choice{Value: string(id), Label: org.Name})
	}
	if !s.alone() {
		return s.askCaller(c, "call.which-org", notice.Data{"Who": p.Name})
	}
	s.keepCall(c)
	s.session.Draft.For = p.ID
	s.question(topicCall, stepCallerOrg, "call.org", notice.Data{"Who": p.Name}, choices...)
	s.outcome(message.Talked, "asked: for which organisation", nil)
	return nil
}

// openCall opens it and tells everybody, the caller as well (D1).
func (s *scene) openCall(p directory.Person, org directory.OrgID, c call) error {
	m, member := p.In(org)
	if !member || !p.Active {
		return s.refused(directory.Refuse("not-member"))
	}
	t, err := ticket.New(ticket.Draft{
		Org: org, Requester: p.ID, OpenedBy: s.who.ID, Subject: orElse(c.subject, orElse(firstLine(c.words), s.e.Catalogue.Word(s.lang(), "open.no-subject"))),
		Description: cmp.Or(c.words, c.subject), Severity: c.severity, Private: m.Private && m.Role == directory.Manager, Via: c.via,
		Said: []ticket.Said{{At: s.now, Text: c.words, Via: c.via, Attachments: c.files}},
	}, s.now)
	if err != nil {
		return s.refused(err)
	}
	t.SetPromise(s.e.Promises[t.Severity], s.e.Calendar)
	s.people[p.ID] = p
	s.rest()
	s.change(t)
	f, err := s.facts(t)
	if err != nil {
		return err
	}
	s.sayOf(t, "call.opened", notice.Data{"Who": p.Name, "Audience": reachText(f)})
	s.outcome(message.Opened, "recorded by the team", t)
	return errors.Join(err, s.notify(notice.Opened, t, notice.Data{"Text": c.words}, c.files...))
}
