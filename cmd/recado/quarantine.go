package main

import (
	"context"
	"errors"
	"strings"

	"recado/channels/web"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/notice"
)

// quarantine shows the pages of held items what they need.
type quarantine struct{ d *desk }

// otherHeld is how many other items a page leads to.
const otherHeld = 50

// Held implements web.Quarantine.
func (q quarantine) Held(ctx context.Context, item, person string) (page web.HeldPage, err error) {
	err = q.d.db.View(ctx, func(r dialogue.Reader) error {
		h, err := r.Held(ctx, dialogue.HeldID(item))
		if errors.Is(err, dialogue.ErrNotHeld) {
			return web.ErrNotHeld
		}
		if err != nil {
			return err
		}
		reader, err := r.Person(ctx, directory.PersonID(person))
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return err
		}
		sender, err := senderOf(ctx, r, h)
		if err != nil {
			return err
		}
		if directory.MayJudge(reader, sender) != nil {
			return web.ErrNotTheirs
		}
		if page, err = q.page(ctx, r, h, sender); err != nil {
			return err
		}
		page.Language = reader.Language
		page.Others, err = q.others(ctx, r, h.ID, reader)
		return err
	})
	return page, err
}

func (q quarantine) page(ctx context.Context, r dialogue.Reader, h dialogue.Held, sender directory.Person) (web.HeldPage, error) {
	by, err := r.Person(ctx, h.By)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return web.HeldPage{}, err
	}
	if by.Name == "" {
		by.Name = q.d.cfg.Desk.Name
	}
	var files []string
	for _, f := range h.Item.Attachments {
		files = append(files, f.Name+" ("+notice.Size(f.Size)+")")
	}
	now, place, e := q.d.clock.Now(), q.d.cfg.Desk.TimeZone, q.d.engine
	return web.HeldPage{
		Ref: string(h.ID), From: h.Item.From.ID, Name: sender.Name, Subject: h.Item.Subject, Text: excerptOf(h.Item.Text),
		Files: files, Releasable: h.Releasable(), By: by.Name,
		Ended: h.State != dialogue.HeldWaiting, Released: h.State == dialogue.HeldReleased,
		Words: func(lang string) web.HeldWords {
			return web.HeldWords{
				Why: e.HeldWhy(h, lang), Received: e.Catalogue.When(lang, h.At, now, place), Ended: e.Catalogue.When(lang, h.EndedAt, now, place),
			}
		},
	}, nil
}

// others are the items that wait besides, and that reader may decide about.
func (q quarantine) others(ctx context.Context, r dialogue.Reader, but dialogue.HeldID, reader directory.Person) ([]web.HeldOther, error) {
	all, _, err := r.HeldMail(ctx, otherHeld+1)
	var out []web.HeldOther
	for _, h := range all {
		sender, err := senderOf(ctx, r, h)
		if err != nil {
			return nil, err
		}
		if h.ID == but || directory.MayJudge(reader, sender) != nil {
			continue
		}
		subject := strings.TrimSpace(h.Item.Subject)
		if subject == "" {
			subject = string(h.ID)
		}
		out = append(out, web.HeldOther{ID: string(h.ID), Subject: subject, From: h.Item.From.ID})
	}
	return out, err
}

// excerptOf is enough of a mail to decide about it.
func excerptOf(text string) string {
	const most = 2000 // letters
	r := []rune(strings.TrimSpace(text))
	if len(r) > most {
		return string(r[:most]) + " …"
	}
	return string(r)
}

// senderOf is the person whose address a held item claims; the zero Person is nobody.
func senderOf(ctx context.Context, r dialogue.Reader, h dialogue.Held) (directory.Person, error) {
	p, err := r.PersonAt(ctx, h.Item.From)
	if errors.Is(err, directory.ErrNotFound) {
		return directory.Person{}, nil
	}
	return p, err
}
