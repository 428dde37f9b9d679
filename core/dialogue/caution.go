package dialogue

import (
	"slices"
	"strings"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// cautious tells the team, in the ticket and in what they hear of it, that a scanner did
// not see a file, or found something in the mail itself. The customer learns of refused
// files where they are refused (B3); of the rest there is nothing for them to do.
func (s *scene) cautious() {
	key := s.cautionKey()
	if key == "" {
		return
	}
	for i := range s.plan.Says {
		if say := &s.plan.Says[i]; strings.HasSuffix(say.Key, "."+string(notice.Agent)) {
			say.Data["Caution"] = s.e.Catalogue.Word(say.Language, key)
		}
	}
	if t := s.plan.About; t != nil && slices.Contains(s.plan.Tickets, t) {
		t.RemarkMachine("", ticket.Said{At: s.now, Text: s.e.Catalogue.Word(s.e.Desk.Language, key), Via: s.in.Key.Channel}, s.now)
	}
}

// cautionKey is the key of what to beware of; "" when there is nothing.
func (s *scene) cautionKey() string {
	refused := slices.ContainsFunc(s.in.Refused, func(r message.Refusal) bool { return r.Why == message.Infected || r.Why == message.Unscanned })
	switch {
	case slices.ContainsFunc(s.in.Attachments, func(a message.Attachment) bool { return a.Unscanned }):
		return "caution.unscanned"
	case message.IsSealed(s.in.Original) && refused:
		return "caution.file"
	case message.IsSealed(s.in.Original):
		return "caution.mail"
	}
	return ""
}
