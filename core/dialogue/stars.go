package dialogue

import (
	"errors"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/survey"
	"recado/core/ticket"
)

// Steps of a rating (E1).
const (
	stepService  = "service"
	stepSolution = "solution"
	stepOffer    = "offer"   // a comment?
	stepComment  = "comment" // the comment itself
)

// RatePurpose is what rating links are signed for.
const RatePurpose = "rate"

// newSurvey asks about a closing, once.
func (s *scene) newSurvey(t *ticket.Ticket) survey.Survey {
	sv := survey.Survey{
		ID: survey.ID(uuid.Must(uuid.NewV7()).String()), Kind: survey.CSAT, Ticket: t.ID, Closing: t.Closings,
		Person: t.Requester, Agent: t.Agent, AskedAt: s.now, Expires: s.now.Add(s.e.SurveyTTL),
	}
	s.plan.Surveys = append(s.plan.Surveys, sv)
	return sv
}

// asksNoMore ends the survey of the last closing, which was called back before anybody was
// asked.
func (s *scene) asksNoMore(t *ticket.Ticket) error {
	sv, found, err := known(s.r.OfClosing(s.ctx, t.ID, t.Closings))
	if found {
		sv.Withdraw()
		s.plan.Surveys = append(s.plan.Surveys, sv)
	}
	return err
}

func (s *scene) rateLink(id survey.ID) *message.Link {
	return &message.Link{Purpose: RatePurpose, Subject: string(id), Label: s.e.Catalogue.Word(s.lang(), "rate.link")}
}

// askStars asks in the chat where the ticket was just closed.
func (s *scene) askStars(t *ticket.Ticket, id survey.ID) {
	s.askDimension(t, id, stepService)
}

// askDimension asks for stars, and remembers for which survey.
func (s *scene) askDimension(t *ticket.Ticket, id survey.ID, step string) {
	say := s.question(topicStars, step, dimensions[step].ask, nil)
	say.Ticket, say.Poll = t, s.starPoll(say.To, say.Language, id, step)
	s.session.Survey = id
}

// rated takes bare stars as a rating when one was asked for after the last
// question of this conversation; anything else is not a rating (peers.md 44).
func (s *scene) rated() (bool, error) {
	if s.session.Topic == topicStars || len(s.in.Attachments) > 0 {
		return false, nil
	}
	first, second, ok := survey.Parse(s.in.Text)
	outside := !ok && s.session.Topic == "" && bareChoice.MatchString(s.in.Text)
	if !ok && !outside {
		return false, nil
	}
	sv, found, err := known(s.r.Waiting(s.ctx, s.who.ID, s.now))
	if err != nil || !found {
		return false, err
	}
	if outside {
		return true, s.askStarsAgain(&sv)
	}
	_, chosen := choose(s.in.Text, s.session.Choices)
	if (chosen || s.session.Topic == topicNPS) && !sv.AskedAt.After(s.previous.At) {
		return false, nil // the number answers the last question
	}
	return true, s.starsGiven(&sv, first, second)
}

// starsAnswered goes on with a rating in the chat. Words that are no stars are no
// rating: the rating waits, and they are taken as they are.
func (s *scene) starsAnswered() (bool, error) {
	sv, found, err := known(s.r.Survey(s.ctx, s.session.Survey))
	if err != nil || !found {
		return false, err
	}
	if len(s.in.Attachments) > 0 {
		return false, nil // a rating has no files: this is about something else
	}
	switch s.session.Step {
	case stepOffer:
		c, ok := choose(s.in.Text, s.session.Choices)
		if ok && c.Value == valYes || !ok && isYes(s.in.Text) {
			s.question(topicStars, stepComment, "rate.comment", nil)
			s.session.Survey = sv.ID
			s.outcome(message.Talked, "asked: comment", nil)
			return true, nil
		}
		if ok || isNo(s.in.Text) {
			s.rest()
			s.say("rate.thanks", notice.Data{"Name": s.who.First()})
			s.outcome(message.Talked, "no comment", nil)
			return true, s.askNPS()
		}
		return false, nil
	case stepComment:
		return true, s.commented(&sv)
	}
	first, second, ok := survey.Parse(s.in.Text)
	switch {
	case ok:
		return true, s.starsGiven(&sv, first, second)
	case bareChoice.MatchString(s.in.Text) && s.session.Asked == 0:
		return true, s.askStarsAgain(&sv)
	}
	return false, nil
}

// askStarsAgain repeats how far stars go to whom gave ten.
func (s *scene) askStarsAgain(sv *survey.Survey) error {
	t, err := s.r.Ticket(s.ctx, sv.Ticket)
	if err != nil {
		return err
	}
	step := stepService
	if sv.Service > 0 {
		step = stepSolution
	}
	s.askDimension(t, sv.ID, step)
	s.outcome(message.Talked, "stars outside 1 to 5", t)
	return nil
}

