package article

import (
	"context"
	"errors"
)

// ErrNotFound is a Reader's answer to an unknown id.
var ErrNotFound = errors.New("article: not found")

// Reader finds articles, with the phrasings that were learned. It knows no rights:
// whoever asks checks VisibleTo.
type Reader interface {
	Article(ctx context.Context, id string) (Article, error)
	Articles(ctx context.Context) ([]Article, error)
}

// Writer stores them. SaveArticle replaces by ID; a person has one Feedback for an article, the last.
type Writer interface {
	SaveArticle(ctx context.Context, a Article) error
	SaveFeedback(ctx context.Context, f Feedback) error
	// Learn keeps words that led to an article which solved the matter. Words that are
	// known already are kept once; beyond MaxPhrasings the oldest that were learned go.
	Learn(ctx context.Context, l Learned) error
}
