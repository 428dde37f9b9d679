package dialogue

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Steps of the opening, in the order in which they are asked. What is known or has
// only one answer is not asked.
const (
	stepWords    = "words"    // what is happening
	stepOrg      = "org"      // F5: for which organisation
	stepProduct  = "product"  // B1
	stepSystem   = "system"   // B1
	stepModule   = "module"   // B1, F4
	stepCategory = "category" // B1
	stepConfirm  = "confirm"  // B1: is it right
	stepFix      = "fix"      // what should be changed
	stepSubject  = "subject"
	stepSeverity = "severity"
	stepPriority = "priority"
)

// Values of choices.
const (
	valYes    = "yes"
	valNo     = "no"
	valSkip   = "skip"
	valNew    = "new"
	valFix    = "fix"
	valCancel = "cancel"
	valMore   = "more"
	valAdd    = "add"
	valClose  = "close"
	valAll    = "all"
	valChange = "change"
)

// bareChoice is a number out of a menu and nothing else.
var bareChoice = regexp.MustCompile(`^\s*-?\d{1,2}[.)]?\s*$`)

// open starts a ticket of the turn's words (A2, B1): read, suggest, ask what is
// missing, confirm. A mail is opened at once: nobody wants a quiz by mail.
func (s *scene) open() error {
	if len(s.who.Members) == 0 {
		s.rest()
		s.say("access.no-organisation", notice.Data{"Name": s.who.First(), "To": s.e.Desk.Email})
		s.outcome(message.Talked, "a person without organisation", nil)
		return nil
	}
	d := &Draft{Said: s.said()}
	s.session.Draft = d
	if s.chat() && bareChoice.MatchString(s.in.Text) && len(s.in.Attachments) == 0 {
		d.Said = nil // the answer to a question that was lost describes nothing
	}
	if len(d.Said) == 0 || strings.TrimSpace(s.in.Text+s.in.Subject) == "" {
		s.question(topicOpening, stepWords, s.wordsKey(), notice.Data{"Name": s.who.First()})
		s.outcome(message.Talked, "what is it about", nil)
		return nil
	}
	s.readInto(d)
	if !s.chat() {
		return s.openNow()
	}
	return s.suggestOrAsk()
}

// opensNew starts afresh at a person's word. Words that were just put into another
// ticket are taken along.
func (s *scene) opensNew() error {
	switch d := s.session.Draft; {
	case d == nil || len(d.Said) == 0:
	case s.session.Topic == topicArticle, s.session.Topic == topicOpening:
		return s.askMissing()
	case s.session.Topic == topicWhich, s.session.Topic == topicReopen:
		return s.suggestOrAsk()
	}
	words := s.session.Words
	s.rest()
	if words != "" && s.now.Sub(s.previous.At) < focusFor {
		s.session.Draft = &Draft{Said: []ticket.Said{{At: s.now, Text: words, Via: s.in.Key.Channel}}, Subject: firstLine(words)}
		return s.askMissing()
	}
	s.question(topicOpening, stepWords, "open.words", notice.Data{"Name": s.who.First()})
	s.outcome(message.Talked, "what is it about", nil)
	return nil
}

// suggestOrAsk goes on with a draft that has words: an article first, then what is missing.
func (s *scene) suggestOrAsk() error {
	if done, err := s.suggest(); done || err != nil {
		return err
	}
	d := s.session.Draft
	d.Nothing = d.Type == ticket.Question && len(d.Offered) == 0 && s.reading.By != "" // said when the draft is shown
	return s.askMissing()
}

// wordsKey asks for words, or acknowledges files that came without.
func (s *scene) wordsKey() string {
	if len(s.in.Attachments) > 0 {
		return "open.words-file"
	}
	return "open.words"
}

