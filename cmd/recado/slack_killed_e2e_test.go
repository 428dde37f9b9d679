package main_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"recado/channels/slack/slackfake"
)

// slackDesk is a site whose team is in Slack.
func slackDesk(t *testing.T, people ...person) (*site, *slackfake.Server, *slackfake.Workspace, *slackfake.Channel) {
	t.Helper()
	fake := slackfake.New(t)
	fake.SetPatience(20 * time.Second)
	w := fake.Workspace("Aurora")
	room := w.Channel("chamados", w.Bot())
	d := newSite(t, settings{more: fmt.Sprintf("slack:\n  - {workspace: %s, bot_token: %s, app_token: %s, api: %q, rooms: [{channel: %s}]}\n",
		w.ID(), w.BotToken(), fake.AppToken(), fake.URL(), room.ID())}, people...)
	return d, fake, w, room
}

// The program is killed again and again while somebody of the team writes: between an
// envelope and its acknowledgement among other moments. Every line is in the inbox, once.
func TestSlackKilled(t *testing.T) {
	t.Parallel()
	d, fake, w, room := slackDesk(t, person{nick: "bia", name: "Bia Campos", team: "agent"})
	bia := w.Member("Bia Campos", d.person("bia").address)
	room.Invite(bia)
	root := w.Bot().Says(room, "chamado")
	const kills, lines = 4, 8
	var want []string
	for kill := range kills + 1 {
		p := d.serve()
		fake.AwaitSockets(2)
		for i := range lines {
			want = append(want, fmt.Sprintf("linha %d.%d", kill, i))
			bia.Replies(root, want[len(want)-1])
			if kill < kills && i == lines/2 {
				time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
				p.kill()
				<-p.gone
			}
		}
	}
	fake.AwaitSettled()
	heard := func() []string {
		return d.ledger.words(`select json_extract(item, '$.text') from inbox where channel = 'slack' order by seq`)
	}
	late := time.Now().Add(20 * time.Second)
	for len(heard()) < len(want) && time.Now().Before(late) {
		time.Sleep(50 * time.Millisecond)
	}
	got := heard()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d lines are in, of %d:\n%q", len(got), len(want), got)
	}
	eventually(t, 20*time.Second, "every line has an outcome", func() bool {
		return d.ledger.number(`select count(*) from inbox where channel = 'slack' and outcome <> ''`) == len(want)
	})
}
