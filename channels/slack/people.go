package slack

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"recado/core/message"
)

// profile is what Slack says of somebody.
type profile struct {
	id, team    string
	name, email string
	doubt       message.Doubt // why they are no full member of the workspace
	read        time.Time
}

// people are the profiles that were read lately.
type people struct {
	mu    sync.Mutex
	most  int
	known recent[string, profile]
}

const (
	mostPeople = 4096
	freshFor   = 10 * time.Minute
)

func (p *people) get(id string) (profile, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known.get(id)
}

func (p *people) put(who profile) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known.most = p.most
	p.known.put(who.id, who)
}

// changed forgets who an event says is not as they were.
func (p *people) changed(e node) {
	id := or(e.text("user"), e.at("user").text("id"))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known.drop(id)
}

// profile is what is known of a user. While Slack does not answer, an older word of it
// holds.
func (c *Channel) profile(ctx context.Context, id, team string) (profile, error) {
	old, known := c.people.get(id)
	if known && c.Clock().Sub(old.read) < freshFor {
		return old, nil
	}
	who, err := c.readProfile(ctx, id, team)
	switch {
	case err == nil:
		c.people.put(who)
		return who, nil
	case known:
		c.Log.Info("a profile could not be read anew", "user", id, "error", err)
		return old, nil
	}
	return profile{id: id, team: or(team, c.Workspace)}, err
}

func (c *Channel) readProfile(ctx context.Context, id, team string) (profile, error) {
	api, err := c.api(ctx)
	if err != nil {
		return profile{}, err
	}
	u, err := api.GetUserInfoContext(ctx, id)
	if said := code(err); said == "user_not_found" || said == "user_not_visible" {
		return profile{id: id, team: or(team, c.Workspace), doubt: "slack: not visible", read: c.Clock()}, nil
	}
	if err != nil {
		return profile{}, fmt.Errorf("reading who %s is: %w", id, err)
	}
	who := profile{id: id, team: or(u.TeamID, or(team, c.Workspace)), read: c.Clock()}
	who.name = or(u.Profile.DisplayName, or(u.Profile.RealName, or(u.RealName, u.Name)))
	if who.doubt = doubtOf(c.Workspace, u); who.doubt == "" && u.IsEmailConfirmed {
		who.email = strings.ToLower(strings.TrimSpace(u.Profile.Email))
	}
	return who, nil
}

// doubtOf is why somebody is not a full member of the workspace; empty: they are one.
// Only of those Slack's word is that their own administrators know them.
func doubtOf(workspace string, u *slackgo.User) message.Doubt {
	switch {
	case u.IsBot, u.ID == slackbot:
		return "slack: an app"
	case u.Deleted:
		return "slack: deactivated"
	case u.IsStranger, u.TeamID != "" && u.TeamID != workspace && u.Enterprise.EnterpriseID == "":
		return ofOthers
	case u.IsRestricted, u.IsUltraRestricted:
		return aGuest
	}
	return ""
}

// Doubts about people whose account is theirs all the same: Slack says who acts, and the
// desk may have registered just that account.
const (
	ofOthers message.Doubt = "slack: of another workspace"
	aGuest   message.Doubt = "slack: a guest"
)

// sign says in an item who did it.
func (p profile) sign(workspace string, in *message.Inbound) {
	in.From, in.FromName = address(p.team, p.id), p.name
	in.Doubt = p.doubt
	switch p.doubt {
	case "":
		in.Proof = message.ByUpstream
	case ofOthers, aGuest:
		in.Proof = message.AsGuest
	default:
		in.Proof = message.Unproved
	}
	if p.email != "" {
		in.Also = []message.Address{{Channel: message.Email, ID: p.email}}
	}
	if in.Room.IsZero() {
		in.Conversation = message.ConversationWith(workspace, in.From)
	}
}

// known is the address by which the desk may know them: their e-mail, where the profile
// vouches for it.
func (p profile) known(workspace string) message.Address {
	if p.email != "" {
		return message.Address{Channel: message.Email, ID: p.email}
	}
	return address(or(p.team, workspace), p.id)
}
