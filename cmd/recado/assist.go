package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"recado/assist"
	"recado/assist/precedent"
	"recado/bot/sqlstore"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
)

// assistCmd is about the assistant.
type assistCmd struct {
	Try tryCmd `cmd:"" help:"What the built-in assistant would make of a text, and why. Nothing is written or sent."`
}

// tryCmd reads a text as a customer's.
type tryCmd struct {
	Config  string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
	Org     string `help:"For which organisation, by name; empty is one that has everything."`
	Subject string `help:"Subject, of a mail."`
	Text    string `arg:"" help:"What is written."`
}

// Run prints what would happen.
func (c *tryCmd) Run(ctx context.Context, std Streams) error {
	cfg, err := configured(c.Config, std)
	if err != nil {
		return err
	}
	return withLibrary(ctx, c.Config, cfg, std, func(db *sqlstore.DB, l *library) error {
		t := trial{out: std.Out, threshold: cfg.Assistant.ArticleThreshold}
		brief := dialogue.Brief{Text: c.Text, Subject: c.Subject, Language: cfg.Desk.Language, WantArticles: true}
		err := db.View(ctx, func(r dialogue.Reader) (err error) {
			if t.catalog, err = r.Catalog(ctx); err != nil || c.Org == "" {
				return err
			}
			if brief.Organisation, err = r.OrganisationNamed(ctx, c.Org); err != nil {
				err = fmt.Errorf("organisation %q: %w", c.Org, err)
			}
			return err
		})
		if err != nil {
			return err
		}
		who := directory.Person{Active: true, Members: []directory.Membership{{Org: brief.Organisation.ID, Role: directory.Standard}}}
		brief.Offer = t.catalog.Offer(who, brief.Organisation)
		x, err := assist.NewBuiltin(l.index, t.threshold).Learn(l.precedents).Explain(ctx, brief)
		if err != nil {
			return err
		}
		return t.print(x, brief.Offer)
	})
}

// trial prints an explanation.
type trial struct {
	out       io.Writer
	catalog   *catalog.Catalog
	threshold float64
}

func (t trial) print(x assist.Explanation, o catalog.Offer) error {
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	r := x.Reading
	_, _ = fmt.Fprintf(w, "intent\t%s\nlanguage\t%s\n", cmp.Or(string(r.Intent), "unclear"), cmp.Or(r.Language, "not clear"))
	if r.Intent != dialogue.Matter {
		_, _ = fmt.Fprintf(w, "\nNothing would be opened: it is no matter for a ticket.\n")
		return w.Flush()
	}
	_, _ = fmt.Fprintf(w, "subject\t%s\n\nfield\tvalue\tsure\t\tnamed\tfiled like it\n", r.Subject)
	for _, f := range []struct{ field, value, named, learned string }{
		{assist.Product, r.About.Product, x.Named.Product, x.Learned.Product}, {assist.System, r.About.System, x.Named.System, x.Learned.System},
		{assist.Module, r.About.Module, x.Named.Module, x.Learned.Module}, {assist.Category, r.About.Category, x.Named.Category, x.Learned.Category},
	} {
		learned := t.name(f.learned)
		if f.learned != "" {
			learned += fmt.Sprintf(" (%.2f)", x.Sure[f.field])
		}
		t.field(w, f.field, t.name(f.value), r.Sure[f.field], t.name(f.named)+"\t"+learned)
	}
	t.field(w, "severity", cmp.Or(string(r.Severity), "-"), r.Sure["severity"], "")
	t.field(w, "type", cmp.Or(string(r.Type), "-"), r.Sure["type"], "")
	t.near(w, x.Near)
	t.articles(w, x)
	_, _ = fmt.Fprintf(w, "\n%s\n", t.next(x, o))
	return w.Flush()
}

// field prints one, and what would become of it.
func (t trial) field(w io.Writer, field, value string, sure float64, why string) {
	fate := ""
	switch {
	case value == "-":
	case sure >= sureFrom:
		fate = "taken"
	default:
		fate = "too unsure"
	}
	_, _ = fmt.Fprintf(w, "%s\t%s\t%.2f\t%s\t%s\n", field, value, sure, fate, why)
}

func (t trial) name(id string) string { return cmp.Or(t.catalog.Name(id, ""), "-") }

// near prints the examples most alike: where they are from, and what they were filed under.
func (t trial) near(w io.Writer, all []precedent.Neighbour) {
	const most = 5
	if len(all) == 0 {
		_, _ = fmt.Fprintln(w, "\nNo text like it is known.")
		return
	}
	_, _ = fmt.Fprintln(w, "\nlike\ttext\tfiled under\tfrom")
	for _, n := range all[:min(len(all), most)] {
		var filed []string
		for _, field := range []string{assist.Product, assist.System, assist.Module, assist.Category} {
			if n.Filed[field] != "" {
				filed = append(filed, t.name(n.Filed[field]))
			}
		}
		from, _, _ := strings.Cut(n.ID, ":")
		_, _ = fmt.Fprintf(w, "%.2f\t%s\t%s\t%s\n", n.Alike, oneLine(n.Text), strings.Join(filed, " › "), from)
	}
}

// oneLine is the beginning of a text.
func oneLine(text string) string {
	const most = 60
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return string(runes)
}

func (t trial) articles(w io.Writer, x assist.Explanation) {
	if len(x.Found) == 0 {
		_, _ = fmt.Fprintln(w, "\nNo article shares a word with it.")
		return
	}
	const most = 5
	_, _ = fmt.Fprintln(w, "\nscore\tarticle\t\tby its passage")
	for _, m := range x.Found[:min(len(x.Found), most)] {
		fate := "not shown"
		for _, s := range x.Reading.Articles {
			if s.Article == m.Article.ID {
				fate = "shown"
			}
		}
		_, _ = fmt.Fprintf(w, "%.2f\t%s\t%s\t%s\n", m.Score, m.Article.ID, fate, oneLine(m.Passage))
	}
}

// next says what would happen: the engine asks for what is not sure, from the product
// down, after an article was tried.
func (t trial) next(x assist.Explanation, o catalog.Offer) string {
	r := x.Reading
	sure := func(field, value string) bool { return value != "" && r.Sure[field] >= sureFrom }
	var asked string
	product := r.About.Product
	if !sure(assist.Product, product) {
		product = ""
	}
	switch {
	case len(o.Products) > 1 && product == "":
		asked = "the product"
	case len(catalog.Under(o.Systems, product)) > 1 && !sure(assist.System, r.About.System):
		asked = "the system"
	case len(catalog.Under(o.Modules, r.About.System)) > 1 && !sure(assist.Module, r.About.Module):
		asked = "the module"
	case len(o.Categories) > 0 && !sure(assist.Category, r.About.Category):
		asked = "the category"
	default:
		asked = "nothing but whether it is right"
	}
	if len(r.Articles) > 0 {
		return "The article " + r.Articles[0].Article + " would be shown. If it does not help, this would be asked for: " + asked + "."
	}
	return "In a chat this would be asked for: " + asked + ". A mail would open a ticket at once."
}
