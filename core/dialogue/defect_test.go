package dialogue

import (
	"testing"

	"recado/core/message"
)

// The original of a mail that cannot be read goes to the team alone, and only where it
// fits into a mail.
func TestOriginalGoesToTheTeamAlone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		size int64
		want int
	}{"fits": {1000, 1}, "too large for a mail": {message.MaxFileSize + 1, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &scene{
				in:   message.Inbound{Defect: message.Encrypted, Original: "digest", OriginalSize: tc.size},
				plan: &Plan{Says: []Say{{Key: "notice.opened.team"}, {Key: "notice.opened.participant"}, {Key: "opened.mail"}}},
			}
			s.attachOriginal()
			if got := s.plan.Says[0].Attachments; len(got) != tc.want || tc.want == 1 && (got[0].Digest != "digest" || got[0].Size != tc.size) {
				t.Errorf("the team got %v", got)
			}
			for _, say := range s.plan.Says[1:] {
				if len(say.Attachments) > 0 {
					t.Errorf("%s got %v", say.Key, say.Attachments)
				}
			}
		})
	}
}