// readInto takes over what the assistant understood and is sure of.
func (s *scene) readInto(d *Draft) {
	r := s.reading
	sure := func(field string) bool { return r.Sure[field] >= s.e.Sure }
	p := d.About
	take := func(to *string, field, from string) {
		if *to == "" && from != "" && sure(field) {
			*to = from
		}
	}
	take(&p.Product, "product", r.About.Product)
	take(&p.System, "system", r.About.System)
	take(&p.Module, "module", r.About.Module)
	take(&p.Category, "category", r.About.Category)
	d.About = s.catalog.Complete(p)
	if d.Severity == "" && sure("severity") {
		d.Severity = r.Severity
	}
	if d.Type == "" && sure("type") {
		d.Type = r.Type
	}
	if d.Subject == "" {
		d.Subject = cmp.Or(stripRe(s.in.Subject), r.Subject, firstLine(s.in.Text))
	}
	d.By = cmp.Or(d.By, r.By)
}

// missing is the next step of a draft that cannot be skipped, with its choices;
// "" when nothing is missing. Single possibilities are filled in.
func (s *scene) missing(d *Draft) (string, []message.Choice, error) {
	if d.Subject == "" && len(d.Said) == 0 {
		return stepWords, nil, nil
	}
	org, choices, err := s.draftOrg(d)
	if err != nil || len(choices) > 0 {
		return stepOrg, choices, err
	}
	offer := s.catalog.Offer(s.who, org)
	for _, f := range s.fields(d, offer) {
		if *f.to != "" || slices.Contains(d.Skipped, f.step) {
			continue
		}
		if len(f.items) == 1 && f.step != stepCategory {
			*f.to = f.items[0].ID
			d.About = s.catalog.Complete(d.About)
			continue
		}
		if len(f.items) > 0 {
			return f.step, s.itemChoices(f.items), nil
		}
	}
	return "", nil, nil
}

// field is one question about the catalogue.
type field struct {
	step  string
	to    *string
	items []catalog.Item
}

// fields are the catalogue's questions, each narrowed by the answer before it.
func (s *scene) fields(d *Draft, o catalog.Offer) []field {
	under := func(items []catalog.Item, parent string) []catalog.Item {
		if parent == "" {
			return nil
		}
		return catalog.Under(items, parent)
	}
	return []field{
		{stepProduct, &d.About.Product, o.Products},
		{stepSystem, &d.About.System, under(o.Systems, d.About.Product)},
		{stepModule, &d.About.Module, under(o.Modules, d.About.System)},
		{stepCategory, &d.About.Category, catalog.Under(o.Categories, d.About.Product)},
	}
}

// draftOrg is the organisation of the draft; choices when it must be asked (F5).
func (s *scene) draftOrg(d *Draft) (directory.Organisation, []message.Choice, error) {
	if d.Org == "" && len(s.who.Members) == 1 {
		d.Org = s.who.Members[0].Org
	}
	if d.Org != "" {
		org, err := s.r.Organisation(s.ctx, d.Org)
		return org, nil, err
	}
	var choices []message.Choice
	for _, m := range s.who.Members {
		org, err := s.r.Organisation(s.ctx, m.Org)
		if err != nil {
			return org, nil, err
		}
		choices = append(choices, message.Choice{Value: string(org.ID), Label: org.Name})
	}
	return directory.Organisation{}, choices, nil
}

// itemChoices offers catalogue items, and not knowing.
func (s *scene) itemChoices(items []catalog.Item) []message.Choice {
	var out []message.Choice
	for _, it := range items[:min(len(items), menuSize-1)] {
		out = append(out, message.Choice{Value: it.ID, Label: it.In(s.lang())})
	}
	return append(out, s.choice(valSkip, "choice.dont-know"))
}

// choice is one option in the person's language.
func (s *scene) choice(value, key string) message.Choice {
	return message.Choice{Value: value, Label: s.e.Catalogue.Word(s.lang(), key)}
}

// askMissing asks for the next thing, or shows it all for confirmation.
func (s *scene) askMissing() error {
	d := s.session.Draft
	step, choices, err := s.missing(d)
	if err != nil {
		return err
	}
	switch {
	case slices.Contains(d.Skipped, valAll) && step != stepOrg && step != stepWords:
		return s.openNow() // a person was asked for: no more questions
	case !s.chat() && step != stepWords:
		return s.openNow() // no quiz by mail
	}
	if step == "" {
		return s.confirm()
	}
	s.question(topicOpening, step, "open."+step, notice.Data{"Name": s.who.First()}, choices...)
	s.outcome(message.Talked, "asked: "+step, nil)
	return nil
}

