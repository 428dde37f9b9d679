package slack

import (
	"context"
	"slices"
	"strings"

	slackgo "github.com/slack-go/slack"
)

// Found is what Look sees of a workspace.
type Found struct {
	Team, App string   // their names
	Scopes    []string // that the token has; nil: Slack did not say
	Places    []Place  // the rooms, in the order asked for
	Groups    []Place  // the user groups
}

// Place is a channel or a user group.
type Place struct {
	ID, Name string
	Trouble  string // in words; empty: none
}

// Look tries a workspace once, without changing anything: whether the tokens are good,
// what they permit, and whether the app is in its rooms. Its errors are for the person
// who runs the desk.
func Look(ctx context.Context, o Options, groups []string) (Found, error) {
	c, err := New(o)
	if err != nil {
		return Found{}, err
	}
	var f Found
	err = c.try(ctx, func(api *slackgo.Client) error {
		me, err := api.AuthTestContext(ctx)
		if err != nil {
			return err
		}
		f.Team, f.App = me.Team, me.User
		if given := me.Header.Get("X-Oauth-Scopes"); given != "" {
			f.Scopes = strings.FieldsFunc(given, func(r rune) bool { return r == ',' || r == ' ' })
		}
		if me.TeamID != c.Workspace && me.EnterpriseID != c.Workspace {
			return &wrongWorkspaceError{is: me.TeamID, name: me.Team, want: c.Workspace}
		}
		return nil
	})
	if err != nil {
		return f, &wordedError{inWords(err), err}
	}
	if c.AppToken != "" {
		if _, _, err := c.appAPI().StartSocketModeContext(ctx); err != nil {
			return f, &wordedError{"Socket Mode: " + inWords(err), err}
		}
	}
	for _, id := range c.Rooms {
		f.Places = append(f.Places, c.lookAt(ctx, id))
	}
	for _, id := range groups {
		f.Groups = append(f.Groups, c.lookAtGroup(ctx, id))
	}
	return f, nil
}

func (c *Channel) lookAt(ctx context.Context, id string) Place {
	p := Place{ID: id}
	err := c.try(ctx, func(api *slackgo.Client) error {
		info, err := api.GetConversationInfoContext(ctx, &slackgo.GetConversationInfoInput{ChannelID: id})
		if err != nil {
			return err
		}
		p.Name = info.Name
		switch {
		case info.IsArchived:
			p.Trouble = "it is archived"
		case !info.IsMember:
			p.Trouble = "the app is not in it: write /invite @the-app there"
		}
		return nil
	})
	if err != nil {
		p.Trouble = inWords(err)
	}
	return p
}

func (c *Channel) lookAtGroup(ctx context.Context, id string) Place {
	p := Place{ID: id}
	err := c.try(ctx, func(api *slackgo.Client) error {
		all, err := api.GetUserGroupsContext(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(g slackgo.UserGroup) bool { return g.ID == id })
		if i < 0 {
			p.Trouble = "there is no such user group, or it was switched off"
			return nil
		}
		p.Name = all[i].Handle
		return nil
	})
	if err != nil {
		p.Trouble = inWords(err)
	}
	return p
}
