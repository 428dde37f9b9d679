package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"recado/config"
	"recado/core/dialogue"
)

// slackCmd is about the app in Slack.
type slackCmd struct {
	Manifest slackManifestCmd `cmd:"" help:"Print the manifest of the app that the configuration needs, to be pasted into Slack."`
}

// slackManifestCmd prints a manifest.
type slackManifestCmd struct {
	Config    string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
	Workspace string `help:"Which of the configured workspaces, by its id; needed when there are several that differ."`
}

// Run prints it. Without a configured workspace it is that of an app with Socket Mode,
// which is where everybody begins.
func (c *slackManifestCmd) Run(std Streams) error {
	cfg, err := configured(c.Config, std)
	if err != nil {
		return err
	}
	workspace, err := c.find(cfg)
	if err != nil {
		return err
	}
	e := json.NewEncoder(std.Out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(manifestOf(cfg, workspace))
}

func (c *slackManifestCmd) find(cfg config.Config) (config.Slack, error) {
	for _, s := range cfg.Slack {
		if s.Workspace == c.Workspace || c.Workspace == "" && len(cfg.Slack) == 1 {
			return s, nil
		}
	}
	switch {
	case len(cfg.Slack) == 0 && c.Workspace == "":
		return config.Slack{Command: "/recado", AppToken: config.NewSecret("xapp-")}, nil
	case c.Workspace == "":
		return config.Slack{}, errors.New("several workspaces are configured; say which one, with --workspace")
	}
	return config.Slack{}, fmt.Errorf("no workspace %s is configured", c.Workspace)
}

// scope is a permission of the app, and what does not work without it.
type scope struct {
	name, without string
	needed        bool // nothing works without
}

// slackScopes are what the app asks for, and no more: `recado check` names those that are
// missing, and what they cost.
func slackScopes(s config.Slack) []scope {
	all := []scope{
		{"chat:write", "nothing can be said", true},
		{"channels:history", "replies in threads of public channels are not heard", true},
		{"groups:history", "replies in threads of private channels are not heard", false},
		{"im:history", "what people write to the app itself is not heard", false},
		{"users:read", "nobody is known, so nobody may do anything", true},
		{"users:read.email", "agents are not known by their e-mail", s.Agents == config.AgentsByEmail},
		{"commands", s.Command + " and the shortcut in the menu of messages do not work", false},
		{"reactions:read", "👀, ✅ and 🎫 do nothing", false},
		{"reactions:write", "whether a reply went to the customer is not shown by a reaction", false},
		{"chat:write.customize", "customers' words appear under the app's name, not theirs", false},
		{"files:read", "files of the team do not reach customers", false},
		{"files:write", "files of customers are not shown", false},
		{"im:write", "nobody can be told anything in private", false},
		{"channels:read", readCost(s), s.Agents != config.AgentsByEmail},
		{"groups:read", "`recado check` cannot look whether the app is in private channels", false},
	}
	if len(s.Supervisors) > 0 {
		all = append(all, scope{"usergroups:read", "nobody is a supervisor by their user group", true})
	}
	return all
}

// readCost is what channels:read is for.
func readCost(s config.Slack) string {
	if s.Agents == config.AgentsByEmail {
		return "`recado check` cannot look whether the app is in its channels"
	}
	return "it is not known who is in the channel of agents, so nobody is one"
}

// slackEvents are what the app is told of.
func slackEvents(s config.Slack) []string {
	events := []string{
		"app_home_opened", "app_uninstalled", "message.channels", "message.groups", "message.im", "reaction_added", "reaction_removed",
		"tokens_revoked", "user_change",
	}
	if s.Agents != config.AgentsByEmail && s.Agents != "" {
		events = append(events, "member_joined_channel", "member_left_channel")
	}
	if len(s.Supervisors) > 0 {
		events = append(events, "subteam_members_changed", "subteam_updated")
	}
	return events
}

// manifest is an app as Slack describes it (docs.slack.dev, "App manifest reference").
type manifest struct {
	Display struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Color       string `json:"background_color"`
	} `json:"display_information"`
	Features struct {
		Home struct {
			Home     bool `json:"home_tab_enabled"`
			Messages bool `json:"messages_tab_enabled"`
			ReadOnly bool `json:"messages_tab_read_only_enabled"`
		} `json:"app_home"`
		Bot struct {
			Name   string `json:"display_name"`
			Online bool   `json:"always_online"`
		} `json:"bot_user"`
		Shortcuts []manifestShortcut `json:"shortcuts"`
		Commands  []manifestCommand  `json:"slash_commands"`
	} `json:"features"`
	OAuth struct {
		Scopes struct {
			Bot []string `json:"bot"`
		} `json:"scopes"`
	} `json:"oauth_config"`
	Settings manifestSettings `json:"settings"`
}

