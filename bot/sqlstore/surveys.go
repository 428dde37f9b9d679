package sqlstore

import (
	"context"
	"fmt"
	"time"

	"recado/core/directory"
	"recado/core/survey"
	"recado/core/ticket"
)

const surveyColumns = `id, version, kind, ticket, closing, person, agent, asked_at, expires, service, solution, score,
	answered_at, alerted_at, via, comment`

func scanSurvey(r row) (survey.Survey, error) {
	var s survey.Survey
	var asked, expires, answered, alerted int64
	var score int
	err := r.Scan(&s.ID, &s.Version, &s.Kind, &s.Ticket, &s.Closing, &s.Person, &s.Agent, &asked, &expires, &s.Service, &s.Solution, &score,
		&answered, &alerted, &s.Via, &s.Comment)
	s.AskedAt, s.Expires, s.Answered, s.Alerted = moment(asked), moment(expires), moment(answered), moment(alerted)
	if score >= 0 {
		s.Score = &score
	}
	return s, err
}

// Survey implements survey.Reader.
func (r *reader) Survey(ctx context.Context, id survey.ID) (survey.Survey, error) {
	return one(ctx, r.c, survey.ErrUnknown, scanSurvey, "select "+surveyColumns+" from survey where id = $1", string(id))
}

// OfClosing implements survey.Reader.
func (r *reader) OfClosing(ctx context.Context, t ticket.ID, closing int) (survey.Survey, error) {
	return one(ctx, r.c, survey.ErrUnknown, scanSurvey, "select "+surveyColumns+` from survey
		where ticket = $1 and closing = $2 and kind = 'csat'`, string(t), closing)
}

// Waiting implements survey.Reader.
func (r *reader) Waiting(ctx context.Context, p directory.PersonID, now time.Time) (survey.Survey, error) {
	return one(ctx, r.c, survey.ErrUnknown, scanSurvey, "select "+surveyColumns+` from survey
		where person = $1 and kind = 'csat' and expires >= $2 and (service = 0 or solution = 0)
		order by asked_at desc, id desc limit 1`, string(p), micros(now))
}

// LastNPS implements survey.Reader.
func (r *reader) LastNPS(ctx context.Context, p directory.PersonID) (survey.Survey, error) {
	return one(ctx, r.c, survey.ErrUnknown, scanSurvey, "select "+surveyColumns+` from survey
		where person = $1 and kind = 'nps' order by asked_at desc, id desc limit 1`, string(p))
}

// SaveSurvey implements survey.Writer.
func (t *tx) SaveSurvey(ctx context.Context, s *survey.Survey) error {
	score := -1
	if s.Score != nil {
		score = *s.Score
	}
	values := []any{
		string(s.ID), s.Version + 1, string(s.Kind), string(s.Ticket), s.Closing, string(s.Person), string(s.Agent),
		micros(s.AskedAt), micros(s.Expires), s.Service, s.Solution, score, micros(s.Answered), micros(s.Alerted), s.Via, s.Comment,
	}
	if err := t.save(ctx, "survey", surveyColumns, values, s.Version, survey.ErrStale); err != nil {
		return fmt.Errorf("save survey %s: %w", s.ID, err)
	}
	restoring(t, s)
	s.Version++
	return nil
}
