package slackfake

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// manifest is an app's configuration as its settings page takes it
// (https://docs.slack.dev/reference/app-manifest): no other field may be there.
type manifest struct {
	Metadata *struct {
		Major int `json:"major_version"`
		Minor int `json:"minor_version"`
	} `json:"_metadata"`
	Display struct {
		Name            string `json:"name"`
		Description     string `json:"description"`
		LongDescription string `json:"long_description"`
		BackgroundColor string `json:"background_color"`
	} `json:"display_information"`
	Features struct {
		BotUser struct {
			DisplayName  string `json:"display_name"`
			AlwaysOnline bool   `json:"always_online"`
		} `json:"bot_user"`
		AppHome struct {
			Home     bool `json:"home_tab_enabled"`
			Messages bool `json:"messages_tab_enabled"`
			ReadOnly bool `json:"messages_tab_read_only_enabled"`
		} `json:"app_home"`
		Commands []struct {
			Command      string `json:"command"`
			URL          string `json:"url"`
			Description  string `json:"description"`
			UsageHint    string `json:"usage_hint"`
			ShouldEscape bool   `json:"should_escape"`
		} `json:"slash_commands"`
		Shortcuts []struct {
			Name        string `json:"name"`
			Type        string `json:"type"`
			CallbackID  string `json:"callback_id"`
			Description string `json:"description"`
		} `json:"shortcuts"`
	} `json:"features"`
	OAuth struct {
		RedirectURLs []string `json:"redirect_urls"`
		Scopes       struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings struct {
		Events struct {
			URL string   `json:"request_url"`
			Bot []string `json:"bot_events"`
		} `json:"event_subscriptions"`
		Interactivity struct {
			On  bool   `json:"is_enabled"`
			URL string `json:"request_url"`
		} `json:"interactivity"`
		OrgDeploy     bool `json:"org_deploy_enabled"`
		SocketMode    bool `json:"socket_mode_enabled"`
		TokenRotation bool `json:"token_rotation_enabled"`
	} `json:"settings"`
}

// eventScopes are the scopes that each event needs; "" is none.
var eventScopes = map[string]string{
	"message.channels": "channels:history", "message.groups": "groups:history", "message.im": "im:history", "message.mpim": "mpim:history",
	"app_mention": "app_mentions:read", "app_home_opened": "", "app_uninstalled": "", "tokens_revoked": "",
	"reaction_added": "reactions:read", "reaction_removed": "reactions:read", "file_shared": "files:read", "file_deleted": "files:read",
	"file_change":           "files:read",
	"member_joined_channel": "channels:read", "member_left_channel": "channels:read", "channel_archive": "channels:read", "channel_unarchive": "channels:read",
	"channel_rename": "channels:read", "channel_deleted": "channels:read", "channel_created": "channels:read", "channel_id_changed": "channels:read",
	"channel_left": "channels:read", "group_archive": "groups:read", "group_unarchive": "groups:read", "group_rename": "groups:read",
	"group_deleted": "groups:read",
	"group_left":    "groups:read", "user_change": "users:read", "team_join": "users:read", "team_rename": "team:read", "team_domain_change": "team:read",
	"subteam_members_changed": "usergroups:read", "subteam_updated": "usergroups:read", "subteam_created": "usergroups:read",
}

// Install makes the app what a manifest says, in JSON, and installs it in the workspace: it
// has these scopes from now on, hears of these events, and has these commands and
// shortcuts, and no others. It returns what Slack would not take.
func (w *Workspace) Install(text []byte) (faults []string) {
	var m manifest
	reader := json.NewDecoder(bytes.NewReader(text))
	reader.DisallowUnknownFields()
	if err := reader.Decode(&m); err != nil {
		return []string{err.Error()}
	}
	s := w.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if faults = m.faults(); len(faults) > 0 {
		return faults
	}
	s.app.installed = &m
	s.app.name, w.bot.name = m.Display.Name, m.Features.BotUser.DisplayName
	w.token.scopes = m.OAuth.Scopes.Bot
	s.app.socketOff = !m.Settings.SocketMode
	return nil
}

func (m *manifest) faults() (all []string) {
	fault := func(bad bool, format string, args ...any) {
		if bad {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	d, f := m.Display, m.Features
	fault(d.Name == "" || length(d.Name) > 35, "display_information.name: 1 to 35 characters")
	fault(length(d.Description) > 140, "display_information.description: %d characters, of 140", length(d.Description))
	long := length(d.LongDescription)
	fault(long != 0 && (long < 175 || long > 4000), "display_information.long_description: %d characters, of 175 to 4000", long)
	fault(f.BotUser.DisplayName == "" || length(f.BotUser.DisplayName) > 80, "features.bot_user.display_name: 1 to 80 characters")
	for _, c := range f.Commands {
		bad := !strings.HasPrefix(c.Command, "/") || length(c.Command) > 32 || strings.ToLower(c.Command) != c.Command
		fault(bad, "slash_commands: %q is no command", c.Command)
		fault(c.Description == "" || length(c.Description) > 2000, "slash_commands: %s has no description, or too long a one", c.Command)
		fault(length(c.UsageHint) > 1000, "slash_commands: the hint of %s", c.Command)
	}
	fault(len(f.Shortcuts) > 10, "shortcuts: %d, of 10", len(f.Shortcuts))
	for _, c := range f.Shortcuts {
		fault(c.Name == "" || length(c.Name) > 24, "shortcuts: the name %q has not 1 to 24 characters", c.Name)
		fault(c.Type != "message" && c.Type != "global", "shortcuts: the type %q", c.Type)
		fault(c.CallbackID == "" || length(c.CallbackID) > 255, "shortcuts: the callback_id of %s", c.Name)
		fault(c.Description == "" || length(c.Description) > 150, "shortcuts: the description of %s", c.Name)
	}
	has := func(scope string) bool { return scope == "" || slices.Contains(m.OAuth.Scopes.Bot, scope) }
	for _, scope := range m.OAuth.Scopes.Bot {
		fault(!slices.Contains(scopes, scope), "oauth_config.scopes.bot: this fake knows no %s", scope)
	}
	fault(len(f.Commands)+len(f.Shortcuts) > 0 && !has("commands"), "oauth_config.scopes.bot: commands and shortcuts need the scope commands")
	for _, e := range m.Settings.Events.Bot {
		scope, known := eventScopes[e]
		fault(!known, "bot_events: there is no %s", e)
		fault(!has(scope), "bot_events: %s needs the scope %s", e, scope)
	}
	if !m.Settings.SocketMode {
		fault(len(m.Settings.Events.Bot) > 0 && m.Settings.Events.URL == "", "event_subscriptions: no request_url, and no Socket Mode")
		fault(m.Settings.Interactivity.On && m.Settings.Interactivity.URL == "", "interactivity: no request_url, and no Socket Mode")
	}
	return all
}

// subscribed reports whether the app hears of an event.
func (s *Server) subscribed(event object) bool {
	if s.app.installed == nil {
		return true
	}
	name := str(event["type"])
	if name == "message" {
		name = map[string]string{"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}[str(event["channel_type"])]
	}
	return slices.Contains(s.app.installed.Settings.Events.Bot, name)
}

// offers ends the test when somebody uses what the app's manifest does not have. The
// caller holds the lock.
func (s *Server) offers(what string, has func(m *manifest) bool) {
	s.t.Helper()
	if s.app.installed != nil && !has(s.app.installed) {
		s.t.Fatalf("slackfake: the app's manifest has no %s", what)
	}
}

func hasCommand(name string) func(*manifest) bool {
	return func(m *manifest) bool {
		for _, c := range m.Features.Commands {
			if c.Command == name {
				return true
			}
		}
		return false
	}
}

func hasShortcut(kind, callbackID string) func(*manifest) bool {
	return func(m *manifest) bool {
		for _, c := range m.Features.Shortcuts {
			if c.Type == kind && c.CallbackID == callbackID {
				return true
			}
		}
		return false
	}
}
