package main

import (
	"cmp"
	"strings"

	"recado/channels/email/reply"
)

// evalForwardsCmd scores who is found to have written a mail that was passed on.
type evalForwardsCmd struct{ evalInput }

// forwardExample is a mail, and whom and what it passes on. Its id begins with the
// program that wrote it, as in "gmail_pt_br_body".
type forwardExample struct {
	ID, Lang, Subject, Text string
	Expected                struct {
		Forwarded bool    `json:"forwarded"`
		From      *string `json:"original_from"` // nil when the mail does not say it
		Name      *string `json:"original_from_name"`
		Subject   *string `json:"original_subject"`
	}
}

const (
	forwardExact  = "exact"
	forwardMissed = "missed" // a forward was not seen
	forwardFalse  = "false"  // a reply was taken for one
	forwardWrong  = "wrong"  // seen, but sender or subject is another
)

// Run prints the score.
func (c *evalForwardsCmd) Run(std Streams) error {
	rows, err := examples[forwardExample](c.Path)
	if err != nil {
		return err
	}
	return scoreForwards(rows).print(std.Out, c.evalInput)
}

func scoreForwards(rows []forwardExample) *scores {
	s := newScores(forwardExact, forwardMissed, forwardFalse, forwardWrong)
	for _, r := range rows {
		f, found := reply.Forwarded(r.Subject, r.Text)
		hit := forwardExact
		switch {
		case found && !r.Expected.Forwarded:
			hit = forwardFalse
		case !found && r.Expected.Forwarded:
			hit = forwardMissed
		case found && !r.agrees(f):
			hit = forwardWrong
		}
		if hit != forwardExact {
			s.miss(r.ID, "%s: %+v", hit, f)
		}
		s.add([]string{hit}, scoreGroup{"language", cmp.Or(r.Lang, "?")}, scoreGroup{"program", r.program()})
	}
	return s
}

// agrees compares what is expected of the original mail, where something is.
func (r forwardExample) agrees(f reply.Forward) bool {
	same := func(want *string, got string) bool {
		return want == nil || strings.EqualFold(collapse(*want), collapse(got))
	}
	return same(r.Expected.From, f.Address) && same(r.Expected.Name, f.Name) && same(r.Expected.Subject, f.Subject)
}

// program is what wrote the mail, out of its id.
func (r forwardExample) program() string {
	id := r.ID[strings.LastIndex(r.ID, "/")+1:]
	for _, end := range []string{"_body", "_" + r.Lang} {
		id, _, _ = strings.Cut(id, end)
	}
	return cmp.Or(id, "?")
}
