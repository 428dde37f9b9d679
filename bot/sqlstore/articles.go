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
	return one(ctx, r.c, article.ErrNotFound, scanArticle, "select "+articleColumns+" from article where id = $1", id)
}

// Articles implements article.Reader, in the order of their ids.
func (r *reader) Articles(ctx context.Context) ([]article.Article, error) {
	return list(ctx, r.c, scanArticle, "select "+articleColumns+" from article order by id")
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
