package sqlstore

import (
	"context"
	"fmt"

	"recado/core/article"
)

const articleColumns = "id, title, url, language, product, system, module, public, orgs, updated_at, phrasings, body"

func scanArticle(r row) (article.Article, error) {
	var a article.Article
	var orgs, phrasings string
	var updated int64
	err := r.Scan(&a.ID, &a.Title, &a.URL, &a.Language, &a.Product, &a.System, &a.Module, &a.Public, &orgs, &updated, &phrasings, &a.Body)
	if err != nil {
		return a, err
	}
	a.UpdatedAt = moment(updated)
	if err := unpack(orgs, &a.OrgIDs); err != nil {
		return a, err
	}
	return a, unpack(phrasings, &a.Phrasings)
}

// Article implements article.Reader.
func (r *reader) Article(ctx context.Context, id string) (article.Article, error) {
	a, err := one(ctx, r.c, article.ErrNotFound, scanArticle, "select "+articleColumns+" from article where id = $1", id)
	if err != nil {
		return a, err
	}
	learned, err := list(ctx, r.c, scanLearned, "select "+learnedColumns+" from article_learned where article = $1 order by at, words", id)
	return withLearned(a, learned), err
}

// Articles implements article.Reader, in the order of their ids.
func (r *reader) Articles(ctx context.Context) ([]article.Article, error) {
	all, err := list(ctx, r.c, scanArticle, "select "+articleColumns+" from article order by id")
	if err != nil {
		return nil, err
	}
	learned, err := list(ctx, r.c, scanLearned, "select "+learnedColumns+" from article_learned order by article, at, words")
	if err != nil {
		return nil, err
	}
	of := map[string][]article.Learned{}
	for _, l := range learned {
		of[l.ArticleID] = append(of[l.ArticleID], l)
	}
	for i, a := range all {
		all[i] = withLearned(a, of[a.ID])
	}
	return all, nil
}

const learnedColumns = "article, person, at, text"

func scanLearned(r row) (article.Learned, error) {
	var l article.Learned
	var at int64
	err := r.Scan(&l.ArticleID, &l.PersonID, &at, &l.Text)
	l.At = moment(at)
	return l, err
}

func withLearned(a article.Article, learned []article.Learned) article.Article {
	for _, l := range learned {
		a, _ = a.WithPhrasing(l.Text)
	}
	return a
}

// Learn implements article.Writer.
func (t *tx) Learn(ctx context.Context, l article.Learned) error {
	if l.Words() == "" {
		return nil
	}
	_, err := t.c.exec(ctx, `insert into article_learned (article, words, person, at, text) values ($1, $2, $3, $4, $5)
		on conflict (article, words) do update set at = excluded.at`, l.ArticleID, l.Words(), l.PersonID, micros(l.At), l.Text)
	if err == nil {
		_, err = t.c.exec(ctx, `delete from article_learned where article = $1 and at < (select at from article_learned
			where article = $1 order by at desc limit 1 offset $2)`, l.ArticleID, article.MaxPhrasings-1)
	}
	if err != nil {
		return fmt.Errorf("learn a phrasing of article %s: %w", l.ArticleID, err)
	}
	return nil
}

// SaveArticle implements article.Writer.
func (t *tx) SaveArticle(ctx context.Context, a article.Article) error {
	_, err := t.c.exec(ctx, "insert into article ("+articleColumns+") values ("+places(12)+`)
		on conflict (id) do update set title = excluded.title, url = excluded.url, language = excluded.language,
		product = excluded.product, system = excluded.system, module = excluded.module, public = excluded.public,
		orgs = excluded.orgs, updated_at = excluded.updated_at, phrasings = excluded.phrasings, body = excluded.body`,
		a.ID, a.Title, a.URL, a.Language, a.Product, a.System, a.Module, bit(a.Public), packedList(a.OrgIDs),
		micros(a.UpdatedAt), packedList(a.Phrasings), a.Body)
	if err != nil {
		return fmt.Errorf("save article %s: %w", a.ID, err)
	}
	return nil
}

// SaveFeedback implements article.Writer.
func (t *tx) SaveFeedback(ctx context.Context, f article.Feedback) error {
	_, err := t.c.exec(ctx, `insert into article_feedback (article, person, helpful, missing, at) values ($1, $2, $3, $4, $5)
		on conflict (article, person) do update set helpful = excluded.helpful, missing = excluded.missing, at = excluded.at`,
		f.ArticleID, f.PersonID, bit(f.Helpful), f.Missing, micros(f.At))
	if err != nil {
		return fmt.Errorf("save feedback on article %s: %w", f.ArticleID, err)
	}
	return nil
}
