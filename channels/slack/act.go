package slack

import (
	"context"
	"errors"

	"recado/core/message"
)

// act is one thing that somebody did, taken apart and not completed: whom Slack only
// names by an id, which thread it belongs to, and what is in its files is asked for
// afterwards, in its conversation's turn.
type act struct {
	passed string // why it is none of the desk's; nothing else is set then

	in    message.Inbound
	user  string // who did it, by id; empty: nobody who can be named
	team  string // theirs, as far as the payload says
	place spot   // what it is about or is itself, if that stands anywhere
	root  string // ts of the thread that it belongs to; empty: not told
	seek  bool   // the thread is to be asked for
	words bool   // Text is to be what stands at place
	by    string // who wrote what stands at place, by id, where that is told
	said  string // in Slack's markup, becomes Text
	emoji map[string]string
	files []node
}

func pass(why string) act { return act{passed: why} }

// receive takes one payload apart, while ctx, which is Run's, lasts. ack is called when
// what it holds was taken, which is never when it could not be.
func (c *Channel) receive(ctx context.Context, kind string, payload []byte, ack func()) {
	n, err := parseNode(payload)
	if err != nil {
		c.passed.Count("unreadable")
		c.Log.Warn("Slack sent what cannot be read", "kind", kind, "bytes", len(payload), "error", err)
		ack() // it would come again as it is
		return
	}
	at := c.whose(n)
	at.take(ctx, at.decode(kind, n), ack)
}

// whose is the channel of the workspace in which something happened: ours, unless another
// one of the same app is named.
func (c *Channel) whose(n node) *Channel {
	for _, team := range []string{n.teamOfEvent(), n.text("team_id"), n.at("team").text("id")} {
		for _, other := range c.others {
			if team == other.Workspace {
				return other
			}
		}
		if team != "" {
			break
		}
	}
	return c
}

// teamOfEvent is the workspace for which an event is delivered.
func (n node) teamOfEvent() string {
	for _, a := range n.list("authorizations") {
		return a.text("team_id")
	}
	return ""
}

// The kinds of payload, as Socket Mode names them.
const (
	ofEvents       = "events_api"
	ofInteractions = "interactive"
	ofCommands     = "slash_commands"
)

// decode is what a payload says, whatever it looks like.
func (c *Channel) decode(kind string, n node) act {
	switch kind {
	case ofEvents:
		return c.event(n)
	case ofInteractions:
		return c.interaction(n)
	case ofCommands:
		return c.command(n)
	}
	return pass("unknown")
}

// begin is what all acts have: whose, where, when. id tells it apart for ever.
func (c *Channel) begin(kind message.Kind, id, user, team, channel, ts string) act {
	now := c.Clock().UTC()
	a := act{user: user, team: team}
	a.in = message.Inbound{
		Key: message.Key{Channel: message.Slack, Account: c.Workspace, ID: id}, Kind: kind, SentAt: moment(ts), ReceivedAt: now,
	}
	if a.in.SentAt.IsZero() {
		a.in.SentAt = now
	}
	if channel != "" && !isDirect(channel) {
		a.in.Room = address(c.Workspace, channel)
	}
	return a
}

// settle names the conversation: a thread's of a room, or that with a person.
func (a *act) settle(workspace string) {
	a.in.Conversation = message.ConversationWith(workspace, address(workspace, a.user))
	if a.in.Room.IsZero() || a.root == "" {
		return
	}
	_, channel, _ := parts(a.in.Room)
	thread := spot{channel, a.root}
	a.in.Conversation = "slack/" + workspace + "/" + thread.String()
	if thread != a.place || a.in.Kind != message.Text {
		a.in.Thread.Refs = []string{thread.String()}
	}
}

// event is one of the Events API.
func (c *Channel) event(n node) act {
	e := n.at("event")
	switch kind := e.text("type"); kind {
	case "message":
		return c.message(e)
	case "reaction_added", "reaction_removed":
		return c.reaction(e)
	case "app_home_opened":
		if e.text("tab") != "home" {
			return pass("messages tab")
		}
		return c.arrived(n, e)
	case "user_change", "team_join", "subteam_updated", "subteam_members_changed", "subteam_created", "member_joined_channel", "member_left_channel":
		c.people.changed(e)
		c.circle.changed(e)
		return pass("people")
	case "tokens_revoked", "app_uninstalled":
		c.state.unreached(errUninstalled)
		return pass("uninstalled")
	case "app_mention":
		return pass("mention") // the message comes by itself
	default:
		return pass("unknown")
	}
}

var errUninstalled = errors.New("the app was taken out of the workspace: install it again, and configure the new token")

// arrived is somebody who opened the desk's page.
func (c *Channel) arrived(n, e node) act {
	if e.text("user") == "" {
		return pass("blank")
	}
	a := c.begin(message.Arrived, "event/"+n.first("event_id")+"/"+e.text("event_ts"), e.text("user"), "", "", e.text("event_ts"))
	a.settle(c.Workspace)
	return a
}
