package slack

import (
	"testing"

	"recado/channels/slack/slackfake"
	"recado/core/message"
)

func TestStandings(t *testing.T) {
	d := newDesk(t)
	rui, gil := d.work.Member("Rui", "rui@recado.example"), d.work.Guest("Gil", "gil@recado.example")
	d.room.Invite(rui, gil)
	team := d.work.Channel("equipe", d.bia, gil, d.work.Bot())
	bosses := d.work.Group("chefes", rui, gil)
	d.c = d.channel(func(o *Options) { o.AgentsIn, o.Supervisors, o.Sockets = team.ID(), []string{bosses.ID()}, 1 })
	d.run()
	n := 0
	expect := func(who *slackfake.User, want message.Standing, when string) {
		t.Helper()
		who.Says(d.room, when)
		n++
		if in := d.hear(n); in.Standing != want {
			t.Errorf("%s, %s: %q, want %q", who.Name(), when, in.Standing, want)
		}
	}
	expect(d.bia, message.AsAgent, "as a member of the channel")
	expect(rui, message.AsSupervisor, "as one of the group")
	expect(gil, message.NoStanding, "as a guest in both")
	if calls := len(d.fake.Calls("conversations.members")) + len(d.fake.Calls("usergroups.users.list")); calls != 2 {
		t.Errorf("asked %d times", calls)
	}
	team.Remove(d.bia)
	bosses.SetMembers(d.bia)
	d.fake.AwaitSettled()
	expect(d.bia, message.AsSupervisor, "since she was promoted")
	expect(rui, message.NoStanding, "since he was not")
	d.fake.Break("usergroups.users.list", 1, slackfake.Status(503))
	bosses.SetMembers()
	d.fake.AwaitSettled()
	expect(d.bia, message.AsSupervisor, "while Slack is away: as it was said last")
}
