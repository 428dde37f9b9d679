package main

import (
	"net/http"

	"recado/channels/slack"
	"recado/config"
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
		Rooms: s.Channels(), Sockets: s.Sockets, API: s.API,
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
