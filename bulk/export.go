package bulk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"recado/core/article"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
)

// Format is how an export is written.
type Format string

// Formats. YAML has one Markdown file for each article.
const (
	YAML Format = "yaml"
	CSV  Format = "csv"
)

// Create opens a file of the export for writing. Names may hold one folder:
// "articles/senha.md".
type Create func(name string) (io.WriteCloser, error)

// Export writes what the desk has, of the given kinds, as files that Read takes.
// Headings of CSV are in language: Portuguese, or else English.
func Export(ctx context.Context, store dialogue.Store, kinds []Kind, format Format, language string, create Create) error {
	return store.View(ctx, func(r dialogue.Reader) error {
		e, err := collect(ctx, r)
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		for _, k := range kinds {
			if err := e.write(k, format, language, create); err != nil {
				return fmt.Errorf("export %s: %w", k, err)
			}
		}
		return nil
	})
}

// exporter is all that is exported, and the names by which one entry tells of another.
type exporter struct {
	items    []catalog.Item
	orgs     []directory.Organisation
	groups   map[directory.GroupID]string
	people   []directory.Person
	articles []article.Article
	orgNames map[directory.OrgID]string
}

func collect(ctx context.Context, r dialogue.Reader) (*exporter, error) {
	tree, err := r.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	e := &exporter{items: tree.Items(), groups: map[directory.GroupID]string{}, orgNames: map[directory.OrgID]string{}}
	if e.orgs, err = r.Organisations(ctx); err != nil {
		return nil, err
	}
	for _, o := range e.orgs {
		e.orgNames[o.ID] = o.Name
		if o.Code != "" {
			e.orgNames[o.ID] = o.Code
		}
	}
	groups, err := r.Groups(ctx)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		e.groups[g.ID] = g.Name
	}
	if e.people, err = r.People(ctx); err != nil {
		return nil, err
	}
	e.articles, err = r.Articles(ctx)
	return e, err
}

// entry is one row of an export: values by column. A list is written as the format
// has it.
type entry map[string]any

// put leaves out what is empty, so that importing it elsewhere changes nothing there.
func (e entry) put(column string, value any) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return
		}
	case []string:
		if len(v) == 0 {
			return
		}
	}
	e[column] = value
}

// rows lists the entries of a kind.
func (e *exporter) rows(k Kind) []entry {
	var out []entry
	switch k {
	case Catalog:
		for _, it := range e.items {
			out = append(out, itemEntry(it))
		}
	case Organisations:
		for _, o := range e.orgs {
			out = append(out, e.orgEntry(o))
		}
	case People:
		for _, p := range e.people {
			out = append(out, e.personEntries(p)...)
		}
	case Articles:
		for _, a := range e.articles {
			out = append(out, e.articleEntry(a))
		}
	}
	return out
}

func itemEntry(it catalog.Item) entry {
	out := entry{"id": it.ID, "level": string(it.Level), "active": it.Active}
	out.put("parent", it.Parent)
	out.put("name", it.Name)
	out.put("name_pt", it.Names["pt-BR"])
	out.put("name_en", it.Names["en"])
	out.put("name_es", it.Names["es"])
	out.put("words", it.Words)
	return out
}

func (e *exporter) orgEntry(o directory.Organisation) entry {
	out := entry{"shares": o.Shares, "assistant": !o.NoAssistant, "active": o.Active}
	for column, value := range map[string]string{
		"code": o.Code, "name": o.Name, "group": e.groups[o.Group], "executive": o.Executive,
		"segment": o.Segment, "subsegment": o.Subsegment, "size": o.Size, "time_zone": o.TimeZone,
	} {
		out.put(column, value)
	}
	out.put("domains", o.Domains)
	out.put("products", o.Products)
	return out
}

