package main_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"recado/channels/slack/slackfake"
)

// threads is a desk whose team works in Slack: a room with a thread for each ticket. The
// customers write mail.
type threads struct {
	*site
	slack *slackfake.Server
	team  *slackfake.Workspace
	room  *slackfake.Channel
	users map[string]*slackfake.User // of the team, by nick
}

func newThreads(t testing.TB, s settings, people ...person) *threads {
	t.Helper()
	d := newWorkspace(t)
	s.more = "    trust_senders: true\n" + s.more + d.section("undo: 0s")
	d.works(newSite(t, s, people...))
	return d
}

// newWorkspace is a Slack with nobody in it, before there is a desk.
func newWorkspace(t testing.TB) *threads {
	t.Helper()
	fake := slackfake.New(t)
	fake.SetPatience(time.Minute) // the machine may be full
	w := fake.Workspace("Aurora")
	return &threads{slack: fake, team: w, room: w.Channel("chamados", w.Bot()), users: map[string]*slackfake.User{}}
}

// section is the workspace in the configuration, with more of it.
func (d *threads) section(more string) string {
	return fmt.Sprintf("slack: [{workspace: %s, bot_token: %s, app_token: %s, api: %q, rooms: [{channel: %s}], %s}]\n",
		d.team.ID(), d.team.BotToken(), d.slack.AppToken(), d.slack.URL(), d.room.ID(), more)
}

// works installs a desk's app, and lets its team into the workspace.
func (d *threads) works(s *site) {
	d.site = s
	d.install()
	for i := range s.people {
		if p := &s.people[i]; p.team != "" {
			d.users[p.nick] = d.team.Member(p.name, p.address)
			d.room.Invite(d.users[p.nick])
		}
	}
}

// install makes the app what the program's own manifest says: it has no scope, event or
// command besides.
func (d *threads) install() {
	d.t.Helper()
	p := start(d.t, nil, "slack", "manifest", "-c", d.config)
	if code := p.ends(time.Minute); code != 0 {
		d.t.Fatalf("recado slack manifest ended with %d:\n%s", code, p.output())
	}
	if faults := d.team.Install(p.output()); len(faults) > 0 {
		d.t.Fatalf("Slack does not take the manifest: %q\n%s", faults, p.output())
	}
}

// serves starts the desk and waits until it reads its mail and hears Slack.
func (d *threads) serves() *program {
	d.t.Helper()
	p := d.serve()
	eventually(d.t, time.Minute, "it reads mail and hears Slack", func() bool {
		return p.running() && d.readBy(d.pages) && partUp(d.t, d.pages, "slack "+d.team.ID())
	})
	return p
}

// card waits for the card whose words hold this.
func (d *threads) card(words string) *slackfake.Message {
	d.t.Helper()
	return d.room.Await(func(m *slackfake.Message) bool { return isRoot(m) && strings.Contains(m.Words(), words) })
}

// isRoot reports whether a message begins a thread, or stands alone.
func isRoot(m *slackfake.Message) bool { return m.ThreadTS == "" || m.ThreadTS == m.TS }

// rests waits until everything that came in has ended, everything is said, and Slack has
// nothing more to bring.
func (d *threads) rests() {
	d.t.Helper()
	eventually(d.t, deliveryTime, "everything has ended and nothing is unsent", func() bool {
		return d.ledger.outcomes()[""] == 0 && d.ledger.unsent() == 0 && d.slack.Waiting() == 0
	})
}
