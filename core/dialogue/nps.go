package dialogue

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/survey"
)

// stepScore asks for 0 to 10; stepOffer and stepComment follow it, as after stars.
const stepScore = "score"

// askNPS asks how likely they are to recommend us (E3), at the end of a matter: the
// first one, then when three months have passed. Nobody is written to for it, and an
// asking without an answer counts: it is not repeated.
func (s *scene) askNPS() error {
	if !s.chat() || s.who.OnTeam() {
		return nil
	}
	last, asked, err := known(s.r.LastNPS(s.ctx, s.who.ID))
	if err != nil || asked && !survey.NPSDue(last, s.now) {
		return err
	}
	sv := survey.Survey{
		ID: survey.ID(uuid.Must(uuid.NewV7()).String()), Kind: survey.NPS, Person: s.who.ID,
		AskedAt: s.now, Expires: s.now.Add(s.e.SurveyTTL),
	}
	s.plan.Surveys = append(s.plan.Surveys, sv)
	s.question(topicNPS, stepScore, "nps.score", nil)
	s.session.Survey = sv.ID
	return nil
}

// scored is 0 to 10 and nothing else: "8", "nota 9", "10/10", "dou um 7".
var scored = regexp.MustCompile(`^(?:(?:eu )?(?:dou|daria|i d give it|i give it|le doy|doy) )?(?:um |uma |a |an |un |una )?(?:nota |score )?` +
	`(\d{1,2})(?: (?:de|of|out of|sobre) 10| 10)?$`)

// npsAnswered takes the score, then a comment if they want to leave one. Words that are
// no score are no answer, and are taken as they are.
func (s *scene) npsAnswered() (bool, error) {
	sv, found, err := known(s.r.Survey(s.ctx, s.session.Survey))
	if err != nil || !found || len(s.in.Attachments) > 0 {
		return false, err
	}
	c, ok := choose(s.in.Text, s.session.Choices)
	switch s.session.Step {
	case stepScore:
		return s.npsScored(&sv)
	case stepComment:
		return true, s.npsGiven(&sv, *sv.Score, strings.TrimSpace(s.in.Text))
	}
	switch {
	case ok && c.Value == valYes, !ok && isYes(s.in.Text):
		s.question(topicNPS, stepComment, "rate.comment", nil)
		s.session.Survey = sv.ID
		s.outcome(message.Talked, "asked: comment", nil)
		return true, nil
	case ok, isNo(s.in.Text):
		s.rest()
		s.say("rate.thanks", notice.Data{"Name": s.who.First()})
		s.outcome(message.Talked, "no comment", nil)
		return true, nil
	}
	return false, nil
}

// npsScored reads the number. A number beyond ten is asked about once more.
func (s *scene) npsScored(sv *survey.Survey) (bool, error) {
	m := scored.FindStringSubmatch(fold(s.in.Text))
	if m == nil || minus.MatchString(s.in.Text) {
		return false, nil
	}
	n, _ := strconv.Atoi(m[1])
	if n <= survey.MostNPS {
		return true, s.npsGiven(sv, n, "")
	}
	if s.session.Asked > 0 {
		return false, nil
	}
	s.question(topicNPS, stepScore, "nps.score", nil)
	s.session.Survey = sv.ID
	s.outcome(message.Talked, "a score outside 0 to 10", nil)
	return true, nil
}

// npsGiven records a score or its comment, and tells the supervisors at once (E2).
func (s *scene) npsGiven(sv *survey.Survey, score int, comment string) error {
	if err := sv.Recommend(score, comment, string(s.in.Key.Channel), s.now); err != nil {
		return s.notRated(err)
	}
	sv.Alerted = s.now
	s.plan.Surveys = append(s.plan.Surveys, *sv)
	s.rest()
	s.outcome(message.Rated, "NPS", nil)
	if comment == "" {
		s.question(topicNPS, stepOffer, "rate.offer", notice.Data{"Name": s.who.First()},
			s.choice(valYes, "choice.comment"), s.choice(valNo, "choice.no-thanks"))
		s.session.Survey = sv.ID
	} else {
		s.say("rate.thanks", notice.Data{"Name": s.who.First()})
	}
	team, err := s.r.Team(s.ctx)
	if err != nil {
		return err
	}
	for _, p := range team {
		if p.Team != directory.Supervisor {
			continue
		}
		for _, to := range p.Reach() {
			s.plan.Says = append(s.plan.Says, Say{To: to, Language: notice.Language(p.Language), Key: "notice.nps",
				Data: notice.Data{"By": s.who.Name, "Score": score, "Comment": comment}})
		}
	}
	return nil
}
