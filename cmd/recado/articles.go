package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"recado/assist/precedent"
	"recado/assist/search"
	"recado/bot"
	"recado/bot/sqlstore"
)

// articlesCmd is about what customers can read before a ticket is opened.
type articlesCmd struct {
	Import importCmd        `cmd:"" help:"Take in articles: Markdown with front matter, pages (HTML), or a site map beside its pages."`
	Gaps   articlesGapsCmd  `cmd:"" help:"What people ask that no article answers, most asked first."`
	Stats  articlesStatsCmd `cmd:"" help:"Which articles solve, and what readers missed in them."`
}

// window is within how many days a ticket tells that an article did not help after all.
const window = 5 * 24 * time.Hour

// articlesStatsCmd prints what readers said.
type articlesStatsCmd struct {
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
	Days   int    `default:"90" help:"Of the last days."`
	JSON   bool   `help:"Print one JSON object instead of a table."`
}

// articleUse is what became of an article's suggestions.
type articleUse struct {
	Article string   `json:"article"`
	Asked   int      `json:"asked"`   // answers to "did it help?"
	Helped  int      `json:"helped"`  // it did
	Back    int      `json:"back"`    // of these, who opened a ticket within five days
	Solved  int      `json:"solved"`  // helped without back: tickets that were not opened
	Missing []string `json:"missing"` // what was not found in it
}

// Run prints a line for each article, the most useful first.
func (c *articlesStatsCmd) Run(ctx context.Context, std Streams) error {
	return withStore(ctx, c.Config, std, func(db *sqlstore.DB) error {
		reads, err := db.Reads(ctx, bot.SystemClock{}.Now().AddDate(0, 0, -c.Days), window)
		if err != nil {
			return err
		}
		return printUse(std.Out, usesOf(reads), c.JSON)
	})
}

func usesOf(reads []sqlstore.Read) []articleUse {
	of := map[string]*articleUse{}
	for _, r := range reads {
		u := of[r.Article]
		if u == nil {
			u = &articleUse{Article: r.Article}
			of[r.Article] = u
		}
		u.Asked++
		u.Helped += bit(r.Helpful)
		u.Back += bit(r.Back)
		u.Solved = u.Helped - u.Back
		if r.Missing != "" {
			u.Missing = append(u.Missing, r.Missing)
		}
	}
	var all []articleUse
	for _, u := range of {
		all = append(all, *u)
	}
	slices.SortFunc(all, func(a, b articleUse) int {
		return cmp.Or(cmp.Compare(b.Solved, a.Solved), cmp.Compare(a.Article, b.Article))
	})
	return all
}

func printUse(w io.Writer, all []articleUse, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(all)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "article\tanswers\thelped\tticket within 5 days\tsolved before a ticket")
	for _, u := range all {
		_, _ = fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d (%.0f %%)\n", u.Article, u.Asked, u.Helped, u.Back, u.Solved, 100*shareOf(u.Solved, u.Asked))
	}
	for _, u := range all {
		for _, m := range u.Missing {
			_, _ = fmt.Fprintf(t, "\nmissing in %s: %s", u.Article, oneLine(m))
		}
	}
	_, _ = fmt.Fprintln(t)
	return t.Flush()
}

// articlesGapsCmd prints what is asked and not answered.
type articlesGapsCmd struct {
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
	Days   int    `default:"90" help:"Tickets of the last days."`
	Most   int    `default:"20" help:"How many matters."`
	JSON   bool   `help:"Print one JSON object instead of a list."`
}

// gap is a matter that people ask about, and no article answers.
type gap struct {
	Times int      `json:"times"`
	Asked []string `json:"asked"` // in the words of some of them
}

// Run prints the matters, most asked first.
func (c *articlesGapsCmd) Run(ctx context.Context, std Streams) error {
	cfg, err := configured(c.Config, std)
	if err != nil {
		return err
	}
	return withLibrary(ctx, c.Config, cfg, std, func(db *sqlstore.DB, l *library) error {
		asked, err := askedSince(ctx, db, bot.SystemClock{}.Now().AddDate(0, 0, -c.Days))
		if err != nil {
			return err
		}
		all := gapsOf(asked, l.index, cmp.Or(cfg.Assistant.ArticleThreshold, search.DefaultThreshold))
		return printGaps(std.Out, all[:min(len(all), c.Most)], c.JSON)
	})
}

// askedSince are the subjects of tickets that changed since a time.
func askedSince(ctx context.Context, db filedTickets, since time.Time) (asked []string, err error) {
	seen := map[string]bool{}
	for limit := filedAtOnce; ; {
		all, err := db.FiledSince(ctx, since, limit)
		if err != nil {
			return nil, err
		}
		for _, f := range all {
			if id := string(f.Ticket.ID); !seen[id] {
				seen[id] = true
				asked = append(asked, f.Ticket.Subject)
			}
		}
		if len(all) < limit {
			return asked, nil
		}
		last := all[len(all)-1].Ticket.UpdatedAt
		if last.Equal(since) {
			limit *= 2
		}
		since = last
	}
}

// sameMatter is how like one another two questions are that one article would answer.
const sameMatter = .45

// gapsOf puts questions that no article answers together by likeness.
func gapsOf(asked []string, articles *search.Index, threshold float64) []gap {
	known, gaps := precedent.New(), map[string]*gap{}
	for i, text := range asked {
		if found := articles.Search(text, nil, 1); len(found) > 0 && found[0].Score >= threshold {
			continue
		}
		id := strconv.Itoa(i)
		matter := id
		if near := known.Ask(text).Near; len(near) > 0 && near[0].Alike >= sameMatter {
			matter = near[0].Filed["matter"]
		}
		known.Put(precedent.Example{ID: id, Text: text, Filed: map[string]string{"matter": matter}})
		if gaps[matter] == nil {
			gaps[matter] = &gap{}
		}
		g := gaps[matter]
		g.Times++
		const examples = 3
		if len(g.Asked) < examples && !slices.Contains(g.Asked, text) {
			g.Asked = append(g.Asked, text)
		}
	}
	out := make([]gap, 0, len(gaps))
	for g := range maps.Values(gaps) {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b gap) int { return cmp.Or(cmp.Compare(b.Times, a.Times), slices.Compare(a.Asked, b.Asked)) })
	return out
}

func printGaps(w io.Writer, all []gap, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(all)
	}
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "Every question has an article.")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, g := range all {
		for i, text := range g.Asked {
			times := ""
			if i == 0 {
				times = strconv.Itoa(g.Times) + "x"
			}
			_, _ = fmt.Fprintf(t, "%s\t%s\n", times, oneLine(text))
		}
	}
	return t.Flush()
}
