package dialogue

import (
	"regexp"
	"slices"

	"recado/core/message"
	"recado/core/ticket"
)

// What in an agent's words was surely not meant for the customer, though they do not
// begin as a note does: a later line that does, and our own notice to the team, which a
// mail program quoted in a way that was not recognised.
var (
	noteInside = regexp.MustCompile(`(?im)^[\s\p{Z}\p{Cf}*_>]*(//|🔒|nota (interna|privada)\b|(internal|private) note\b)`)
	ourNotice  = regexp.MustCompile(`(?m)^[>\s]*———\s*\n[>\s]*⚠️`)
	forwarded  = regexp.MustCompile(`(?i)^\s*(fwd?|enc|rv)\s*:`)
)

// doubtful reports whether words for a ticket may be meant for the team alone. What is
// forwarded to the desk was written to somebody else.
func (s *scene) doubtful(text string) bool {
	return noteInside.MatchString(text) || ourNotice.MatchString(text) || s.passesOn() || !s.chat() && forwarded.MatchString(s.in.Subject)
}

// passesOn reports a mail that was passed on in the words themselves. One that is
// attached was chosen for the customer.
func (s *scene) passesOn() bool {
	return !s.in.Forward.IsZero() && !slices.ContainsFunc(s.in.Attachments, func(a message.Attachment) bool { return a.MediaType == "message/rfc822" })
}

// keptBack keeps doubtful words as a note, and says so: sending them again is easy,
// calling them back is not (rule 8).
func (s *scene) keptBack(t *ticket.Ticket, said ticket.Said) error {
	if err := t.Note(s.who, said, s.now); err != nil {
		return s.refused(err)
	}
	s.rest()
	s.change(t)
	s.sayOf(t, "team.kept", nil)
	s.outcome(message.Added, "kept as a note: perhaps not for the customer", t)
	return nil
}
