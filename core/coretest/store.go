package coretest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/ticket"
)

// TestStore is the suite of dialogue.Store. open gives an empty one.
func TestStore(t *testing.T, open func(t *testing.T) dialogue.Store) {
	s := suite{open(t)}
	for _, part := range []struct {
		name string
		test func(*testing.T)
	}{
		{"people", s.people}, {"merges", s.merges}, {"organisations", s.organisations}, {"challenges", s.challenges}, {"catalogue", s.catalogue},
		{"articles", s.articles}, {"surveys", s.surveys}, {"tickets", s.tickets}, {"finding tickets", s.finding},
		{"due tickets", s.due}, {"numbers", s.numbers}, {"lists", s.lists}, {"scope", s.scope}, {"transactions", s.transactions}, {"held", s.held}, {"sent", s.sent},
		{"conveyed", s.conveyed}, {"what was passed on", s.passed}, {"rooms", s.rooms}, {"unseen", s.unseen}, {"figures", s.figures}, {"notes", s.notes},
	} {
		t.Run(part.name, part.test)
	}
}

var errWanted = errors.New("wanted failure")

func (s suite) transactions(t *testing.T) {
	t.Run("a failed Update leaves nothing", func(t *testing.T) {
		p := directory.Person{ID: id[directory.PersonID](), Name: "Ana", Active: true}
		tk := s.open(t, "sobra", "org", p.ID)
		err := s.try(t, func(ctx context.Context, tx dialogue.Tx) error {
			return errors.Join(tx.SavePerson(ctx, &p), tx.Insert(ctx, tk), errWanted)
		})
		if !errors.Is(err, errWanted) || errors.Is(err, dialogue.ErrConflict) {
			t.Fatalf("Update returns %v, want the error of do and no conflict", err)
		}
		s.view(t, func(ctx context.Context, r dialogue.Reader) error {
			if _, err := r.Person(ctx, p.ID); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("the person is there: %v", err)
			}
			if _, err := r.Ticket(ctx, tk.ID); !errors.Is(err, ticket.ErrNotFound) {
				t.Errorf("the ticket is there: %v", err)
			}
			if h, err := r.History(ctx, tk.ID, 0, 0, true); len(h) > 0 || err != nil {
				t.Errorf("its history is there: %v, %v", h, err)
			}
			return nil
		})
		if p.Version != 0 || tk.Version != 0 || tk.Number != "" || len(tk.News()) == 0 {
			t.Errorf("what was to be stored is changed: person %d, ticket %d %q with %d entries", p.Version, tk.Version, tk.Number, len(tk.News()))
		}
		s.insert(t, tk)
		if h := s.history(t, tk.ID); len(h) != 2 {
			t.Errorf("a second try stores %d entries, want 2", len(h))
		}
	})
	t.Run("a transaction sees what it wrote", s.seesItself)
	t.Run("one that fails spoils nothing for those beside it", s.group)
	t.Run("a panic reaches the caller and leaves nothing", func(t *testing.T) {
		tk := s.open(t, "susto", "org", "ana")
		func() {
			defer func() {
				if recover() != "boo" {
					t.Error("the panic did not come back")
				}
			}()
			_ = s.try(t, func(ctx context.Context, tx dialogue.Tx) error {
				if err := tx.Insert(ctx, tk); err != nil {
					return err
				}
				panic("boo")
			})
		}()
		s.insert(t, tk)
	})
	t.Run("a cancelled caller is answered", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.store.Update(ctx, func(dialogue.Tx) error { t.Error("do was run"); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func (s suite) history(t *testing.T, tk ticket.ID) []ticket.Entry {
	t.Helper()
	return get(t, s, func(ctx context.Context, r dialogue.Reader) ([]ticket.Entry, error) {
		return r.History(ctx, tk, 0, 0, true)
	})
}

func (s suite) seesItself(t *testing.T) {
	tk := s.open(t, "dentro", "org", "ana")
	tk.Remark("ana", ticket.Said{Text: "mais", Upstream: "<in@here>"}, noon)
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
		if err := tx.Insert(ctx, tk); err != nil {
			return err
		}
		if got, err := tx.Numbered(ctx, tk.Number); err != nil || got.ID != tk.ID {
			t.Errorf("Numbered: %v, %v", got, err)
		}
		if h, err := tx.History(ctx, tk.ID, 0, 0, false); err != nil || len(h) != 3 {
			t.Errorf("History: %d entries, %v", len(h), err)
		}
		if h, err := tx.Latest(ctx, tk.ID, 1); err != nil || len(h) != 1 || h[0].Text != "mais" {
			t.Errorf("Latest: %v, %v", h, err)
		}
		if e, err := tx.EntryByUpstream(ctx, "<in@here>"); err != nil || e.Ticket != tk.ID {
			t.Errorf("EntryByUpstream: %v, %v", e, err)
		}
		if got, err := tx.ByRefs(ctx, []string{"<in@here>"}); err != nil || got.ID != tk.ID {
			t.Errorf("ByRefs: %v, %v", got, err)
		}
		return nil
	})
}

// group runs many Updates at once, of which every fifth fails after it wrote.
func (s suite) group(t *testing.T) {
	const callers = 40
	tickets := make([]*ticket.Ticket, callers)
	errs := make([]error, callers)
	for i := range tickets {
		tickets[i] = s.open(t, fmt.Sprintf("grupo %d", i), "org", "ana")
	}
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			errs[i] = s.try(t, func(ctx context.Context, tx dialogue.Tx) error {
				if err := tx.Insert(ctx, tickets[i]); err != nil || i%5 != 0 {
					return err
				}
				return errWanted
			})
		})
	}
	wg.Wait()
	var numbers []string
	for i, tk := range tickets {
		failed := i%5 == 0
		if failed != errors.Is(errs[i], errWanted) || !failed && errs[i] != nil {
			t.Errorf("caller %d: %v", i, errs[i])
		}
		s.view(t, func(ctx context.Context, r dialogue.Reader) error {
			if got, err := r.Ticket(ctx, tk.ID); (err != nil) != failed || !failed && got.Number != tk.Number {
				t.Errorf("caller %d: ticket %v, %v", i, got, err)
			}
			return nil
		})
		if h := s.history(t, tk.ID); len(h) != map[bool]int{true: 0, false: 2}[failed] {
			t.Errorf("caller %d: %d entries of history", i, len(h))
		}
		numbers = append(numbers, tk.Number)
	}
	slices.Sort(numbers)
	if got := len(slices.Compact(numbers)); got != callers*4/5+1 {
		t.Errorf("%d different numbers", got)
	}
}
