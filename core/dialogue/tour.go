package dialogue

import (
	"strconv"
	"strings"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
)

// tourStops are the texts of the guided tour, in order (A9).
var tourStops = []string{"tour.words", "tour.articles", "tour.follow", "tour.finish"}

// stepInvited is before the first stop; later steps are how many were shown.
const stepInvited = "invited"

// newcomer reports whether this is somebody's first contact: nobody wrote from here
// before, or it was proved within a day. The tour is offered to them once.
func (s *scene) newcomer() bool {
	if !s.chat() || !s.who.TourAt.IsZero() {
		return false
	}
	al, _ := s.who.Alias(s.in.From)
	return s.first || al.VerifiedBy == directory.ByCode && s.now.Sub(al.VerifiedAt) < 24*time.Hour
}

// inviteToTour greets a newcomer and offers the tour. Who came with a matter is not
// held up by it: "tour" asks for it at any time.
func (s *scene) inviteToTour() {
	s.who.TourAt = s.now
	s.savePerson(s.who)
	s.question(topicTour, stepInvited, "tour.offer", notice.Data{"Name": s.who.First()},
		s.choice(valYes, "choice.tour"), s.choice(valNo, "choice.not-now"))
	s.outcome(message.Talked, "offered the tour", nil)
}

// tour shows it at a person's word: stop by stop in a chat, as a whole by mail.
func (s *scene) tour() {
	s.rest()
	if s.who.TourAt.IsZero() {
		s.who.TourAt = s.now
		s.savePerson(s.who)
	}
	if s.chat() {
		s.tourStop(0)
		return
	}
	all := make([]string, len(tourStops))
	for i, key := range tourStops {
		all[i] = s.e.Catalogue.Word(s.lang(), key)
	}
	s.say("tour.mail", notice.Data{"Text": strings.Join(all, "\n\n")})
	s.outcome(message.Talked, "the whole tour", nil)
}

// tourStop shows the n-th stop; after the last one nothing is asked any more.
func (s *scene) tourStop(n int) {
	if n == len(tourStops)-1 {
		s.rest()
		s.say(tourStops[n], nil)
	} else {
		s.question(topicTour, strconv.Itoa(n+1), tourStops[n], nil, s.choice(valYes, "choice.go-on"), s.choice(valNo, "choice.stop"))
	}
	s.outcome(message.Talked, "the tour, stop "+strconv.Itoa(n+1), nil)
}

// tourAnswered goes on, or stops. Other words end the tour and are taken as they are.
func (s *scene) tourAnswered() (bool, error) {
	c, ok := choose(s.in.Text, s.session.Choices)
	switch {
	case ok && c.Value == valYes, !ok && isYes(s.in.Text):
		next, _ := strconv.Atoi(s.session.Step) // stepInvited is before the first
		s.tourStop(min(next, len(tourStops)-1))
		return true, nil
	case ok, isNo(s.in.Text):
		s.rest()
		s.say("tour.stopped", notice.Data{"Name": s.who.First()})
		s.outcome(message.Talked, "the tour was stopped", nil)
		return true, nil
	}
	return false, nil
}
