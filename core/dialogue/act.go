package dialogue

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// unclear is an order whose value nobody can be sure of. Its words may not be an order.
type unclear struct{ *directory.Refusal }

func (u *unclear) Unwrap() error { return u.Refusal }

// performers do one operation on a ticket. They return what was done, for who asked it,
// or "" where they said it themselves; a *directory.Refusal where a rule says no.
var performers = map[op]func(s *scene, t *ticket.Ticket, d deed) (string, error){
	opTake: (*scene).takesOver, opAssign: (*scene).assigns, opStatus: (*scene).setsStatus, opPriority: (*scene).setsPriority, opSeverity: (*scene).setsSeverity,
	opType: (*scene).setsType, opDue: (*scene).setsDue, opProduct: (*scene).setsProduct, opCategory: (*scene).setsCategory,
	opCopy: (*scene).copiesIn, opUncopy: (*scene).copiesOut, opRequester: (*scene).setsRequester,
	opMerge: (*scene).merges, opUnmerge: (*scene).unmerges, opSplit: (*scene).splits, opRelate: (*scene).relates, opRepeats: (*scene).relates,
}

// act does what somebody of the team asked, all of it or nothing, and tells them alone. A
// rule that says no comes back as the error.
func (s *scene) act(t *ticket.Ticket, deeds []deed) error {
	if !s.who.OnTeam() {
		return directory.Refuse("not-on-team")
	}
	if len(deeds) == 0 {
		s.sayOf(t, "act.nothing", nil)
		s.outcome(message.Talked, "nothing to change", t)
		return nil
	}
	before, focus := *s.plan, s.session.Ticket
	work := *t // changed as a whole, or not at all
	var done []string
	for _, d := range deeds {
		line, err := performers[d.op](s, &work, d)
		if err != nil {
			*s.plan, s.session.Ticket = before, focus
			return err
		}
		if line != "" {
			done = append(done, line)
		}
	}
	s.rest()
	s.change(&work)
	if len(done) > 0 {
		s.sayOf(&work, "act.done", notice.Data{"Done": strings.Join(done, "\n")})
	}
	s.outcome(message.Added, "acted: "+names(deeds), &work)
	return nil
}

// names lists what was done, for the ledger.
func names(deeds []deed) string {
	var out []string
	for _, d := range deeds {
		out = append(out, string(d.op))
	}
	return strings.Join(out, ", ")
}

// ordered carries out what an agent wrote in a ticket's thread. What is not surely an
// order is kept for the team: it may have been meant for the customer, and it may not.
func (s *scene) ordered(t *ticket.Ticket, said ticket.Said) error {
	deeds, plain := parseDeeds(said.Text)
	if !plain || len(said.Attachments) > 0 {
		return s.keptOrder(t, said, s.e.Catalogue.Word(s.lang(), "act.mixed"))
	}
	err := s.act(t, deeds)
	var doubt *unclear
	if !errors.As(err, &doubt) {
		return s.refused(err)
	}
	why, err := s.e.Catalogue.Text(s.lang(), "refused."+doubt.Code, notice.Data(doubt.Data))
	if err != nil {
		return err
	}
	return s.keptOrder(t, said, why)
}

// keptOrder keeps words that are perhaps an order as a note, and says why.
func (s *scene) keptOrder(t *ticket.Ticket, said ticket.Said, why string) error {
	if err := t.Note(s.who, said, s.now); err != nil {
		return s.refused(err)
	}
	s.rest()
	s.change(t)
	if s.inRoom() {
		s.react(t, said.Upstream, markNote)
	}
	s.sayOf(t, "act.kept", notice.Data{"Why": why})
	s.outcome(message.Added, "kept as a note: perhaps an order", t)
	return nil
}

// line is a field and its new value, as a confirmation shows it.
func (s *scene) line(label, value string) string {
	return "*" + s.e.Catalogue.Word(s.lang(), label) + ":* " + value
}

// why keeps the reason of a change, given beside it or for all.
func (s *scene) why(t *ticket.Ticket, field string, d deed, beside string) error {
	return t.Because(s.who, field, cmp.Or(beside, d.reason), s.now)
}