// confirm shows the draft (B1).
func (s *scene) confirm() error {
	s.question(topicOpening, stepConfirm, "open.confirm", s.draftData(s.session.Draft),
		s.choice(valYes, "choice.open"), s.choice(valFix, "choice.fix"), s.choice(valCancel, "choice.cancel"))
	s.outcome(message.Talked, "asked: confirm", nil)
	return nil
}

// draftData names the draft's fields for people.
func (s *scene) draftData(d *Draft) notice.Data {
	lang := s.lang()
	files := 0
	for _, said := range d.Said {
		files += len(said.Attachments)
	}
	return notice.Data{
		"About": s.pathName(d.About), "Title": ticket.Shorten(d.Subject, ticket.MaxSubject), "Files": files,
		"Severity": s.e.Catalogue.Word(lang, "level."+string(cmp.Or(d.Severity, ticket.Normal))),
		"Priority": s.e.Catalogue.Word(lang, "level."+string(cmp.Or(d.Priority, ticket.Normal))),
		"Nothing":  d.Nothing,
		"Defect":   s.defectWord("defect.customer.", lang),
	}
}

// pathName writes a place in the catalogue: "Fiscal › CT-e › Emissão · Erro".
func (s *scene) pathName(p catalog.Path) string { return s.pathIn(p, s.lang()) }

func (s *scene) pathIn(p catalog.Path, lang string) string {
	var parts []string
	for _, id := range []string{p.Product, p.System, p.Module} {
		if name := s.catalog.Name(id, lang); name != "" {
			parts = append(parts, name)
		}
	}
	out := strings.Join(parts, " › ")
	if name := s.catalog.Name(p.Category, lang); name != "" {
		if out != "" {
			out += " · "
		}
		out += name
	}
	return out
}

// openingAnswered takes the answer to a question of the opening.
func (s *scene) openingAnswered() (bool, error) {
	d := s.session.Draft
	if d == nil {
		d = &Draft{}
		s.session.Draft = d
	}
	if _, chosen := choose(s.in.Text, s.session.Choices); !chosen && s.session.Step != stepSubject && isSolved(s.in.Text) {
		s.rest()
		s.say("article.solved", notice.Data{"Name": s.who.First()})
		s.outcome(message.Talked, "solved before it was opened", nil)
		return true, nil
	}
	switch s.session.Step {
	case stepWords:
		return true, s.wordsGiven(d)
	case stepConfirm:
		return true, s.confirmAnswered(d)
	case stepFix:
		return true, s.fixChosen(d)
	case stepSubject:
		if text := strings.TrimSpace(s.in.Text); text != "" {
			d.Subject = firstLine(text)
		}
		s.keepFiles(d)
		return true, s.confirm()
	}
	return true, s.choiceAnswered(d)
}

// wordsGiven takes the description.
func (s *scene) wordsGiven(d *Draft) error {
	if !s.wordless() {
		d.Said = append(d.Said, s.said()...)
	}
	if strings.TrimSpace(s.in.Text) == "" || s.wordless() {
		s.question(topicOpening, stepWords, s.wordsKey(), notice.Data{"Name": s.who.First()})
		s.outcome(message.Talked, "what is it about", nil)
		return nil
	}
	s.readInto(d)
	if s.previous.Draft != nil && slices.Contains(s.previous.Draft.Skipped, valAll) {
		return s.openNow()
	}
	return s.suggestOrAsk()
}

// choiceAnswered takes a choice from a list. Other words are kept as part of the
// description; after a second miss the question is skipped.
func (s *scene) choiceAnswered(d *Draft) error {
	c, ok := choose(s.in.Text, s.session.Choices)
	step := s.session.Step
	if ok {
		s.keepFiles(d)
	}
	switch {
	case ok && c.Value == valSkip, !ok && slices.Contains(skips, fold(s.in.Text)):
		d.Skipped = append(d.Skipped, step)
	case !ok && isThanks(s.in.Text): // no answer and no description either: they want to be done
		d.Skipped = append(d.Skipped, step)
	case ok:
		s.setField(d, step, c.Value)
	default:
		if s.reading.Intent != Greeting || len(s.in.Attachments) > 0 { // "hello??" describes nothing
			d.Said = append(d.Said, s.said()...)
			s.readInto(d)
		}
		if s.previous.Asked >= 1 {
			d.Skipped = append(d.Skipped, step)
		}
	}
	if step == stepSeverity || step == stepPriority {
		return s.confirm()
	}
	return s.askMissing()
}

