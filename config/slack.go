package config

import (
	"regexp"
	"slices"
	"time"
)

// Slack is one workspace in which the team works.
type Slack struct {
	Workspace string `yaml:"workspace"` // its id, as T0123456789; names our end in keys and addresses, for ever

	BotToken         Secret `yaml:"bot_token"` // xoxb-…
	BotTokenFile     string `yaml:"bot_token_file"`
	AppToken         Secret `yaml:"app_token"` // xapp-…, for Socket Mode
	AppTokenFile     string `yaml:"app_token_file"`
	SigningSecret    Secret `yaml:"signing_secret"` // of what comes by HTTP
	SigningFile      string `yaml:"signing_secret_file"`
	ClientID         string `yaml:"client_id"` // of an app whose tokens rotate
	ClientSecret     Secret `yaml:"client_secret"`
	ClientSecretFile string `yaml:"client_secret_file"`
	RefreshToken     Secret `yaml:"refresh_token"` // instead of a bot token, then
	RefreshTokenFile string `yaml:"refresh_token_file"`

	Sockets int `yaml:"sockets"` // of Socket Mode, at the same time

	Rooms      []SlackRoom   `yaml:"rooms"`
	Mode       ThreadMode    `yaml:"mode"`       // what plain words in a ticket's thread are
	Undo       time.Duration `yaml:"undo"`       // how long a reply to a customer can be called back; 0: not at all
	Management string        `yaml:"management"` // channel of low ratings, long waits and the digest; empty: the default room

	Agents      string   `yaml:"agents"`      // "email", or the id of a channel whose members are agents
	Supervisors []string `yaml:"supervisors"` // user groups, by id

	Command string `yaml:"command"` // the slash command
	API     string `yaml:"api"`     // where the Web API is, for a proxy or a test; empty: Slack's own
}

// SlackRoom is a channel in which tickets have their threads: those of a product, of one
// of its categories, or all others.
type SlackRoom struct {
	Channel  string `yaml:"channel"`  // its id, as C0123456789
	Product  string `yaml:"product"`  // by name or id; empty: every one that has no room
	Category string `yaml:"category"` // within the product; empty: all
}

// ThreadMode is what plain words in a ticket's thread are.
type ThreadMode string

// Modes.
const (
	InternalThreads ThreadMode = "internal" // notes; an answer bears a mark
	PublicThreads   ThreadMode = "public"   // answers; a note bears a mark
)

// UnmarshalText reads internal or public.
func (m *ThreadMode) UnmarshalText(text []byte) error {
	return oneOf(m, string(text), InternalThreads, PublicThreads)
}

// AgentsByEmail is what Agents says when the e-mail of a profile tells who is an agent.
const AgentsByEmail = "email"

// Rotates reports whether the app's tokens end and are renewed.
func (s *Slack) Rotates() bool { return !s.RefreshToken.IsZero() }

// AgentsChannel is the channel whose members are agents; empty: e-mail tells.
func (s *Slack) AgentsChannel() string {
	if s.Agents == AgentsByEmail {
		return ""
	}
	return s.Agents
}

// Channels are the ids of all channels that belong to the desk, each once.
func (s *Slack) Channels() (all []string) {
	for _, room := range s.Rooms {
		all = append(all, room.Channel)
	}
	all = append(all, s.Management)
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(id string) bool { return id == "" })
}

// defaultSlack is what an entry of slack: starts from.
func defaultSlack() Slack {
	return Slack{Sockets: 2, Mode: InternalThreads, Undo: 10 * time.Second, Agents: AgentsByEmail, Command: "/recado"}
}

// Ids of Slack are capital letters and digits, the first of which says what they name.
var (
	slackWorkspace = regexp.MustCompile(`^[TE][A-Z0-9]{2,}$`)
	slackChannel   = regexp.MustCompile(`^[CG][A-Z0-9]{2,}$`)
	slackGroup     = regexp.MustCompile(`^S[A-Z0-9]{2,}$`)
	slackCommand   = regexp.MustCompile(`^/[a-z0-9_-]{1,31}$`)
)

const (
	mostSockets = 10
	longestUndo = 2 * time.Minute
)