func (s *scene) takesOver(t *ticket.Ticket, _ deed) (string, error) {
	return s.line("field.agent", s.who.Name), t.Take(s.who, s.who, s.now)
}

// assigns gives the ticket to a colleague, who is told.
func (s *scene) assigns(t *ticket.Ticket, d deed) (string, error) {
	name, beside := because(d.value)
	p, err := s.colleague(name)
	if err != nil {
		return "", err
	}
	s.people[p.ID] = p
	if err := errors.Join(t.Take(s.who, p, s.now), s.why(t, "agent", d, beside)); err != nil {
		return "", err
	}
	if p.ID != s.who.ID {
		err = s.notify(notice.Assigned, t, s.handing(cmp.Or(beside, d.reason)))
	}
	return s.line("field.agent", p.Name), err
}

// handing is what a colleague is told who takes a ticket over: the reason, and what
// happened so far, if there was somebody to sum it up (H4).
func (s *scene) handing(why string) notice.Data {
	data := notice.Data{"Text": why, "Summary": "", "SummaryBy": ""}
	if s.advice != nil && s.caseOf.Wish == WantSummary && len(s.advice.Claims) > 0 {
		sum := s.adviceData()
		data["Summary"], data["SummaryBy"] = sum["Text"], sum["By"]
	}
	return data
}

// setsStatus moves between the open states. What it waits on is seen by the customer; the
// reason is not.
func (s *scene) setsStatus(t *ticket.Ticket, d deed) (string, error) {
	said, beside := because(d.value)
	to, on := ticket.Waiting, d.on
	if on != "" {
		beside = ""
	} else if rest, waits := beginsWith(said, waitingBegins); waits {
		on = ticket.Shorten(rest, ticket.MaxSubject)
		if slices.Contains(onCustomer, fold(on)) {
			on = ticket.OnRequester
		}
	} else if to = statusWords[fold(said)]; to == "" {
		return "", &unclear{directory.Refuse("unknown-status")}
	}
	if err := errors.Join(t.SetStatus(s.who, to, on, s.now), s.why(t, "status", d, beside)); err != nil {
		return "", err
	}
	return s.line("field.status", s.statusName(to, on)), nil
}

func (s *scene) setsPriority(t *ticket.Ticket, d deed) (string, error) {
	return s.setsLevel(t, d, "priority", "field.priority", t.SetPriority)
}

// setsSeverity also moves the due times that followed from the severity (B14).
func (s *scene) setsSeverity(t *ticket.Ticket, d deed) (string, error) {
	was := t.Severity
	line, err := s.setsLevel(t, d, "severity", "field.severity", t.SetSeverity)
	if err == nil {
		t.Repromise(s.e.Promises[was], s.e.Promises[t.Severity], s.e.Calendar, s.now)
	}
	return line, err
}

func (s *scene) setsLevel(t *ticket.Ticket, d deed, field, label string, set setter[ticket.Level]) (string, error) {
	said, beside := because(d.value)
	to, ok := levelWords[fold(said)]
	if !ok {
		return "", &unclear{directory.Refuse("unknown-level")}
	}
	if err := errors.Join(set(s.who, to, s.now), s.why(t, field, d, beside)); err != nil {
		return "", err
	}
	return s.line(label, s.e.levelIn(s.lang(), to)), nil
}

func (s *scene) setsType(t *ticket.Ticket, d deed) (string, error) {
	said, beside := because(d.value)
	to, ok := typeWords[fold(said)]
	if !ok {
		return "", &unclear{directory.Refuse("unknown-type")}
	}
	if err := errors.Join(t.SetType(s.who, to, s.now), s.why(t, "type", d, beside)); err != nil {
		return "", err
	}
	return s.line("field.type", s.e.Catalogue.Word(s.lang(), "type."+string(to))), nil
}

