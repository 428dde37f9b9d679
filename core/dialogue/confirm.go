package dialogue

import (
	"strconv"
	"strings"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
)

// namedAt are the mails that the code sent at a time speaks of: what was held of late
// in that name, latest menuSize of them, oldest first. What had an end by then is left
// out, so that the numbers in the mail mean the same when it is answered.
func (s *scene) namedAt(sent time.Time, limit int) ([]Held, error) {
	all, err := s.r.HeldFrom(s.ctx, s.in.From, sent.Add(-stale), sent, limit)
	var named []Held
	for _, h := range all {
		if h.State == HeldWaiting || h.EndedAt.After(sent) {
			named = append(named, h)
		}
	}
	return named, err
}

// namedNow is namedAt of this moment; what this turn holds is not stored yet.
func (s *scene) namedNow() ([]Held, error) {
	named, err := s.namedAt(s.now, max(menuSize-len(s.plan.Held), 0))
	return append(named, s.plan.Held...), err
}

// numberedSubjects lists mails, as the code mail shows them.
func (s *scene) numberedSubjects(all []Held) string {
	lines := make([]string, len(all))
	for i, h := range all {
		lines[i] = "*" + strconv.Itoa(i+1) + ".* " + s.heldSubject(h) + " (" + s.when(h.At) + ")"
	}
	return strings.Join(lines, "\n")
}

// confirmed is what a right code lets go. In a chat the upstream vouches for all that was
// said there. By mail it is what the code mail named: all of it, or the numbers beside
// the code. Nil: a number that was not offered; that is said, and nothing goes.
func (s *scene) confirmed(c directory.Challenge, code string) ([]Held, error) {
	beside := s.plan.Held // what this turn says besides
	if s.chat() {
		all, err := s.r.HeldFrom(s.ctx, s.in.From, s.now.Add(-heldFor), s.now, mostReleased)
		return append(append([]Held{}, all...), beside...), err
	}
	named, err := s.namedAt(c.SentAt, menuSize)
	if err != nil {
		return nil, err
	}
	picked := append([]Held{}, named...)
	if numbers := s.numbersBeside(code); len(numbers) > 0 && len(named) > 1 {
		picked = picked[:0]
		for _, n := range numbers {
			if n < 1 || n > len(named) {
				s.say("access.code-which", notice.Data{"Number": n, "Most": len(named)})
				s.outcome(message.Talked, "the code, and a mail that it does not name", nil)
				return nil, nil
			}
			picked = append(picked, named[n-1])
		}
	}
	return append(picked, beside...), nil
}

// mostReleased bounds what one code lets go in one transaction.
const mostReleased = 500

// numbersBeside are the numbers that stand with a code, when there is little else.
func (s *scene) numbersBeside(code string) (all []int) {
	if s.saysMore(code) {
		return nil
	}
	seen := map[int]bool{}
	for word := range strings.FieldsSeq(fold(codeInText.ReplaceAllString(s.in.Text, " "))) {
		if n, err := strconv.Atoi(word); err == nil && !seen[n] {
			seen[n] = true
			all = append(all, n)
		}
	}
	return all
}