// setField takes over a chosen value.
func (s *scene) setField(d *Draft, step, value string) {
	switch step {
	case stepOrg:
		d.Org = directory.OrgID(value)
	case stepProduct:
		if d.About.Product != value {
			d.About = catalog.Path{Product: value}
		}
	case stepSystem:
		d.About.System, d.About.Module = value, ""
	case stepModule:
		d.About.Module = value
	case stepCategory:
		d.About.Category = value
	case stepSeverity:
		d.Severity = ticket.Level(value)
	case stepPriority:
		d.Priority = ticket.Level(value)
	}
	d.About = s.catalog.Complete(d.About)
}

// keepFiles keeps the files that came with an answer, whose words are no part of
// the description.
func (s *scene) keepFiles(d *Draft) {
	for _, said := range s.said() {
		if len(said.Attachments) > 0 {
			said.Text = ""
			d.Said = append(d.Said, said)
		}
	}
}

// confirmAnswered opens, changes or drops the draft; other words are added to it.
func (s *scene) confirmAnswered(d *Draft) error {
	c, ok := choose(s.in.Text, s.session.Choices)
	if ok {
		s.keepFiles(d)
	}
	switch {
	case ok && c.Value == valYes, !ok && (isYes(s.in.Text) || isThanks(s.in.Text)):
		return s.openNow()
	case ok && c.Value == valFix, !ok && isNo(s.in.Text):
		return s.askFix()
	case ok && c.Value == valCancel:
		return s.cancel()
	}
	d.Said = append(d.Said, s.said()...)
	s.readInto(d)
	return s.confirm()
}

// askFix asks which field is wrong.
func (s *scene) askFix() error {
	s.question(topicOpening, stepFix, "open.fix", nil,
		s.choice(stepSubject, "field.subject"), s.choice(stepProduct, "field.product"), s.choice(stepCategory, "field.category"),
		s.choice(stepSeverity, "field.severity"), s.choice(stepPriority, "field.priority"))
	s.outcome(message.Talked, "asked: fix", nil)
	return nil
}

// fixChosen asks for the new value of a field.
func (s *scene) fixChosen(d *Draft) error {
	c, ok := choose(s.in.Text, s.session.Choices)
	if !ok {
		return s.confirmAnswered(d)
	}
	switch c.Value {
	case stepSubject:
		s.question(topicOpening, stepSubject, "open.subject", nil)
	case stepSeverity, stepPriority:
		s.question(topicOpening, c.Value, "open."+c.Value, nil, s.levelChoices()...)
	case stepProduct:
		d.About, d.Skipped = catalog.Path{}, nil
		return s.askMissing()
	case stepCategory:
		d.About.Category = ""
		d.Skipped = slices.DeleteFunc(d.Skipped, func(f string) bool { return f == stepCategory })
		return s.askMissing()
	}
	s.outcome(message.Talked, "asked: "+c.Value, nil)
	return nil
}

func (s *scene) levelChoices() []message.Choice {
	var out []message.Choice
	for _, l := range ticket.Levels {
		out = append(out, s.choice(string(l), "level."+string(l)))
	}
	return out
}

// fixes changes a draft at a person's word; without one, it means nothing.
func (s *scene) fixes() (bool, error) {
	if s.session.Topic != topicOpening || s.session.Draft == nil {
		return false, nil
	}
	return true, s.askFix()
}

// firstLine is a subject made of words.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return ticket.Shorten(line, 80)
}

// clone keeps the previous session's draft as it was: a plan can be applied again.
func (d *Draft) clone() *Draft {
	if d == nil {
		return nil
	}
	c := *d
	c.Said, c.Offered, c.Skipped = slices.Clone(d.Said), slices.Clone(d.Offered), slices.Clone(d.Skipped)
	return &c
}