func (r *reader) slack(all []Slack) {
	workspaces := map[string]string{}
	for i, s := range all {
		path := entry("slack", i)
		switch twin, twice := workspaces[s.Workspace]; {
		case !slackWorkspace.MatchString(s.Workspace):
			r.fault(path+".workspace", "write its id, such as T0123456789: in a browser it stands in the address, app.slack.com/client/T…/C…")
		case twice:
			r.fault(path+".workspace", "%s is given already as %s", s.Workspace, twin)
		}
		workspaces[s.Workspace] = path
		r.slackTokens(path, s)
		r.slackRooms(path, s)
		if s.Sockets < 1 || s.Sockets > mostSockets {
			r.fault(path+".sockets", "between 1 and %d", mostSockets)
		}
		if s.Undo < 0 || s.Undo > longestUndo {
			r.fault(path+".undo", "at most 2m, or 0s: what is sent is sent")
		}
		if !slackCommand.MatchString(s.Command) {
			r.fault(path+".command", "a slash and at most 31 small letters, digits, - or _, such as /recado")
		}
		if s.API != "" && !isWeb(s.API) {
			r.fault(path+".api", "write an address such as https://slack.com/api/, or leave it empty")
		}
	}
}

// slackTokens checks that something can come in and go out.
func (r *reader) slackTokens(path string, s Slack) {
	for _, t := range []struct {
		name, begins string
		secret       Secret
	}{{"bot_token", "xox", s.BotToken}, {"app_token", "xapp-", s.AppToken}, {"refresh_token", "xoxe-", s.RefreshToken}} {
		if !t.secret.IsZero() && !beginsWith(t.secret, t.begins) {
			r.fault(path+"."+t.name, "that is another kind of token: this one begins with %s", t.begins)
		}
	}
	switch {
	case s.BotToken.IsZero() && s.RefreshToken.IsZero():
		r.fault(path+".bot_token", "give it here or in bot_token_file: docs/slack.md tells where it is shown")
	case s.Rotates() && (s.ClientID == "" || s.ClientSecret.IsZero()):
		r.fault(path+".refresh_token", "tokens that rotate need client_id and client_secret as well")
	}
	if s.AppToken.IsZero() && s.SigningSecret.IsZero() {
		r.fault(path+".app_token", "give it here or in app_token_file; or signing_secret, if Slack can reach the pages (docs/slack.md)")
	}
}

func beginsWith(secret Secret, prefix string) bool {
	text := secret.Reveal()
	return len(text) >= len(prefix) && text[:len(prefix)] == prefix
}

// slackRooms checks that every ticket has a room, and one only.
func (r *reader) slackRooms(path string, s Slack) {
	const id = "write the channel's id, such as C0123456789: it stands at the end of the channel's details"
	taken := map[SlackRoom]bool{}
	for i, room := range s.Rooms {
		at := entry(path+".rooms", i)
		if !slackChannel.MatchString(room.Channel) {
			r.fault(at+".channel", id)
		}
		if room.Category != "" && room.Product == "" {
			r.fault(at+".category", "say of which product")
		}
		what := SlackRoom{Product: room.Product, Category: room.Category}
		if taken[what] {
			r.fault(at+".channel", "the same tickets have a room already")
		}
		taken[what] = true
	}
	switch {
	case len(s.Rooms) == 0:
		r.fault(path+".rooms", "name the channel in which tickets have their threads: rooms: [{channel: C0123456789}]")
	case !taken[SlackRoom{}]:
		r.fault(path+".rooms", "one room is without product, for all tickets that have none of their own")
	}
	if s.Management != "" && !slackChannel.MatchString(s.Management) {
		r.fault(path+".management", id)
	}
	if s.Agents != AgentsByEmail && !slackChannel.MatchString(s.Agents) {
		r.fault(path+".agents", "write email, or the id of the channel whose members are agents")
	}
	for _, group := range s.Supervisors {
		if !slackGroup.MatchString(group) {
			r.fault(path+".supervisors", "write ids of user groups, such as S0123456789: they stand in the address of the group's page")
		}
	}
}