// starsGiven records stars and asks for what is missing.
func (s *scene) starsGiven(sv *survey.Survey, first, second int) error {
	stars := survey.Stars{Service: first, Solution: second}
	if second == 0 && sv.Service > 0 && (sv.Solution == 0 || s.session.Step == stepSolution) {
		stars = survey.Stars{Solution: first}
	}
	if err := sv.Rate(stars, string(s.in.Key.Channel), s.now); err != nil {
		return s.notRated(err)
	}
	t, err := s.r.Ticket(s.ctx, sv.Ticket)
	if err != nil {
		return err
	}
	s.outcome(message.Rated, "", t)
	return s.askRest(sv, t)
}

// askRest goes on after stars: for the solution, then for a comment.
func (s *scene) askRest(sv *survey.Survey, t *ticket.Ticket) error {
	s.rest()
	if sv.Solution == 0 {
		s.plan.Surveys = append(s.plan.Surveys, *sv)
		s.askDimension(t, sv.ID, stepSolution)
		return nil
	}
	if err := s.alertRating(sv, t); err != nil {
		return err
	}
	if s.chat() {
		s.question(topicStars, stepOffer, "rate.offer", notice.Data{"Name": s.who.First()},
			s.choice(valYes, "choice.comment"), s.choice(valNo, "choice.no-thanks"))
		s.session.Survey = sv.ID
		return nil
	}
	s.say("rate.thanks", notice.Data{"Name": s.who.First()})
	return nil
}

// commented records the comment that was asked for.
func (s *scene) commented(sv *survey.Survey) error {
	if err := sv.Rate(survey.Stars{Comment: strings.TrimSpace(s.in.Text)}, string(s.in.Key.Channel), s.now); err != nil {
		return s.notRated(err)
	}
	t, err := s.r.Ticket(s.ctx, sv.Ticket)
	if err != nil {
		return err
	}
	s.rest()
	s.say("rate.thanks", notice.Data{"Name": s.who.First()})
	s.outcome(message.Rated, "a comment", t)
	if err := s.askNPS(); err != nil {
		return err
	}
	return s.alertRating(sv, t)
}

func (s *scene) notRated(err error) error {
	if !errors.Is(err, survey.ErrExpired) && !errors.Is(err, survey.ErrRange) {
		return err
	}
	s.rest()
	s.say("rate.expired", nil)
	s.outcome(message.Ignored, err.Error(), nil)
	return nil
}

// alertRating stores the rating and tells the supervisors at once (E2).
func (s *scene) alertRating(sv *survey.Survey, t *ticket.Ticket) error {
	sv.Alerted = s.now
	s.plan.Surveys = append(s.plan.Surveys, *sv)
	by, err := s.person(sv.Person)
	if err != nil {
		return err
	}
	team, err := s.r.Team(s.ctx)
	if err != nil {
		return err
	}
	key := "notice.rated"
	if sv.Low() {
		key = "notice.rated-low"
	}
	data := notice.Data{"By": by.Name, "Service": stars(sv.Service), "Solution": stars(sv.Solution), "Comment": sv.Comment}
	if say := s.toManagement(key, data); say != nil { // then nobody is told of it again
		say.Ticket = t
		room, _, err := s.r.Room(s.ctx, t.ID)
		say.Points = room.Card
		return err
	}
	for _, p := range team {
		if p.Team != directory.Supervisor {
			continue
		}
		for _, to := range p.Reach() {
			s.plan.Says = append(s.plan.Says, Say{To: to, Language: notice.Language(p.Language), Key: key, Ticket: t, Data: data})
		}
	}
	return nil
}

// ratedOnPage takes what the signed page posted. The channel verified the link; the
// survey is the one it was signed for.
func (s *scene) ratedOnPage() error {
	sv, found, err := known(s.r.Survey(s.ctx, survey.ID(s.in.From.ID)))
	if err != nil {
		return err
	}
	if !found || s.in.Proof != message.ByToken {
		s.outcome(message.Ignored, "no such survey", nil)
		return nil
	}
	service, _ := strconv.Atoi(s.in.Form["service"])
	solution, _ := strconv.Atoi(s.in.Form["solution"])
	given := survey.Stars{Service: service, Solution: solution, Comment: strings.TrimSpace(s.in.Form["comment"])}
	before := survey.Stars{Service: sv.Service, Solution: sv.Solution, Comment: sv.Comment}
	if err := sv.Rate(given, string(message.Web), s.now); err != nil {
		s.outcome(message.Ignored, err.Error(), nil)
		return nil
	}
	if before == (survey.Stars{Service: sv.Service, Solution: sv.Solution, Comment: sv.Comment}) {
		s.outcome(message.Ignored, "the same rating again", nil) // a page can be posted again and again
		return nil
	}
	t, err := s.r.Ticket(s.ctx, sv.Ticket)
	if err != nil {
		return err
	}
	s.outcome(message.Rated, "on the page", t)
	return s.alertRating(&sv, t)
}

func stars(n int) string {
	if n == 0 {
		return "–"
	}
	return strings.Repeat("★", n) + strings.Repeat("☆", 5-n)
}
