package slack

import (
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"recado/channels"
)

// Options describe one workspace.
type Options struct {
	Workspace string // its id, such as T0123456789: it names this end in keys and addresses, for ever
	BotToken  string // xoxb-…; empty: as Rotation says
	AppToken  string // xapp-…, for Socket Mode; empty: what happens comes by HTTP only
	Secret    string // of the app, which signs what comes by HTTP; empty: nothing comes by HTTP

	Rotation Rotation // of an app whose tokens end; without a RefreshToken: they do not

	// Rooms are the ids of the channels that belong to the desk. What is said elsewhere is
	// counted and left alone, but for direct messages, commands and shortcuts. Empty: every
	// channel that the app is in belongs to it.
	Rooms []string

	// AgentsIn is a channel whose members are agents; empty: their e-mail tells who is.
	// Supervisors are user groups.
	AgentsIn    string
	Supervisors []string

	Sockets int // of Socket Mode at the same time, at most 10; 0 is 2, so that one may fail

	MaxFile int64         // bytes of one file that are taken; 0 is message.MaxFileSize
	Timeout time.Duration // of one call of the Web API; 0 is 30 seconds
	Retry   time.Duration // before what failed is tried again, at first; 0 is 200 milliseconds
	Ping    time.Duration // between two signs of life asked of a socket; 0 is 15 seconds

	API    string       // where the Web API is; empty: Slack's own
	HTTP   *http.Client // nil: the system's
	Files  channels.Files
	Memory channels.Memory
	Clock  func() time.Time
	Log    *slog.Logger
}

const (
	usualAPI    = "https://slack.com/api/"
	mostSockets = 10 // docs.slack.dev, "Using Socket Mode"
)

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		value *time.Duration
		usual time.Duration
	}{{&o.Timeout, 30 * time.Second}, {&o.Retry, 200 * time.Millisecond}, {&o.Ping, 15 * time.Second}} {
		if *d.value == 0 {
			*d.value = d.usual
		}
	}
	if o.Sockets == 0 {
		o.Sockets = 2
	}
	if o.MaxFile == 0 {
		o.MaxFile = maxFile
	}
	if o.API == "" {
		o.API = usualAPI
	}
	o.API = strings.TrimSuffix(o.API, "/") + "/"
	if o.HTTP == nil {
		o.HTTP = &http.Client{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

var workspaceID = regexp.MustCompile(`^[TE][A-Z0-9]+$`)

func (o Options) check() error {
	switch {
	case !workspaceID.MatchString(o.Workspace):
		return errors.New("slack: the workspace needs its id, such as T0123456789")
	case o.BotToken == "" && o.Rotation.RefreshToken == "":
		return errors.New("slack: the bot token is missing")
	case o.AppToken == "" && o.Secret == "":
		return errors.New("slack: without an app token and without a signing secret nothing can come in")
	case o.Sockets < 1 || o.Sockets > mostSockets:
		return errors.New("slack: an app has 1 to 10 sockets")
	case o.Clock == nil || o.Files == nil || o.Memory == nil:
		return errors.New("slack: a clock, a file store and a memory are needed")
	}
	return nil
}
