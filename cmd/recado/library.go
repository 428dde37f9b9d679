package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"recado/assist"
	"recado/assist/precedent"
	"recado/assist/search"
	"recado/bot"
	"recado/bot/sqlstore"
	"recado/core/article"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/ticket"
)

// library keeps what the built-in assistant knows in step with the store, whoever
// writes to it: the article index with the shared solutions, and the examples of what
// tickets are about.
type library struct {
	store      dialogue.Store
	tickets    filedTickets
	clock      bot.Clock
	log        *slog.Logger
	index      *search.Index
	precedents *precedent.Index
	held       map[string]string    // a mark of each indexed article
	names      map[string]string    // and of each item of the catalogue
	since      time.Time            // until when tickets were looked at
}

// filedTickets is where tickets are read that were filed.
type filedTickets interface {
	FiledFrom(ctx context.Context, n int) (time.Time, error)
	FiledSince(ctx context.Context, since time.Time, limit int) ([]sqlstore.Filed, error)
}

const (
	// refreshEvery is how soon an imported article is found.
	refreshEvery = 30 * time.Second
	// precedentsKept is how many closed tickets are compared with, the newest: more tell
	// nothing new and take memory (docs/performance.md).
	precedentsKept = 20_000
	// filedAtOnce is how many tickets are read at a time.
	filedAtOnce = 2000
	// commitDelay is how long after a ticket's last change its transaction may end.
	commitDelay = time.Minute
)

func newLibrary(store dialogue.Store, tickets filedTickets, clock bot.Clock, log *slog.Logger) *library {
	return &library{
		store: store, tickets: tickets, clock: clock, log: log, index: search.New(), precedents: precedent.New(),
		held: map[string]string{}, names: map[string]string{},
	}
}

// refresh indexes what changed. It is called by one goroutine at a time.
func (l *library) refresh(ctx context.Context) error {
	var all []article.Article
	var c *catalog.Catalog
	err := l.store.View(ctx, func(r dialogue.Reader) (err error) {
		if all, err = r.Articles(ctx); err == nil {
			c, err = r.Catalog(ctx)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read the articles and the catalogue: %w", err)
	}
	l.learnNames(c)
	l.indexArticles(all, c)
	return l.learnTickets(ctx, c)
}

// learnNames takes the names of the catalogue for the first phrasings of its items.
func (l *library) learnNames(c *catalog.Catalog) {
	now := map[string]string{}
	for _, it := range c.Items() {
		if !it.Active {
			continue
		}
		called := append([]string{it.Name}, it.Words...)
		for _, name := range it.Names {
			called = append(called, name)
		}
		slices.Sort(called)
		filed := filedUnder(c.Complete(itemPath(it)))
		for i, name := range slices.Compact(called) {
			id := "name:" + it.ID + ":" + strconv.Itoa(i)
			if now[id] = name; l.names[id] != name {
				l.precedents.Put(precedent.Example{ID: id, Text: name, Filed: filed})
			}
		}
	}
	for id := range l.names {
		if _, ok := now[id]; !ok {
			l.precedents.Remove(id)
		}
	}
	l.names = now
}

func itemPath(it catalog.Item) catalog.Path {
	switch it.Level {
	case catalog.Product:
		return catalog.Path{Product: it.ID}
	case catalog.System:
		return catalog.Path{System: it.ID}
	case catalog.Module:
		return catalog.Path{Module: it.ID}
	}
	return catalog.Path{Category: it.ID}
}

func filedUnder(p catalog.Path) map[string]string {
	return map[string]string{assist.Product: p.Product, assist.System: p.System, assist.Module: p.Module, assist.Category: p.Category}
}

// indexArticles puts articles into the index, and their phrasings among the examples.
func (l *library) indexArticles(all []article.Article, c *catalog.Catalog) {
	now := make(map[string]string, len(all))
	for _, a := range all {
		mark := fmt.Sprint(a.UpdatedAt.UnixMicro(), len(a.Phrasings), a.Product, a.System, a.Module)
		if now[a.ID] = mark; l.held[a.ID] == mark {
			continue
		}
		l.index.Put(a)
		l.forgetPhrasings(a.ID)
		filed := filedUnder(c.Complete(catalog.Path{Product: a.Product, System: a.System, Module: a.Module}))
		for i, p := range append([]string{a.Title}, a.Phrasings...) {
			l.precedents.Put(precedent.Example{ID: phrasingID(a.ID, i), Text: p, Filed: filed})
		}
	}
	for id := range l.held {
		if _, ok := now[id]; !ok {
			l.index.Remove(id)
			l.forgetPhrasings(id)
		}
	}
	l.held = now
}

func phrasingID(id string, i int) string { return "phrasing:" + id + ":" + strconv.Itoa(i) }

// forgetPhrasings takes the examples of an article out: they are numbered without gaps.
func (l *library) forgetPhrasings(id string) {
	for i := 0; i <= article.MaxPhrasings && l.precedents.Has(phrasingID(id, i)); i++ {
		l.precedents.Remove(phrasingID(id, i))
	}
}

// learnTickets takes tickets that were closed as examples of where they belong, and
// those that were reopened out again.
func (l *library) learnTickets(ctx context.Context, c *catalog.Catalog) error {
	if l.since.IsZero() {
		from, err := l.tickets.FiledFrom(ctx, precedentsKept)
		if err != nil {
			return err
		}
		l.since = from
	}
	for limit := filedAtOnce; ; {
		all, err := l.tickets.FiledSince(ctx, l.since, limit)
		if err != nil {
			return err
		}
		for _, f := range all {
			l.learnTicket(f, c)
		}
		if len(all) == 0 {
			return nil
		}
		last := all[len(all)-1].Ticket.UpdatedAt
		switch {
		case len(all) < limit:
			// What was changed before, and committed only now, is not missed.
			l.since = last.Add(-commitDelay)
			return nil
		case last.Equal(l.since):
			limit *= 2 // more than a page of one moment: tickets that were imported
		default:
			l.since = last
		}
	}
}

func (l *library) learnTicket(f sqlstore.Filed, c *catalog.Catalog) {
	t, id, text := f.Ticket, "ticket:"+string(f.Ticket.ID), f.Words
	if t.Status != ticket.Closed || t.MergedInto != "" {
		l.precedents.Remove(id)
		return
	}
	if !strings.HasPrefix(text, strings.TrimSuffix(t.Subject, "…")) {
		text = t.Subject + "\n" + text
	}
	l.precedents.Put(precedent.Example{ID: id, Text: text, Filed: filedUnder(c.Complete(t.About))})
}

// Run refreshes until ctx ends.
func (l *library) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-l.clock.After(refreshEvery):
		}
		if err := l.refresh(ctx); err != nil && ctx.Err() == nil {
			l.log.WarnContext(ctx, "the article index was not refreshed", "error", err)
		}
	}
}
