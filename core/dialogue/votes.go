package dialogue

import (
	"errors"
	"strconv"
	"strings"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/survey"
)

// dimensions are what stars are given for: the texts that ask, head a poll, and name it.
var dimensions = map[string]struct{ ask, poll, name string }{
	stepService:  {"rate.service", "rate.poll-service", "rate.service-word"},
	stepSolution: {"rate.solution", "rate.poll-solution", "rate.solution-word"},
}

// A poll for stars names its survey and dimension in each option, so that a vote counts
// for what it was cast in, whenever it comes and however often it is changed.
const pollValue = "stars"

// vote is one cast in a poll for stars.
type vote struct {
	survey survey.ID
	step   string // stepService or stepSolution
	stars  int
}

// starPoll is the poll beside a question for stars; nil on channels without polls.
func (s *scene) starPoll(to message.Address, language string, id survey.ID, step string) *message.Poll {
	if to.Channel != message.WhatsApp {
		return nil
	}
	poll := &message.Poll{Name: s.e.Catalogue.Word(language, dimensions[step].poll)}
	for n := survey.MostStars; n > 0; n-- {
		value := strings.Join([]string{pollValue, string(id), step, strconv.Itoa(n)}, " ")
		poll.Options = append(poll.Options, message.Choice{Value: value, Label: strings.Repeat("⭐", n)})
	}
	return poll
}

// votedIn finds what was voted for in a poll for stars; false when it is none.
func votedIn(poll *message.Poll, chosen func(message.Choice) bool) (vote, bool) {
	if poll == nil {
		return vote{}, false
	}
	for _, option := range poll.Options {
		parts := strings.Fields(option.Value)
		if !chosen(option) || len(parts) != 4 || parts[0] != pollValue {
			continue
		}
		n, err := strconv.Atoi(parts[3])
		return vote{survey.ID(parts[1]), parts[2], n}, err == nil
	}
	return vote{}, false
}

// voted records a vote. The first in a dimension is an answer like any other, and goes on
// to the next question; a changed one changes the rating, and disturbs nothing.
func (s *scene) voted(v vote) error {
	sv, found, err := known(s.r.Survey(s.ctx, v.survey))
	if err != nil {
		return err
	}
	if !found || sv.Person != s.who.ID {
		s.outcome(message.Ignored, "a vote in somebody else's poll", nil)
		return nil
	}
	had, given := sv.Service, survey.Stars{Service: v.stars}
	if v.step == stepSolution {
		had, given = sv.Solution, survey.Stars{Solution: v.stars}
	}
	if had == v.stars {
		s.outcome(message.Ignored, "the same vote again", nil)
		return nil
	}
	switch err := sv.Rate(given, string(s.in.Key.Channel), s.now); {
	case errors.Is(err, survey.ErrExpired):
		s.say("rate.expired", nil)
		s.outcome(message.Ignored, err.Error(), nil)
		return nil
	case err != nil:
		return err
	}
	t, err := s.r.Ticket(s.ctx, sv.Ticket)
	if err != nil {
		return err
	}
	s.outcome(message.Rated, "by a vote", t)
	if had == 0 && (s.session.Topic == "" || s.session.Topic == topicStars && s.session.Survey == sv.ID) {
		return s.askRest(&sv, t)
	}
	s.sayOf(t, "rate.changed", notice.Data{"Dimension": s.e.Catalogue.Word(s.lang(), dimensions[v.step].name), "Stars": stars(v.stars)})
	if sv.Service > 0 && sv.Solution > 0 {
		return s.alertRating(&sv, t)
	}
	s.plan.Surveys = append(s.plan.Surveys, sv)
	return nil
}
