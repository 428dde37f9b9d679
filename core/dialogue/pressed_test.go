package dialogue

import (
	"context"
	"crypto/sha256"
	"testing"

	"recado/core/message"
)

// sentBefore knows one message that was posted.
type sentBefore struct {
	Reader
	id  string
	out message.Outbound
}

func (r sentBefore) SentAs(_ context.Context, ids []string) (Sent, bool, error) {
	return Sent{Out: r.out}, ids[0] == r.id, nil
}

// A vote names the label; what was not asked, or is not asked any more, answers nothing.
func TestPressed(t *testing.T) {
	t.Parallel()
	vote := func(label string) string {
		sum := sha256.Sum256([]byte(label))
		return message.ByLabelDigest(sum[:])
	}
	solved := []message.Choice{{Value: "yes", Label: "Resolveu"}, {Value: "no", Label: "Não resolveu"}}
	stars := []message.Choice{{Value: "5", Label: "⭐⭐⭐⭐⭐"}, {Value: "4", Label: "⭐⭐⭐⭐"}}
	for name, tc := range map[string]struct {
		asked, sent    []message.Choice
		choice, text   string
		want           string
		counts, noPoll bool
	}{
		"a vote":                          {asked: solved, sent: solved, choice: vote("Não resolveu"), want: "no", counts: true},
		"a button":                        {asked: solved, sent: solved, choice: "yes", want: "yes", counts: true},
		"a vote in an old poll":           {sent: solved, choice: vote("Resolveu")},
		"a vote while something else is":  {asked: stars[:1], sent: solved, choice: vote("Resolveu")},
		"stars, long after":               {asked: solved, sent: stars, choice: vote("⭐⭐⭐⭐"), want: "4", counts: true},
		"a label that nobody offered":     {asked: solved, sent: solved, choice: vote("Talvez")},
		"a button of somebody else's":     {choice: "x1", text: "Quero o boleto", want: "Quero o boleto", counts: true, noPoll: true},
		"a button that bears no words":    {choice: "x1", want: "x1", counts: true, noPoll: true},
		"an old button of ours, by value": {sent: solved, choice: "yes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &scene{ctx: t.Context(), plan: &Plan{}, r: sentBefore{id: "poll", out: message.Outbound{Choices: tc.sent}}}
			s.session.Choices = tc.asked
			s.in = message.Inbound{Kind: message.Press, Choice: tc.choice, Text: tc.text, Target: message.Key{Channel: message.WhatsApp, ID: "poll"}}
			if tc.noPoll {
				s.in.Target = message.Key{}
			}
			counts, err := s.pressed()
			if err != nil || counts != tc.counts || counts && s.in.Text != tc.want {
				t.Errorf("got %q, %t, %v", s.in.Text, counts, err)
			}
			if !counts && s.plan.Outcome.Code != message.Ignored {
				t.Errorf("it ends as %+v", s.plan.Outcome)
			}
		})
	}
}
