package bulk

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
)

var (
	roles = map[directory.Role][]string{
		directory.Standard:      {"padrão", "comum", "usuário", "user"},
		directory.Manager:       {"gerente", "gestor"},
		directory.Administrator: {"administrador", "admin"},
	}
	teamRoles = map[directory.Role][]string{
		directory.Agent:      {"agente", "atendente", "analista"},
		directory.Supervisor: {"supervisora", "coordenador"},
	}
)

// claim is an address that a row gives a person.
type claim struct {
	column  string
	address message.Address
	proved  bool // registered by the desk; otherwise the person proves it
}

// person applies one row of a person. Several rows are one person in several
// organisations.
func (d *desk) person(r row) {
	claims := d.claims(r)
	if len(claims) == 0 {
		if !r.saysOneOf("email", "email_claimed", "whatsapp", "slack") { // else what is wrong was told
			r.problem("email", NoAddress)
		}
		return
	}
	p := d.owner(claims)
	fresh := p == nil
	if fresh {
		p = &directory.Person{ID: directory.PersonID(newID()), Active: true, CreatedAt: d.now}
	}
	t, first := d.touch(r, string(p.ID), fresh, func(ctx context.Context, tx dialogue.Tx) error { return tx.SavePerson(ctx, p) })
	if first {
		t.key = claims[0].address.ID
		d.detach(p)
	}
	r.into = t
	for _, c := range claims {
		d.give(r, p, c)
	}
	d.fillPerson(r, p)
	d.membership(r, p)
}

// slackID is an account of Slack: a workspace (or an organisation of several) and who it
// is there (docs.slack.dev, "Understanding Slack IDs").
var slackID = regexp.MustCompile(`^[TE][A-Z0-9]+/[UW][A-Z0-9]+$`)

// detach gives the person slices of its own, so that nothing read from the desk is
// written to.
func (d *desk) detach(p *directory.Person) {
	p.Aliases, p.Members = slices.Clone(p.Aliases), slices.Clone(p.Members)
}

func (r row) saysOneOf(columns ...string) bool {
	return slices.ContainsFunc(columns, func(c string) bool { return r.value(c) != "" || len(r.cells[c].list) > 0 })
}

// claims reads the addresses of a row: the first is what the person is known by.
func (d *desk) claims(r row) []claim {
	var out []claim
	for _, id := range r.emails("email") {
		out = append(out, claim{"email", message.Address{Channel: message.Email, ID: id}, true})
	}
	for _, id := range r.emails("email_claimed") {
		out = append(out, claim{"email_claimed", message.Address{Channel: message.Email, ID: id}, false})
	}
	proved := false
	if c, ok := r.given("whatsapp_verified"); ok {
		var known bool
		if proved, known = flags[fold(c.text)]; !known {
			r.problem("whatsapp_verified", BadFlag, "value", c.text)
		}
	}
	if c, ok := r.given("whatsapp"); ok {
		for _, text := range c.values("|,;\n") {
			id, ok := whatsAppID(text)
			if !ok {
				r.problem("whatsapp", BadPhone, "value", text)
				continue
			}
			out = append(out, claim{"whatsapp", message.Address{Channel: message.WhatsApp, ID: id}, proved})
		}
	}
	if c, ok := r.given("slack"); ok {
		for _, text := range c.values("|,;\n") {
			if !slackID.MatchString(text) {
				r.problem("slack", BadSlack, "value", text)
				continue
			}
			out = append(out, claim{"slack", message.Address{Channel: message.Slack, ID: text}, true})
		}
	}
	return out
}

// owner is whose the first known of the addresses is.
func (d *desk) owner(claims []claim) *directory.Person {
	for _, c := range claims {
		for _, a := range directory.Spellings(c.address) {
			if p, ok := d.people[a]; ok {
				return p
			}
		}
	}
	return nil
}