// personEntries gives one row for each organisation, and one more for numbers that
// are only claimed beside others that were verified.
func (e *exporter) personEntries(p directory.Person) []entry {
	own := entry{"name": p.Name, "active": p.Active}
	for column, value := range map[string]string{
		"phone": p.Phone, "language": p.Language, "time_zone": p.TimeZone, "job_title": p.JobTitle, "team": string(p.Team),
	} {
		own.put(column, value)
	}
	var notices []string
	for _, channel := range p.NoticeBy {
		notices = append(notices, string(channel))
	}
	own.put("notice_by", notices)
	own.put("email", addresses(p, message.Email, true))
	own.put("email_claimed", addresses(p, message.Email, false))
	proved, claimed := addresses(p, message.WhatsApp, true), addresses(p, message.WhatsApp, false)
	first, second := proved, claimed
	if len(proved) == 0 {
		first, second = claimed, nil
	}
	if len(first) > 0 {
		own["whatsapp"], own["whatsapp_verified"] = first, len(proved) > 0
	}
	own.put("slack", registeredInSlack(p))
	if len(first) == 0 && own["email"] == nil && own["email_claimed"] == nil && own["slack"] == nil {
		return nil // nothing by which an import would know them again
	}
	out := e.parts(own, p.Members)
	if len(second) > 0 {
		extra := clone(own)
		extra["whatsapp"], extra["whatsapp_verified"] = append(slices.Clone(second), first[0]), false
		out = append(out, extra)
	}
	return out
}

func (e *exporter) parts(own entry, members []directory.Membership) []entry {
	if len(members) == 0 {
		return []entry{own}
	}
	var out []entry
	for _, m := range members {
		part := clone(own)
		part["organisation"], part["role"] = e.orgNames[m.Org], string(m.Role)
		part["third_party"], part["technical"], part["statistics"], part["private"] = m.ThirdParty, m.Technical, m.Statistics, m.Private
		part.put("modules", m.Modules)
		out = append(out, part)
	}
	return out
}

func clone(e entry) entry {
	out := make(entry, len(e)+8)
	maps.Copy(out, e)
	return out
}

// registeredInSlack lists the accounts that somebody was given by the desk. Those that
// were only learned are left out: an import would make them more than that.
func registeredInSlack(p directory.Person) []string {
	var out []string
	for _, a := range p.Aliases {
		if a.Address.Channel == message.Slack && a.VerifiedBy == directory.ByAdmin {
			out = append(out, a.Address.ID)
		}
	}
	return out
}

// addresses lists what a person is reached by on a channel, proved or only claimed.
// Ids of WhatsApp that are no numbers are left out.
func addresses(p directory.Person, channel message.Channel, proved bool) []string {
	var out []string
	for _, a := range p.Aliases {
		id := a.Address.ID
		if a.Address.Channel != channel || a.VerifiedAt.IsZero() == proved {
			continue
		}
		if channel == message.WhatsApp {
			if id != digitsOf(id) {
				continue
			}
			id = "+" + id
		}
		out = append(out, id)
	}
	return out
}

func (e *exporter) articleEntry(a article.Article) entry {
	out := entry{"id": a.ID, "public": a.Public, "updated_at": a.UpdatedAt.UTC().Format(time.RFC3339Nano)}
	for column, value := range map[string]string{
		"title": a.Title, "body": a.Body, "url": a.URL, "language": a.Language,
		"product": a.Product, "system": a.System, "module": a.Module,
	} {
		out.put(column, value)
	}
	out.put("phrasings", a.Phrasings)
	var orgs []string
	for _, id := range a.OrgIDs {
		if name := e.orgNames[directory.OrgID(id)]; name != "" {
			orgs = append(orgs, name)
		}
	}
	out.put("organisations", orgs)
	return out
}

func (e *exporter) write(k Kind, format Format, language string, create Create) error {
	rows := e.rows(k)
	if format == YAML && k == Articles {
		for i, row := range rows {
			name := "articles/" + strings.ReplaceAll(e.articles[i].ID, ":", "_") + ".md"
			if err := into(create, name, func(w io.Writer) error { return writeMarkdown(w, row) }); err != nil {
				return err
			}
		}
		return nil
	}
	return into(create, string(k)+"."+string(format), func(w io.Writer) error {
		if format == CSV {
			return writeCSV(w, k, rows, language)
		}
		return writeYAML(w, k, rows)
	})
}

// into writes one file, and reports also what only closing it shows.
func into(create Create, name string, write func(io.Writer) error) error {
	w, err := create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(w), w.Close())
}