// setsDue moves the due time of the solution. The reason is for the team.
func (s *scene) setsDue(t *ticket.Ticket, d deed) (string, error) {
	at, beside, ok := parseWhen(d.value, s.now.In(s.e.placeOf(s.who)), s.lang())
	if !ok {
		return "", &unclear{directory.Refuse("which-time")}
	}
	if err := t.SetDue(s.who, at, cmp.Or(beside, d.reason), s.now); err != nil {
		return "", err
	}
	if at.IsZero() {
		return s.line("field.due", "–"), nil
	}
	return s.line("field.due", s.when(at)), nil
}

// setsProduct moves it to another product, system or module: by name, or from the product
// down, "Fiscal > CT-e > Emissão".
func (s *scene) setsProduct(t *ticket.Ticket, d deed) (string, error) {
	offer, err := s.offerFor(t.Org)
	if err != nil {
		return "", err
	}
	said, beside := because(d.value)
	it, ok := s.itemSaid(slices.Concat(offer.Products, offer.Systems, offer.Modules), said)
	if !ok {
		return "", &unclear{directory.Refuse("which-product", "Name", said)}
	}
	to := catalog.Path{Category: t.About.Category}
	switch it.Level {
	case catalog.Product:
		to.Product = it.ID
	case catalog.System:
		to.System = it.ID
	default:
		to.Module = it.ID
	}
	return s.places(t, s.catalog.Complete(to), d, beside)
}

func (s *scene) setsCategory(t *ticket.Ticket, d deed) (string, error) {
	offer, err := s.offerFor(t.Org)
	if err != nil {
		return "", err
	}
	said, beside := because(d.value)
	it, ok := s.itemSaid(catalog.Under(offer.Categories, t.About.Product), said)
	if !ok {
		return "", &unclear{directory.Refuse("which-category", "Name", said)}
	}
	to := t.About
	to.Category = it.ID
	return s.places(t, s.catalog.Complete(to), d, beside)
}

func (s *scene) places(t *ticket.Ticket, to catalog.Path, d deed, beside string) (string, error) {
	if err := errors.Join(t.SetAbout(s.who, to, s.now), s.why(t, "product", d, beside)); err != nil {
		return "", err
	}
	return s.line("field.product", orElse(s.pathName(to), "–")), nil
}

// copiesIn puts somebody of the organisation in copy, and tells them.
func (s *scene) copiesIn(t *ticket.Ticket, d deed) (string, error) {
	p, err := s.customerSaid(t.Org, d.value)
	if err != nil {
		return "", err
	}
	had := t.IsParticipant(p.ID) || t.Requester == p.ID
	if err := errors.Join(t.AddParticipant(s.who, p, s.now), s.why(t, "participant", d, "")); err != nil {
		return "", err
	}
	if !had {
		s.tellCopied(t, p)
	}
	return s.line("field.copy", p.Name), nil
}

func (s *scene) copiesOut(t *ticket.Ticket, d deed) (string, error) {
	var all []directory.Person
	for _, id := range t.Participants {
		p, err := s.person(id)
		if err != nil {
			return "", err
		}
		all = append(all, p)
	}
	p, err := oneOf(all, d.value, "not-in-copy")
	if err != nil {
		return "", err
	}
	if err := errors.Join(t.RemoveParticipant(s.who, p.ID, s.now), s.why(t, "participant", d, "")); err != nil {
		return "", err
	}
	return s.line("field.uncopy", p.Name), nil
}

// setsRequester gives it to another person of the organisation (F10). Who had it follows
// it still.
func (s *scene) setsRequester(t *ticket.Ticket, d deed) (string, error) {
	p, err := s.customerSaid(t.Org, d.value)
	if err != nil {
		return "", err
	}
	was, err := s.person(t.Requester)
	if err != nil {
		return "", err
	}
	if err := errors.Join(t.SetRequester(s.who, p, s.now), s.why(t, "requester", d, "")); err != nil {
		return "", err
	}
	if was.ID != p.ID {
		if _, member := was.In(t.Org); member && was.Active {
			err = t.AddParticipant(s.who, was, s.now)
		}
		err = errors.Join(err, s.tellJoined(t, p, notice.Requester))
	}
	return s.line("field.requester", p.Name), err
}
