package dialogue

import (
	"cmp"
	"slices"
	"strings"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

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
	if d.Subject == "" || !telling(d.Subject) && s.telling(d) {
		d.Subject = cmp.Or(stripRe(s.in.Subject), r.Subject, firstLine(s.in.Text))
	}
	d.By = cmp.Or(d.By, r.By)
}

// telling reports whether words can be the subject of a ticket: "erro" alone says nothing.
func telling(words string) bool { return len(strings.Fields(fold(words))) > 1 }

// telling reports whether this turn's words say more than the draft's subject, which
// nobody chose: it is how the description began.
func (s *scene) telling(d *Draft) bool {
	return telling(s.in.Text) && slices.ContainsFunc(d.Said, func(w ticket.Said) bool { return fold(firstLine(w.Text)) == fold(d.Subject) })
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

// draftData names the draft's fields for people.
func (s *scene) draftData(d *Draft) notice.Data {
	lang := s.lang()
	files := 0
	for _, said := range d.Said {
		files += len(said.Attachments)
	}
	return notice.Data{
		"About": s.pathShown(d.About), "Title": ticket.Shorten(d.Subject, ticket.MaxSubject), "Files": files,
		"Severity": s.e.levelIn(lang, cmp.Or(d.Severity, ticket.Normal)),
		"Priority": s.e.levelIn(lang, cmp.Or(d.Priority, ticket.Normal)),
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
	c.Said, c.Offered, c.Skipped, c.Sights = slices.Clone(d.Said), slices.Clone(d.Offered), slices.Clone(d.Skipped), slices.Clone(d.Sights)
	return &c
}
