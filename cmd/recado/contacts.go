package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"recado/bot"
	"recado/bot/sqlstore"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
)

// contactsCmd is about contacts that are one person.
type contactsCmd struct {
	Merges mergesCmd `cmd:"" default:"withargs" help:"List the contacts that were joined, latest first."`
	Join   joinCmd   `cmd:"" help:"Join two contacts of one person: their addresses and tickets."`
	Undo   undoCmd   `cmd:"" help:"Take a merge back."`
}

// mergesCmd lists merges.
type mergesCmd struct {
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
	Limit  int    `default:"50" help:"How many."`
}

// Run prints one line for each merge.
func (c *mergesCmd) Run(ctx context.Context, std Streams) error {
	return withStore(ctx, c.Config, std, func(db *sqlstore.DB) error {
		return db.View(ctx, func(r dialogue.Reader) error {
			all, err := r.Merges(ctx, c.Limit)
			if err != nil {
				return err
			}
			for _, m := range all {
				kept, gone, err := both(ctx, r, m.Kept, m.Gone)
				if err != nil {
					return err
				}
				state := ""
				if !m.UndoneAt.IsZero() {
					state = ", undone " + m.UndoneAt.Format(time.RFC3339)
				}
				_, _ = fmt.Fprintf(std.Out, "%s  %s  %s <- %s (%d tickets)%s\n", m.ID, m.At.Format(time.RFC3339), kept.Name, gone.Name, len(m.Tickets), state)
			}
			return nil
		})
	})
}

// joinCmd joins two contacts.
type joinCmd struct {
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
	Kept   string `arg:"" help:"An address of the contact that stays, such as email:ana@aurora.example."`
	Gone   string `arg:"" help:"An address of the one that goes into it, such as whatsapp:5511999990001."`
}

// Run joins them and says how to take that back.
func (c *joinCmd) Run(ctx context.Context, std Streams) error {
	return withStore(ctx, c.Config, std, func(db *sqlstore.DB) error {
		var m directory.Merge
		err := db.Update(ctx, func(tx dialogue.Tx) error {
			kept, err := personAt(ctx, tx, c.Kept)
			if err != nil {
				return err
			}
			gone, err := personAt(ctx, tx, c.Gone)
			switch {
			case err != nil:
				return err
			case kept.ID == gone.ID:
				return fmt.Errorf("%s and %s are one contact already: %s", c.Kept, c.Gone, kept.Name)
			case kept.Team != "" || gone.Team != "":
				return errors.New("somebody of the team is no customer's contact")
			}
			kept, gone, m = directory.Join(directory.MergeID(uuid.Must(uuid.NewV7()).String()), kept, gone, "", bot.SystemClock{}.Now())
			return inTurn(
				func() error { return tx.SavePerson(ctx, &gone) },
				func() error { return tx.SavePerson(ctx, &kept) },
				func() error { return tx.SaveMerge(ctx, &m) },
			)
		})
		if err == nil {
			_, _ = fmt.Fprintf(std.Out, "Joined, with %d tickets. To take it back: recado contacts undo %s\n", len(m.Tickets), m.ID)
		}
		return err
	})
}

// undoCmd takes a merge back.
type undoCmd struct {
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
	ID     string `arg:"" help:"The merge, as the list and the notice name it."`
}

// Run gives both contacts back what was theirs.
func (c *undoCmd) Run(ctx context.Context, std Streams) error {
	return withStore(ctx, c.Config, std, func(db *sqlstore.DB) error {
		var kept, gone directory.Person
		err := db.Update(ctx, func(tx dialogue.Tx) error {
			m, err := tx.Merge(ctx, directory.MergeID(c.ID))
			switch {
			case errors.Is(err, directory.ErrNotFound):
				return fmt.Errorf("there is no merge %s; recado contacts lists them", c.ID)
			case err != nil:
				return err
			case !m.UndoneAt.IsZero():
				return fmt.Errorf("that merge was undone at %s", m.UndoneAt.Format(time.RFC3339))
			}
			if kept, gone, err = both(ctx, tx, m.Kept, m.Gone); err != nil {
				return err
			}
			kept, gone = directory.Part(m, kept, gone)
			return inTurn(
				func() error { return tx.SavePerson(ctx, &kept) },
				func() error { return tx.SavePerson(ctx, &gone) },
				func() error { return tx.UndoMerge(ctx, m, bot.SystemClock{}.Now()) },
			)
		})
		if err == nil {
			_, _ = fmt.Fprintf(std.Out, "Undone: %s and %s are two contacts again.\n", kept.Name, gone.Name)
		}
		return err
	})
}

// inTurn runs steps until one fails.
func inTurn(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func both(ctx context.Context, r dialogue.Reader, a, b directory.PersonID) (one, other directory.Person, err error) {
	if one, err = r.Person(ctx, a); err != nil {
		return one, other, err
	}
	other, err = r.Person(ctx, b)
	return one, other, err
}

// personAt finds whose an address is, in whatever spelling.
func personAt(ctx context.Context, r dialogue.Reader, text string) (directory.Person, error) {
	a, err := message.ParseAddress(text)
	if err != nil {
		return directory.Person{}, err
	}
	for _, spelling := range directory.Spellings(a) {
		p, err := r.PersonAt(ctx, spelling)
		if !errors.Is(err, directory.ErrNotFound) {
			return p, err
		}
	}
	return directory.Person{}, fmt.Errorf("%s is nobody's", text)
}

// withStore opens the configured database for a command.
func withStore(ctx context.Context, path string, std Streams, do func(*sqlstore.DB) error) error {
	cfg, err := configured(path, std)
	if err != nil {
		return err
	}
	db, err := openStore(ctx, cfg, slog.New(slog.NewTextHandler(std.Err, nil)), storeOptions{})
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}