// give adds an address to a person, or proves one that was only claimed.
func (d *desk) give(r row, p *directory.Person, c claim) {
	for _, a := range directory.Spellings(c.address) {
		owner, known := d.people[a]
		if !known {
			continue
		}
		if owner != p {
			r.problem(c.column, Taken, "value", a.ID, "name", owner.Name)
			return
		}
		i := slices.IndexFunc(p.Aliases, func(al directory.Alias) bool { return al.Address == a })
		learned := a.Channel == message.Slack && p.Aliases[i].VerifiedBy != directory.ByAdmin // of which a guest is nobody yet
		if al := &p.Aliases[i]; c.proved && (al.VerifiedAt.IsZero() || learned) {
			al.VerifiedAt, al.VerifiedBy = d.now, directory.ByAdmin
			r.added(c.column)
		}
		return
	}
	al := directory.Alias{Address: c.address}
	if c.proved {
		al.VerifiedAt, al.VerifiedBy = d.now, directory.ByAdmin
	}
	p.Aliases = append(p.Aliases, al)
	d.people[c.address] = p
	r.added(c.column)
}

// added notes a column that brought something more, which contradicts nothing.
func (r row) added(column string) {
	if !slices.Contains(r.into.columns, column) {
		r.into.columns = append(r.into.columns, column)
	}
}

func (d *desk) fillPerson(r row, p *directory.Person) {
	r.required("name", &p.Name)
	r.text("phone", &p.Phone)
	r.language("language", &p.Language)
	r.zone("time_zone", &p.TimeZone)
	r.text("job_title", &p.JobTitle)
	if c, ok := r.given("team"); ok && c.value() == "" {
		r.differs("team", "", p.Team != "")
		p.Team = ""
	} else {
		choice(r, "team", &p.Team, teamRoles)
	}
	r.noticeBy(p)
	r.flag("active", &p.Active, false)
}

// noticeBy reads the channels that notices go to (D1).
func (r row) noticeBy(p *directory.Person) {
	c, ok := r.given("notice_by")
	if !ok {
		return
	}
	var to []message.Channel
	for _, text := range c.values(ofNames) {
		channel := message.Channel(plain(text))
		if channel != message.Email && channel != message.WhatsApp {
			r.problem("notice_by", BadChoice, "value", text, "known", "email, whatsapp", "known-pt", "email, whatsapp")
			return
		}
		to = append(to, channel)
	}
	r.differs("notice_by", strings.Join(c.values(ofNames), "|"), !slices.Equal(p.NoticeBy, to))
	p.NoticeBy = to
}

// membership reads the part that the person plays in the row's organisation.
func (d *desk) membership(r row, p *directory.Person) {
	named := r.value("organisation")
	if named == "" {
		return
	}
	org := d.organisationNamed(r, "organisation", named)
	if org == nil {
		return
	}
	i := slices.IndexFunc(p.Members, func(m directory.Membership) bool { return m.Org == org.ID })
	if i < 0 {
		i = len(p.Members)
		p.Members = append(p.Members, directory.Membership{Org: org.ID, Role: directory.Standard})
		r.added("organisation")
	}
	// What is said of this part is compared with what other rows say of the same one.
	part := r
	part.into = d.part(p.ID, org.ID)
	m := &p.Members[i]
	choice(part, "role", &m.Role, roles)
	part.flag("third_party", &m.ThirdParty, false)
	part.flag("technical", &m.Technical, false)
	part.list("modules", &m.Modules, ofNames, func(s string) string { return d.itemNamed(r, "modules", catalog.Module, s) })
	part.flag("statistics", &m.Statistics, false)
	part.flag("private", &m.Private, false)
	for _, column := range part.into.columns {
		r.added(column)
	}
}

// part is what the batch says of one person's part in one organisation.
func (d *desk) part(p directory.PersonID, o directory.OrgID) *touch {
	key := string(p) + "\x00" + string(o)
	if _, known := d.parts[key]; !known {
		d.parts[key] = &touch{said: map[string]string{}, rows: map[string]int{}}
	}
	return d.parts[key]
}

// checkPeople finds people who would be in no organisation and not on the team.
func (d *desk) checkPeople() {
	seen := map[*directory.Person]bool{}
	for _, p := range d.people {
		t := d.touches[string(People)+"\x00"+string(p.ID)]
		if t == nil || seen[p] || len(p.Members) > 0 || p.Team != "" || !t.fresh {
			continue
		}
		seen[p] = true
		place := record{file: t.file, row: t.row}
		if !d.problems.at(place) { // an organisation that was not found is told already
			d.problems.add(place, "", NoPlace)
		}
	}
}

// at reports whether something is wrong with a row already.
func (f *finder) at(r record) bool {
	return slices.ContainsFunc(f.found, func(p Problem) bool { return p.File == r.file && p.Row == r.row })
}
