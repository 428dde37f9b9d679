// Package survey asks people what they think: CSAT in two dimensions when a ticket
// is closed (E1), NPS now and then (E3).
//
// Promises: one survey for each closing of a ticket, answered at most once for
// each dimension, and the person's last word inside the window wins; an answer is
// recognised only when it is nothing but an answer, so that a request is never
// swallowed (peers.md 44). It sends and stores nothing.
package survey

import (
	"context"
	"errors"
	"time"

	"recado/core/directory"
	"recado/core/ticket"
)

// ID is a UUIDv7.
type ID string

// Kind of survey.
type Kind string

// Kinds.
const (
	CSAT Kind = "csat" // 1 to 5 stars for the service (agent) and for the solution (system)
	NPS  Kind = "nps"  // 0 to 10
)

// Survey is one asking. Zero stars are no answer yet.
type Survey struct {
	ID       ID
	Kind     Kind
	Ticket   ticket.ID // of a CSAT
	Closing  int       // of that ticket: Ticket.Closings when it was asked
	Person   directory.PersonID
	Agent    directory.PersonID
	AskedAt  time.Time
	Expires  time.Time
	Service  int  // stars
	Solution int  // stars
	Score    *int // NPS
	Comment  string
	Answered time.Time // last change by the person; zero: none
	Via      string    // channel of the answer
	Alerted  time.Time // when the management team was told (E2)
	Version  int64
}

// Stars is an answer: zero leaves a dimension as it is.
type Stars struct {
	Service, Solution int
	Comment           string
}

// MostStars is the best rating; the worst is 1.
const MostStars = 5

// Errors of Rate.
var (
	ErrExpired = errors.New("survey: the time to answer is over")
	ErrRange   = errors.New("survey: stars go from 1 to 5")
	ErrStale   = errors.New("survey: changed meanwhile")
	ErrUnknown = errors.New("survey: not found")
)

// Rate records an answer. It may be given again until Expires: the last one wins.
func (s *Survey) Rate(a Stars, via string, now time.Time) error {
	if now.After(s.Expires) {
		return ErrExpired
	}
	for _, n := range []int{a.Service, a.Solution} {
		if n < 0 || n > MostStars {
			return ErrRange
		}
	}
	if a.Service > 0 {
		s.Service = a.Service
	}
	if a.Solution > 0 {
		s.Solution = a.Solution
	}
	if a.Comment != "" {
		s.Comment = a.Comment
	}
	s.Answered, s.Via = now, via
	return nil
}

// Withdraw ends a survey for which nobody was asked, as if its time had been over at once.
func (s *Survey) Withdraw() { s.Expires = s.AskedAt.Add(-time.Microsecond) }

// Open reports whether the survey can still be answered.
func (s *Survey) Open(now time.Time) bool { return !now.After(s.Expires) }

// Low reports whether the management team should follow it up (E2).
func (s *Survey) Low() bool {
	return s.Service > 0 && s.Service <= 2 || s.Solution > 0 && s.Solution <= 2
}

// Reader finds surveys.
type Reader interface {
	Survey(ctx context.Context, id ID) (Survey, error)
	// OfClosing finds the CSAT of a ticket's closing.
	OfClosing(ctx context.Context, t ticket.ID, closing int) (Survey, error)
	// Waiting finds the person's latest CSAT that is not expired and lacks stars
	// in at least one dimension; ErrUnknown when there is none.
	Waiting(ctx context.Context, p directory.PersonID, now time.Time) (Survey, error)
	// LastNPS finds the person's latest NPS; ErrUnknown when never asked.
	LastNPS(ctx context.Context, p directory.PersonID) (Survey, error)
}

// Writer stores them: Version 0 inserts, and a second one for a closing is ErrStale.
type Writer interface {
	SaveSurvey(ctx context.Context, s *Survey) error
}
