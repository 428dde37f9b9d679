package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"recado/assist/search"
	"recado/bot"
	"recado/core/article"
	"recado/core/dialogue"
)

// library keeps the article index in step with the store, whoever writes to it.
type library struct {
	store dialogue.Store
	clock bot.Clock
	log   *slog.Logger
	index *search.Index
	held  map[string]time.Time // when each indexed article was last changed
}

// refreshEvery is how soon an imported article is found.
const refreshEvery = 30 * time.Second

func newLibrary(store dialogue.Store, clock bot.Clock, log *slog.Logger) *library {
	return &library{store: store, clock: clock, log: log, index: search.New(), held: map[string]time.Time{}}
}

// refresh indexes what changed. It is called by one goroutine at a time.
func (l *library) refresh(ctx context.Context) error {
	var all []article.Article
	err := l.store.View(ctx, func(r dialogue.Reader) (err error) {
		all, err = r.Articles(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the articles: %w", err)
	}
	now := make(map[string]time.Time, len(all))
	for _, a := range all {
		now[a.ID] = a.UpdatedAt
		if at, ok := l.held[a.ID]; !ok || !at.Equal(a.UpdatedAt) {
			l.index.Put(a)
		}
	}
	for id := range l.held {
		if _, ok := now[id]; !ok {
			l.index.Remove(id)
		}
	}
	l.held = now
	return nil
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
