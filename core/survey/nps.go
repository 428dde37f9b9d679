package survey

import "time"

// MostNPS is the best score of an NPS; the worst is 0.
const MostNPS = 10

// NPSDue reports whether a person may be asked again: three months after the last
// asking, answered or not (E3). Who was never asked always may.
func NPSDue(last Survey, now time.Time) bool { return !now.Before(last.AskedAt.AddDate(0, 3, 0)) }

// Recommend records the answer to an NPS. It may be given again until Expires; an empty
// comment leaves the one that is there.
func (s *Survey) Recommend(score int, comment, via string, now time.Time) error {
	switch {
	case now.After(s.Expires):
		return ErrExpired
	case score < 0 || score > MostNPS:
		return ErrRange
	}
	s.Score = &score
	if comment != "" {
		s.Comment = comment
	}
	s.Answered, s.Via = now, via
	return nil
}
