package bulk

import (
	"cmp"
	"context"
	"errors"
	"strconv"

	"recado/core/article"
	"recado/core/catalog"
	"recado/core/dialogue"
)

// article applies one knowledge article.
func (d *desk) article(r row) {
	id := cmp.Or(r.value("id"), slug(r.value("title")))
	if id == "" {
		r.problem("title", Missing)
		return
	}
	a, fresh := d.articles[id], false
	if a == nil {
		a, fresh = &article.Article{ID: id, Public: true}, true
		d.articles[id] = a
	}
	t, first := d.touch(r, id, fresh, func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveArticle(ctx, *a) })
	if !first {
		r.problem("id", Twice, "value", id, "row", strconv.Itoa(t.row))
		return
	}
	r.into = t
	d.fillArticle(r, a)
	d.dated(r, a)
	if found, wrong := errors.AsType[article.Problems](a.Check()); wrong {
		for _, p := range found {
			r.problems.found = append(r.problems.found, Problem{File: r.file, Row: r.row, Code: FromCore, told: p})
		}
	}
}

func (d *desk) fillArticle(r row, a *article.Article) {
	r.text("title", &a.Title)
	r.text("body", &a.Body)
	r.text("url", &a.URL)
	r.language("language", &a.Language)
	for _, ref := range []struct {
		column string
		level  catalog.Level
		to     *string
	}{{"product", catalog.Product, &a.Product}, {"system", catalog.System, &a.System}, {"module", catalog.Module, &a.Module}} {
		if c, ok := r.given(ref.column); ok {
			id := c.value()
			if id != "" {
				id = d.itemNamed(r, ref.column, ref.level, id)
			}
			r.differs(ref.column, id, *ref.to != id)
			*ref.to = id
		}
	}
	r.list("phrasings", &a.Phrasings, ofSentences, nil)
	r.flag("public", &a.Public, false)
	r.list("organisations", &a.OrgIDs, ofNames, func(s string) string {
		if o := d.organisationNamed(r, "organisations", s); o != nil {
			return string(o.ID)
		}
		return ""
	})
}

// dated gives the article its date: the file's, or else now when something changed.
func (d *desk) dated(r row, a *article.Article) {
	at := a.UpdatedAt
	if text := r.value("updated_at"); text != "" {
		var ok bool
		if at, ok = dateOf(text); !ok {
			r.problem("updated_at", BadDate, "value", text)
			a.UpdatedAt = d.now // so that Check does not tell of it again
			return
		}
		r.differs("updated_at", text, !at.Equal(a.UpdatedAt))
	} else if r.into.what() != Unchanged {
		at = d.now
	}
	a.UpdatedAt = at
}
