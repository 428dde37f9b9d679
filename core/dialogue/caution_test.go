package dialogue

import (
	"strings"
	"testing"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// What a scanner did not see, or stopped, is said to the team in the ticket and in the
// notice about it, and to nobody else.
func TestCautious(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*message.Inbound)
		says   string
	}{
		"an unscanned file": {func(in *message.Inbound) { in.Attachments = []message.Attachment{{Name: "a.pdf", Unscanned: true}} }, "não viu os anexos"},
		"a file refused": {func(in *message.Inbound) {
			in.Original, in.Refused = message.Seal("d"), []message.Refusal{{Name: "a.exe", Why: message.Infected}}
		}, "barrou um anexo"},
		"the mail alone":     {func(in *message.Inbound) { in.Original = message.Seal("d") }, "fora dos anexos"},
		"nothing":            {func(in *message.Inbound) { in.Original = "d"; in.Attachments = []message.Attachment{{Name: "a.pdf"}} }, ""},
		"too large, no more": {func(in *message.Inbound) { in.Refused = []message.Refusal{{Name: "a.mp4", Why: message.TooLarge}} }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := bounceScene(t, posted{}, "")
			s.in = message.Inbound{Key: message.Key{Channel: message.Email}}
			tc.change(&s.in)
			s.change(s.thread)
			s.outcome(message.Added, "", s.thread)
			s.plan.Says = []Say{{Key: "notice.added.team", Language: "pt-BR", Data: notice.Data{"Caution": ""}}, {Key: "notice.added.participant", Data: notice.Data{}}}
			s.cautious()
			told, _ := s.plan.Says[0].Data["Caution"].(string)
			if !strings.Contains(told, tc.says) || (told == "") != (tc.says == "") || s.plan.Says[1].Data["Caution"] != nil {
				t.Errorf("told %q, want %q", told, tc.says)
			}
			news := s.thread.News()
			if noted := len(news) == 1 && news[0].Kind == ticket.Note && news[0].Text == told; noted != (tc.says != "") {
				t.Errorf("in the ticket: %+v", news)
			}
		})
	}
}
