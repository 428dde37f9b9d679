package whatsapp

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"recado/core/message"
)

var starOptions = []message.Choice{{Value: "a", Label: "⭐⭐"}, {Value: "b", Label: "⭐"}}

// TestPollOut: it follows the words; the vote in it comes back by its label, a changed one
// too; the whole goes when the message is deleted.
func TestPollOut(t *testing.T) {
	l := newDesk(t)
	out := l.send(message.Outbound{Text: "Quantas estrelas?", Poll: &message.Poll{Name: "Estrelas", Options: starOptions}})
	if got := l.hears(out, 0).GetConversation(); got != out.Text {
		t.Errorf("the words are %q", got)
	}
	id := partID(out.ID, 1)
	asked := l.event(id)
	if p := asked.Message.GetPollCreationMessage(); p.GetName() != "Estrelas" || len(p.GetOptions()) != 2 || p.GetSelectableOptionsCount() != 1 {
		t.Fatalf("the poll is %v", p)
	}
	for i, label := range []string{"⭐", "⭐⭐"} {
		vote, err := l.ana.BuildPollVote(t.Context(), &asked.Info, []string{label})
		if err != nil {
			t.Fatal(err)
		}
		l.ana.Tell(l.account.Phone(), vote)
		l.sink.await(t, "a vote", func() bool { return len(l.sink.items) == i+1 })
		in := l.sink.items[i]
		if in.Kind != message.Press || !starOptions[1-i].Names(in.Choice) || in.Target.ID != partID(out.ID, 0) || in.Defect != message.Whole {
			t.Errorf("the vote for %s came as %+v", label, in)
		}
	}
	gone := l.send(message.Outbound{Kind: message.Deletion, Amends: &out})
	for i := range 2 {
		if target, _, kind := l.changed(gone, i); target != partID(out.ID, i) || kind != waE2E.ProtocolMessage_REVOKE {
			t.Errorf("part %d: %v of %s", i, kind, target)
		}
	}
}

// TestPollAgain: a message that is sent twice has one secret, so that a vote can be read
// whichever of the two arrived; others have others.
func TestPollAgain(t *testing.T) {
	l := newDesk(t)
	client, free, err := l.channel.connection(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer free()
	secret := func(id string) []byte {
		return pollMessage(client, &message.Poll{Name: "?", Options: starOptions}, id).GetMessageContextInfo().GetMessageSecret()
	}
	if first := secret("1"); len(first) != 32 || !bytes.Equal(first, secret("1")) || bytes.Equal(first, secret("2")) {
		t.Errorf("%x, %x, %x", first, secret("1"), secret("2"))
	}
}

func TestChoicePoll(t *testing.T) {
	t.Parallel()
	choices := func(labels ...string) (all []message.Choice) {
		for i, label := range labels {
			all = append(all, message.Choice{Value: fmt.Sprint(i), Label: label})
		}
		return all
	}
	many := make([]string, 13)
	for i := range many {
		many[i] = fmt.Sprint("opção ", i)
	}
	for name, tc := range map[string]struct {
		text    string
		choices []message.Choice
		want    string // the question; "" : no poll
	}{
		"a yes or no":       {"Separei um artigo.\n\n*Resolveu?*\n\n*1.* Sim\n*2.* Não", choices("Sim", "Não"), "Resolveu?"},
		"one choice":        {"Certo?\n\n*1.* Sim", choices("Sim"), ""},
		"too many":          {"Qual?", choices(many...), ""},
		"twice the same":    {"Qual?", choices("Fiscal", "Fiscal"), ""},
		"markup":            {"Qual?", choices("*2026-000001* · CT-e", "novo"), ""},
		"too long":          {"Qual?", choices(strings.Repeat("a", 101), "b"), ""},
		"no question":       {"\n*1.* Sim\n*2.* Não", choices("Sim", "Não"), ""},
		"too long question": {strings.Repeat("a", 256) + "\n\n*1.* a\n*2.* b", choices("a", "b"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := message.Outbound{Text: tc.text, Choices: tc.choices}
			c := &Channel{Options: Options{Polls: ChoicePolls}}
			poll := c.pollOf(out)
			if got := poll != nil; got != (tc.want != "") || got && (poll.Name != tc.want || len(poll.Options) != len(tc.choices)) {
				t.Errorf("got %+v", poll)
			}
			for _, never := range []Polls{StarPolls, NoPolls} {
				if c.Polls = never; c.pollOf(out) != nil {
					t.Errorf("a poll with %s", never)
				}
			}
		})
	}
}
