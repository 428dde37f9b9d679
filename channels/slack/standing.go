package slack

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"recado/core/message"
)

// circles are who belongs to the channel of agents and to the groups of supervisors, as
// Slack said lately.
type circles struct {
	mu    sync.Mutex
	known map[string]circle // by the id of a channel or a group
}

type circle struct {
	members map[string]bool
	read    time.Time
}

func (c *circles) get(id string) (circle, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, known := c.known[id]
	return found, known
}

func (c *circles) put(id string, one circle) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil {
		c.known = map[string]circle{}
	}
	c.known[id] = one
}

// changed has a circle read anew of which an event says that it is not as it was.
func (c *circles) changed(e node) {
	id := e.first("channel", "subteam_id")
	if id == "" {
		id = e.at("subteam").text("id")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if one, known := c.known[id]; known {
		one.read = time.Time{}
		c.known = maps.Clone(c.known)
		c.known[id] = one
	}
}

// standing is what somebody is in the team. Guests, people of other workspaces and
// machines are nothing in it, wherever they are members.
func (c *Channel) standing(ctx context.Context, who profile) (message.Standing, error) {
	if who.doubt != "" {
		return message.NoStanding, nil
	}
	for _, group := range c.Supervisors {
		in, err := c.belongs(ctx, group, who.id, groupMembers)
		switch {
		case err != nil:
			return message.NoStanding, err
		case in:
			return message.AsSupervisor, nil
		}
	}
	if c.AgentsIn == "" {
		return message.NoStanding, nil
	}
	if in, err := c.belongs(ctx, c.AgentsIn, who.id, channelMembers); err != nil || !in {
		return message.NoStanding, err
	}
	return message.AsAgent, nil
}

// belongs reports whether somebody is of a circle. While Slack does not answer, its older
// word holds.
func (c *Channel) belongs(ctx context.Context, id, user string, read func(context.Context, *slackgo.Client, string) ([]string, error)) (bool, error) {
	old, known := c.circle.get(id)
	if known && c.Clock().Sub(old.read) < freshFor {
		return old.members[user], nil
	}
	var all []string
	err := c.call(ctx, "members", id, func(api *slackgo.Client) (err error) {
		all, err = read(ctx, api, id)
		return err
	})
	switch {
	case err == nil:
		one := circle{members: map[string]bool{}, read: c.Clock()}
		for _, member := range all {
			one.members[member] = true
		}
		c.circle.put(id, one)
		return one.members[user], nil
	case known:
		c.Log.Info("who belongs to a circle could not be read anew", "id", id, "error", err)
		return old.members[user], nil
	}
	return false, fmt.Errorf("reading who belongs to %s: %w", id, err)
}

func groupMembers(ctx context.Context, api *slackgo.Client, id string) ([]string, error) {
	return api.GetUserGroupMembersContext(ctx, id)
}

// mostPages of 1,000 members each are read.
const mostPages = 20

func channelMembers(ctx context.Context, api *slackgo.Client, id string) (all []string, err error) {
	cursor := ""
	for range mostPages {
		page, next, err := api.GetUsersInConversationContext(ctx, &slackgo.GetUsersInConversationParameters{ChannelID: id, Cursor: cursor, Limit: 1000})
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if cursor = next; cursor == "" {
			break
		}
	}
	return all, nil
}
