package main

import (
	"net/http"
	"strings"
	"time"

	"recado/channels/slack"
	"recado/config"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/message"
	"recado/core/notice"
)

// slackOptions of one configured workspace.
func (d *desk) slackOptions(s config.Slack) slack.Options {
	o := slackBasics(s)
	o.Files, o.Memory, o.Clock, o.Log = d.files.attachments, d.memory(), d.clock.Now, d.log
	return o
}

// slackBasics are what needs no desk.
func slackBasics(s config.Slack) slack.Options {
	return slack.Options{
		Workspace: s.Workspace, BotToken: s.BotToken.Reveal(), AppToken: s.AppToken.Reveal(), Secret: s.SigningSecret.Reveal(),
		AgentsIn: s.AgentsChannel(), Supervisors: s.Supervisors,
		Rooms: s.Channels(), Sockets: s.Sockets, API: s.API,
		Rotation: slack.Rotation{ClientID: s.ClientID, ClientSecret: s.ClientSecret.Reveal(), RefreshToken: s.RefreshToken.Reveal()},
	}
}

// slackChannels are the workspaces, and where Slack may post what happens in them. Those
// of one app hear of each other's events.
func (d *desk) slackChannels() (all []*slack.Channel, hooks map[string]http.Handler, err error) {
	hooks = map[string]http.Handler{}
	apps := map[string][]*slack.Channel{}
	for _, s := range d.cfg.Slack {
		c, err := slack.New(d.slackOptions(s))
		if err != nil {
			return nil, nil, err
		}
		all = append(all, c)
		app := s.AppToken.Reveal() + " " + s.SigningSecret.Reveal()
		apps[app] = append(apps[app], c)
		if !s.SigningSecret.IsZero() {
			hooks[slackPath(s)] = c.Hook()
		}
	}
	for _, same := range apps {
		slack.Join(same...)
	}
	return all, hooks, nil
}

// slackPath is where Slack posts, below the public address.
func slackPath(s config.Slack) string { return "/slack/" + s.Workspace }

// roomsOf says which room of the team a ticket's thread is in.
type roomsOf = func(about catalog.Path, in *catalog.Catalog) (dialogue.Place, bool)

// slackRooms are the rooms of all workspaces: one for the category, else one for the
// product, else the one for all others; of several workspaces, the first that has any. It
// also says how long an answer can be called back. nil: there is no Slack.
func slackRooms(all []config.Slack) (rooms roomsOf, undo time.Duration) {
	if len(all) == 0 {
		return nil, 0
	}
	return func(about catalog.Path, in *catalog.Catalog) (dialogue.Place, bool) {
		best, place := 0, dialogue.Place{}
		for _, s := range all {
			for _, room := range s.Rooms {
				if fit := fits(room, about, in); fit > best {
					best = fit
					place = dialogue.Place{
						At:      message.Address{Channel: message.Slack, ID: s.Workspace + "/" + room.Channel},
						Account: s.Workspace, Public: s.Mode == config.PublicThreads,
					}
				}
			}
		}
		return place, best > 0
	}, all[0].Undo
}

// slackManagement is the room of those who lead the team: the one that is configured, or
// the one of all tickets.
func slackManagement(all []config.Slack, rooms roomsOf) dialogue.Place {
	for _, s := range all {
		if s.Management != "" {
			return dialogue.Place{At: message.Address{Channel: message.Slack, ID: s.Workspace + "/" + s.Management}, Account: s.Workspace}
		}
	}
	if rooms == nil {
		return dialogue.Place{}
	}
	place, _ := rooms(catalog.Path{}, &catalog.Catalog{})
	return place
}

// fits is how closely a room is for a ticket: 0 not at all, 1 as for every other, 2 by its
// product, 3 by its category too.
func fits(room config.SlackRoom, about catalog.Path, in *catalog.Catalog) int {
	names := func(id, wanted string) bool {
		if id == "" || id == wanted {
			return id != ""
		}
		for _, lang := range notice.Languages() {
			if strings.EqualFold(in.Name(id, lang), wanted) {
				return true
			}
		}
		return false
	}
	switch {
	case room.Product == "":
		return 1
	case !names(about.Product, room.Product):
		return 0
	case room.Category == "":
		return 2
	case names(about.Category, room.Category):
		return 3
	}
	return 0
}
