package main_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"recado/channels/slack/slackfake"
)

// TestSlackStorm has the team write in several threads while every socket drops twenty
// times, Slack limits and fails calls, loses acknowledgements, and brings events twice and
// out of order: nothing is lost, doubled, or shown to the wrong side.
func TestSlackStorm(t *testing.T) {
	t.Parallel()
	people := []person{{nick: "bia", name: "Bia Campos", team: "agent"}, {nick: "caio", name: "Caio Reis", team: "agent"}}
	const customers, rounds = 3, 20
	for i := range customers {
		people = append(people, person{nick: fmt.Sprint("c", i), name: fmt.Sprintf("Cliente %c", 'A'+i)})
	}
	d := newThreads(t, settings{}, people...)
	d.serves()
	random := rand.New(rand.NewPCG(seed, 2))
	s := &slackStorm{threads: d, notes: map[string]*slackfake.Message{}, answers: map[string]*slackfake.Message{}}
	for i := range customers {
		c := d.person(fmt.Sprint("c", i))
		subject := "Relatório " + c.nick
		c.writes(draft{subject: subject, text: "Não abre o de " + c.nick, header: []string{c.vouched()}})
		s.cards = append(s.cards, d.card(subject))
	}
	for method, times := range map[string]int{"chat.postMessage": 4, "chat.update": 4, "reactions.add": 4, "reactions.remove": 2, "chat.postEphemeral": 2} {
		d.slack.Break(method, times, slackfake.Limited(1))
	}
	d.slack.Break("reactions.add", 1, slackfake.CutAfter)
	for round := range rounds {
		who := []*slackfake.User{d.users["bia"], d.users["caio"]}[random.IntN(2)]
		to := random.IntN(customers)
		switch random.IntN(3) {
		case 0:
			d.slack.DuplicateEvents(1)
		case 1:
			d.slack.LoseAcknowledgements(1)
		case 2:
			d.slack.ReorderEvents(2)
		}
		if random.IntN(2) == 0 {
			text := fmt.Sprintf("interno %d sobre c%d", round, to)
			s.notes[text] = who.Replies(s.cards[to], text)
		} else {
			text := fmt.Sprintf("resposta %d para c%d.", round, to)
			s.answers[text] = who.Replies(s.cards[to], ">> "+text)
		}
		d.slack.DropSpared()
		d.slack.AwaitSockets(2)
	}
	d.slack.ReorderEvents(0)
	d.slack.LoseAcknowledgements(0)
	d.slack.DropSpared() // what was lost on its way comes again at once
	s.ends(t, customers)
}

// slackStorm is what was said in it.
type slackStorm struct {
	*threads
	cards          []*slackfake.Message
	notes, answers map[string]*slackfake.Message
}

func (s *slackStorm) ends(t *testing.T, customers int) {
	for _, m := range s.notes {
		m.AwaitReaction("🔒")
	}
	for _, m := range s.answers {
		m.AwaitReaction("✅")
	}
	s.rests()
	if n := s.ledger.number("select count(*) from inbox where channel = 'slack'"); n != len(s.notes)+len(s.answers) {
		t.Errorf("%d items came from Slack, of %d", n, len(s.notes)+len(s.answers))
	}
	got := map[string]int{}
	for i := range customers {
		c := s.person(fmt.Sprint("c", i))
		var ids []string
		for _, l := range c.letters() {
			if strings.Contains(l.text, "interno") {
				t.Errorf("an internal word reached %s: %q", c.nick, l.text)
			}
			if slices.Contains(ids, l.id()) {
				continue // a repeat of the same letter
			}
			ids = append(ids, l.id())
			for text := range s.answers {
				if !strings.Contains(l.text, text) {
					continue
				}
				got[text]++
				if !strings.Contains(text, "para "+c.nick+".") {
					t.Errorf("%s got %q", c.nick, text)
				}
			}
		}
		for _, m := range s.cards[i].Replies() {
			if m.User == s.team.Bot() && strings.Contains(m.Text, "Não abre") && !strings.Contains(m.Text, "o de "+c.nick) {
				t.Errorf("in the thread of %s stands %q", c.nick, m.Text)
			}
		}
	}
	for text := range s.answers {
		if got[text] != 1 {
			t.Errorf("%q reached its customer %d times", text, got[text])
		}
	}
	if odd := s.slack.Disobeyed(); len(odd) > 0 {
		t.Errorf("called too early: %q", odd)
	}
	if lost := s.slack.Lost(); len(lost) > 0 {
		t.Errorf("Slack gave up on %q", lost)
	}
	t.Logf("%d notes, %d answers; %d calls, %d of them limited; %d sockets were opened", len(s.notes), len(s.answers), len(s.slack.Calls("")),
		s.slack.Limited(), len(s.slack.Calls("apps.connections.open")))
}
