package dialogue

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"recado/core/article"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

// solvedID begins the ids of solved tickets that others may find (C8); after it comes
// the ticket's.
const solvedID = "solved:"

// SolvedArticle is the id of a ticket among the articles.
func SolvedArticle(id ticket.ID) string { return solvedID + string(id) }

// Figures of a shared solution.
const (
	solutionFrom  = 3  // the team's last messages, of which the longest tells how it was solved
	leastSolution = 30 // characters; less tells nobody anything
	solutionTurns = 20 // messages that are looked at for them
)

// Solution makes an article of a solved ticket, for people of other organisations
// (C8): its subject, and what the team wrote last, without names, addresses and
// numbers. False: it may not be shown, or says too little. It may when its
// organisation shares and is active, the ticket is closed, neither private nor merged,
// and was not rated badly. trade reports words of the trade (see article.Anonymous).
func Solution(ctx context.Context, r Reader, id ticket.ID, trade func(word string) bool) (article.Article, bool, error) {
	t, found, err := known(r.Ticket(ctx, id))
	if !found || err != nil || t.Status != ticket.Closed || t.Private || t.MergedInto != "" {
		return article.Article{}, false, err
	}
	org, found, err := known(r.Organisation(ctx, t.Org))
	if !found || err != nil || !org.Shares || !org.Active {
		return article.Article{}, false, err
	}
	rated, found, err := known(r.OfClosing(ctx, t.ID, t.Closings))
	if err != nil || found && rated.Low() {
		return article.Article{}, false, err
	}
	said, err := r.Latest(ctx, id, solutionTurns)
	if err != nil {
		return article.Article{}, false, err
	}
	names, err := namesAround(ctx, r, org, t)
	if err != nil {
		return article.Article{}, false, err
	}
	body := article.Anonymous(solutionOf(said), names, trade)
	title := article.Anonymous(t.Subject, names, trade)
	if utf8.RuneCountInString(body) < leastSolution || title == "" {
		return article.Article{}, false, nil
	}
	return article.Article{
		ID: SolvedArticle(id), Title: ticket.Shorten(title, article.MaxTitle), Body: body, Public: true, UpdatedAt: t.UpdatedAt,
		Product: t.About.Product, System: t.About.System, Module: t.About.Module, Within: org.NoAssistant,
	}, true, nil
}

// solutionOf is the longest of the last few things that the team said.
func solutionOf(said []ticket.Entry) string {
	best, left := "", solutionFrom
	for _, e := range slices.Backward(said) {
		if e.Side != ticket.Team || e.Kind != ticket.Message || !e.DeletedAt.IsZero() || left == 0 {
			continue
		}
		left--
		if len(e.Text) > len(best) {
			best = e.Text
		}
	}
	return best
}

// namesAround are those that may stand in a ticket: of the organisation, its people,
// and the team.
func namesAround(ctx context.Context, r Reader, org directory.Organisation, t *ticket.Ticket) ([]string, error) {
	names := []string{org.Name, org.Executive, t.Contact}
	members, err := r.Members(ctx, org.ID)
	if err != nil {
		return nil, err
	}
	team, err := r.Team(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range slices.Concat(members, team) {
		names = append(names, p.Name)
	}
	who, found, err := known(r.Person(ctx, t.Requester)) // who may have left
	if found {
		names = append(names, who.Name)
	}
	return names, err
}

// solution finds a solved ticket of another organisation as an article; nil when there
// is none to show this person.
func (s *scene) solution(id string) (*article.Article, error) {
	of := ticket.ID(strings.TrimPrefix(id, solvedID))
	t, found, err := known(s.r.Ticket(s.ctx, of))
	if !found || err != nil || slices.Contains(s.who.Orgs(), t.Org) {
		return nil, err
	}
	a, may, err := Solution(s.ctx, s.r, of, s.e.Known)
	if !may || err != nil {
		return nil, err
	}
	return &a, nil
}

// offerKey says what is offered: an article, or how somebody else's matter was solved.
func offerKey(a *article.Article) string {
	if strings.HasPrefix(a.ID, solvedID) {
		return "article.shared"
	}
	return "article.offer"
}

// mostLearned is how long a phrasing may be that is learned from a reader: a longer one
// tells a story.
const mostLearned = 160

// learn keeps the words that led to an article which solved the matter, so that who
// asks in the same words finds it sooner (A3). The first words are those: what was said
// later answers something.
func (s *scene) learn(d *Draft) error {
	if len(d.Said) == 0 || len(d.Offered) == 0 {
		return nil
	}
	id := d.Offered[len(d.Offered)-1]
	text := strings.Join(strings.Fields(article.Anonymous(d.Said[0].Text, []string{s.who.Name, s.org.Name}, s.e.Known)), " ")
	if strings.HasPrefix(id, solvedID) || text == "" || utf8.RuneCountInString(text) > mostLearned {
		return nil
	}
	_, found, err := known(s.r.Article(s.ctx, id))
	if found {
		s.plan.Learned = append(s.plan.Learned, article.Learned{ArticleID: id, PersonID: string(s.who.ID), Text: text, At: s.now})
	}
	return err
}

// askWhatWasMissing keeps the question open that stands below "your ticket is open":
// what the article lacked (E4). Nothing has to be answered, so nothing is swallowed.
func (s *scene) askWhatWasMissing(offered []string) {
	s.session.Topic, s.session.Draft = topicMissing, &Draft{Offered: offered}
}

// missingTold takes what an article lacked. The words go into the ticket too, as all
// words do after it was opened: they tell of the matter.
func (s *scene) missingTold() (bool, error) {
	d := s.session.Draft
	text := strings.TrimSpace(s.in.Text)
	if d == nil || text == "" || s.in.Kind != message.Text || isThanks(text) || isYes(text) || isNo(text) || bareChoice.MatchString(text) {
		return false, nil
	}
	for _, id := range d.Offered {
		s.plan.Feedback = append(s.plan.Feedback, article.Feedback{
			ArticleID: id, PersonID: string(s.who.ID), Missing: ticket.Shorten(text, article.MaxMissing), At: s.now,
		})
	}
	return false, nil
}
