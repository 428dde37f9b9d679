package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"recado/assist"
	"recado/assist/precedent"
	"recado/assist/search"
	"recado/bot"
	"recado/bot/sqlstore"
	"recado/config"
	"recado/core/article"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
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
	held       map[string]string               // a mark of each indexed article
	names      map[string]string               // and of each item of the catalogue
	since      time.Time                       // until when tickets were looked at
	shared     map[ticket.ID]directory.OrgID   // solved tickets that others may find
	shareFrom  time.Time                       // older ones are not shared
	may        map[directory.OrgID]sharing     // which organisations shared when looked at last
	trade      atomic.Pointer[map[string]bool] // words of articles and of the catalogue
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
	// sharedKept is of how many of them the solutions can be found by others: each is read
	// with all that was said and with the names to be taken out.
	sharedKept = 2000
	// filedAtOnce is how many tickets are read at a time.
	filedAtOnce = 2000
	// commitDelay is how long after a ticket's last change its transaction may end.
	commitDelay = time.Minute
)

func newLibrary(store dialogue.Store, tickets filedTickets, clock bot.Clock, log *slog.Logger) *library {
	return &library{
		store: store, tickets: tickets, clock: clock, log: log, index: search.New(), precedents: precedent.New(),
		held: map[string]string{}, names: map[string]string{},
		shared: map[ticket.ID]directory.OrgID{}, may: map[directory.OrgID]sharing{},
	}
}

// refresh indexes what changed. It is called by one goroutine at a time.
func (l *library) refresh(ctx context.Context) error {
	var all []article.Article
	var c *catalog.Catalog
	var orgs []directory.Organisation
	err := l.store.View(ctx, func(r dialogue.Reader) (err error) {
		if all, err = r.Articles(ctx); err == nil {
			c, err = r.Catalog(ctx)
		}
		if err == nil {
			orgs, err = r.Organisations(ctx)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read the articles and the catalogue: %w", err)
	}
	var filling sync.WaitGroup // the two indexes at once: at the start each takes seconds
	defer filling.Wait()
	l.learnNames(c)
	if l.indexArticles(all, c, &filling) || l.trade.Load() == nil {
		l.learnTrade(all, c)
	}
	l.learnSharing(orgs)
	return l.learnTickets(ctx, c)
}

// Known reports words of the trade: those of articles and of the catalogue. It may be
// called while the library is refreshed.
func (l *library) Known(word string) bool {
	trade := l.trade.Load()
	return trade != nil && (*trade)[word]
}

// learnTrade gathers the words of the trade.
func (l *library) learnTrade(all []article.Article, c *catalog.Catalog) {
	trade := map[string]bool{}
	add := func(texts ...string) {
		for _, text := range texts {
			for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
				trade[w] = true
			}
		}
	}
	for _, a := range all {
		add(a.Title, a.Body)
	}
	for _, it := range c.Items() {
		add(it.Name)
		add(it.Words...)
		for _, name := range it.Names {
			add(name)
		}
	}
	l.trade.Store(&trade)
}

// sharing is of an organisation that shares what solved its tickets.
type sharing struct {
	within bool // but with no model
}

// learnSharing takes the solutions of organisations out that do not share any more.
// When one begins to, or changes its mind about models, all tickets are looked at again.
func (l *library) learnSharing(orgs []directory.Organisation) {
	now := map[directory.OrgID]sharing{}
	for _, o := range orgs {
		if o.Shares && o.Active {
			now[o.ID] = sharing{within: o.NoAssistant}
			if was, did := l.may[o.ID]; !did || was != now[o.ID] {
				l.since = time.Time{}
			}
		}
	}
	for id, org := range l.shared {
		if _, does := now[org]; !does {
			l.unshare(id)
		}
	}
	l.may = now
}

func (l *library) unshare(id ticket.ID) {
	if _, shared := l.shared[id]; shared {
		l.index.Remove(dialogue.SolvedArticle(id))
		delete(l.shared, id)
	}
}

// share puts a solved ticket among the articles, if others may find it.
func (l *library) share(ctx context.Context, t *ticket.Ticket) error {
	if _, may := l.may[t.Org]; !may || t.UpdatedAt.Before(l.shareFrom) {
		return nil
	}
	return l.store.View(ctx, func(r dialogue.Reader) error {
		a, may, err := dialogue.Solution(ctx, r, t.ID, l.Known)
		switch {
		case err != nil:
			return fmt.Errorf("share ticket %s: %w", t.Number, err)
		case !may:
			l.unshare(t.ID)
		default:
			l.index.Put(a)
			l.shared[t.ID] = t.Org
		}
		return nil
	})
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

// indexArticles puts articles into the index, for which filling is to be waited, and
// their phrasings among the examples. True: something changed.
func (l *library) indexArticles(all []article.Article, c *catalog.Catalog, filling *sync.WaitGroup) (changed bool) {
	now := make(map[string]string, len(all))
	var news []article.Article
	for _, a := range all {
		mark := fmt.Sprint(a.UpdatedAt.UnixMicro(), len(a.Phrasings), a.Product, a.System, a.Module)
		if now[a.ID] = mark; l.held[a.ID] == mark {
			continue
		}
		changed, news = true, append(news, a)
		l.forgetPhrasings(a.ID)
		filed := filedUnder(c.Complete(catalog.Path{Product: a.Product, System: a.System, Module: a.Module}))
		for i, p := range append([]string{a.Title}, a.Phrasings...) {
			l.precedents.Put(precedent.Example{ID: phrasingID(a.ID, i), Text: p, Filed: filed})
		}
	}
	for id := range l.held {
		if _, ok := now[id]; !ok {
			changed = true
			l.index.Remove(id)
			l.forgetPhrasings(id)
		}
	}
	l.held = now
	filling.Go(func() {
		for _, a := range news {
			l.index.Put(a)
		}
	})
	return changed
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
		if l.shareFrom, err = l.tickets.FiledFrom(ctx, sharedKept); err != nil {
			return err
		}
	}
	for limit := filedAtOnce; ; {
		all, err := l.tickets.FiledSince(ctx, l.since, limit)
		if err != nil {
			return err
		}
		for _, f := range all {
			if err := l.learnTicket(ctx, f, c); err != nil {
				return err
			}
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

func (l *library) learnTicket(ctx context.Context, f sqlstore.Filed, c *catalog.Catalog) error {
	t, id, text := f.Ticket, "ticket:"+string(f.Ticket.ID), f.Words
	if t.Status != ticket.Closed || t.MergedInto != "" {
		l.precedents.Remove(id)
		l.unshare(t.ID)
		return nil
	}
	if !strings.HasPrefix(text, strings.TrimSuffix(t.Subject, "…")) {
		text = t.Subject + "\n" + text
	}
	l.precedents.Put(precedent.Example{ID: id, Text: text, Filed: filedUnder(c.Complete(t.About))})
	return l.share(ctx, t)
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

// withLibrary does something with all that the assistant knows of a desk that need not run.
func withLibrary(ctx context.Context, path string, cfg config.Config, std Streams, do func(*sqlstore.DB, *library) error) error {
	return withStore(ctx, path, std, func(db *sqlstore.DB) error {
		l := newLibrary(db, db, bot.SystemClock{}, newLog(cfg, std.Err))
		if err := l.refresh(ctx); err != nil {
			return err
		}
		return do(db, l)
	})
}