type manifestShortcut struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Callback    string `json:"callback_id"`
	Description string `json:"description"`
}

type manifestCommand struct {
	Command     string `json:"command"`
	URL         string `json:"url,omitempty"`
	Description string `json:"description"`
	Usage       string `json:"usage_hint"`
	Escape      bool   `json:"should_escape"`
}

type manifestSettings struct {
	Events struct {
		URL string   `json:"request_url,omitempty"`
		Bot []string `json:"bot_events"`
	} `json:"event_subscriptions"`
	Interactivity struct {
		Enabled bool   `json:"is_enabled"`
		URL     string `json:"request_url,omitempty"`
	} `json:"interactivity"`
	OrgDeploy bool `json:"org_deploy_enabled"`
	Socket    bool `json:"socket_mode_enabled"`
	Rotation  bool `json:"token_rotation_enabled"`
}

// Names in Slack are short.
const (
	longestAppName = 35
	longestBotName = 80
)

// manifestWords are what the team reads of the app in Slack's own menus.
type manifestWords struct {
	about, command, usage string
	ticket, add, call     [2]string // name and explanation of a shortcut
}

// manifestLanguages has them in the desk's language: of whoever reads them Slack tells
// no other.
var manifestLanguages = map[string]manifestWords{
	"pt-BR": {
		"Chamados de clientes nas conversas da equipe", "Chamados: sua fila, assumir, encerrar e mais", "ajuda",
		[2]string{"Virar chamado", "Abre um chamado a partir desta mensagem"}, [2]string{"Juntar a um chamado", "Põe esta mensagem em um chamado"},
		[2]string{"Registrar ligação", "Registra um telefonema como chamado"},
	},
	"en": {
		"Customers' tickets in the team's threads", "Tickets: your queue, take, close and more", "help",
		[2]string{"Make a ticket", "Opens a ticket out of this message"}, [2]string{"Add to a ticket", "Puts this message into a ticket"},
		[2]string{"Record a call", "Records a phone call as a ticket"},
	},
	"es": {
		"Casos de clientes en los hilos del equipo", "Casos: tu cola, tomar, cerrar y más", "ayuda",
		[2]string{"Crear un caso", "Abre un caso a partir de este mensaje"}, [2]string{"Añadir a un caso", "Pone este mensaje en un caso"},
		[2]string{"Registrar llamada", "Registra una llamada como caso"},
	},
}

// manifestOf is the app that a workspace needs.
func manifestOf(cfg config.Config, s config.Slack) (m manifest) {
	words := manifestLanguages[cfg.Desk.Language]
	m.Display.Name, m.Display.Description, m.Display.Color = clipped(cfg.Desk.Name, longestAppName), words.about, "#1f3a5f"
	m.Features.Home.Home, m.Features.Home.Messages = true, true
	m.Features.Bot.Name, m.Features.Bot.Online = clipped(cfg.Desk.Name, longestBotName), true
	m.Features.Shortcuts = []manifestShortcut{
		{Name: words.ticket[0], Type: "message", Callback: dialogue.ShortcutTicket, Description: words.ticket[1]},
		{Name: words.add[0], Type: "message", Callback: dialogue.ShortcutAdd, Description: words.add[1]},
		{Name: words.call[0], Type: "global", Callback: dialogue.ShortcutCall, Description: words.call[1]},
	}
	m.Features.Commands = []manifestCommand{{Command: s.Command, Description: words.command, Usage: words.usage, Escape: true}}
	for _, one := range slackScopes(s) {
		m.OAuth.Scopes.Bot = append(m.OAuth.Scopes.Bot, one.name)
	}
	m.Settings.Events.Bot = slackEvents(s)
	m.Settings.Interactivity.Enabled, m.Settings.Rotation = true, s.Rotates()
	if m.Settings.Socket = !s.AppToken.IsZero(); !m.Settings.Socket {
		at := strings.TrimRight(cfg.Web.PublicURL, "/") + slackPath(s)
		m.Settings.Events.URL, m.Settings.Interactivity.URL, m.Features.Commands[0].URL = at, at, at
	}
	return m
}

// clipped keeps a name to so many characters, at the end of a word.
func clipped(text string, most int) string {
	r := []rune(text)
	if len(r) <= most {
		return text
	}
	short := string(r[:most])
	if i := strings.LastIndex(short, " "); i > 0 && r[most] != ' ' {
		short = short[:i]
	}
	return strings.TrimSpace(short)
}
