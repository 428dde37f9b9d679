package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recado/channels/slack/slackfake"
)

// slackConfig writes a configuration for a workspace of the fake.
func slackConfig(t *testing.T, fake *slackfake.Server, w *slackfake.Workspace, room *slackfake.Channel, more string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "recado.yaml")
	text := fmt.Sprintf("desk: {name: Suporte Aurora}\ndata: %s\nsmtp_in: {enabled: false}\nweb: {listen: '127.0.0.1:0', public_url: 'https://suporte.aurora.example'}\n"+
		"slack:\n  - workspace: %s\n    bot_token: %s\n    app_token: %s\n    api: %s\n    rooms: [{channel: %s}]\n%s",
		t.TempDir(), w.ID(), w.BotToken(), fake.AppToken(), fake.URL(), room.ID(), more)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The manifest of each way to run, as it is pasted into Slack.
func TestSlackManifest(t *testing.T) {
	const tokens = "slack: [{workspace: T0123456789, bot_token: xoxb-x, rooms: [{channel: C0123456789}], "
	for name, text := range map[string]string{
		"none":     "",
		"socket":   tokens + "app_token: xapp-x}]\n",
		"http":     "desk: {name: 'Suporte da Viação Aurora e das empresas irmãs', language: es}\nweb: {public_url: 'https://suporte.aurora.example/'}\n" + tokens + "signing_secret: s, command: /casos, supervisors: [S0123456789], agents: C0999999999}]\n",
		"rotating": "desk: {language: en}\nslack: [{workspace: T0123456789, refresh_token: xoxe-x, client_id: '1.2', client_secret: s, app_token: xapp-x, rooms: [{channel: C0123456789}]}]\n",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "recado.yaml")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, _, err := told(t, "slack", "manifest", "-c", path)
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "manifest-"+name+".json")
			if os.Getenv("RECADO_UPDATE") != "" {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || string(want) != got {
				t.Errorf("%v; it is now:\n%s", err, got)
			}
		})
	}
}

// What is missing is named, with what it costs.
func TestCheckOfSlack(t *testing.T) {
	fake := slackfake.New(t)
	w := fake.Workspace("Aurora")
	room := w.Channel("chamados", w.Bot())
	bosses := w.Group("chefes")
	path := slackConfig(t, fake, w, room, "    supervisors: ["+bosses.ID()+"]\n")
	line := func() string {
		t.Helper()
		out, _, _ := told(t, "check", "-c", path) // the rest of it may be wrong on this machine
		for l := range strings.Lines(out) {
			if strings.Contains(l, "Slack "+w.ID()+":") {
				return strings.TrimSpace(l)
			}
		}
		t.Fatalf("no line of Slack in\n%s", out)
		return ""
	}
	if got := line(); !strings.HasPrefix(got, "ok ") || !strings.Contains(got, "in Aurora answers") {
		t.Errorf("all is well: %s", got)
	}
	w.Withdraw("files:write", "reactions:read")
	if got := line(); !strings.HasPrefix(got, "note ") || !strings.Contains(got, "without files:write files of customers are not shown") || !strings.Contains(got, "without reactions:read 👀") {
		t.Errorf("two are missing: %s", got)
	}
	w.Withdraw("users:read.email", "channels:history")
	if got := line(); !strings.HasPrefix(got, "WRONG") || !strings.Contains(got, "without users:read.email agents are not known by their e-mail") || !strings.Contains(got, "recado slack manifest") {
		t.Errorf("what nothing works without: %s", got)
	}
	_ = fake.Oddities()
}

func TestCheckOfSlackRoomsAndTokens(t *testing.T) {
	fake := slackfake.New(t)
	w := fake.Workspace("Aurora")
	room := w.Channel("chamados")
	path := slackConfig(t, fake, w, room, "")
	for _, c := range []struct {
		do   func()
		want string
	}{
		{func() {}, room.ID() + " (chamados): the app is not in it: write /invite"},
		{func() { room.Invite(w.Bot()); room.Archive() }, "it is archived"},
		{fake.RevokeAppToken, "Socket Mode: Slack does not take the token any more"},
		{w.RevokeToken, "install the app again in the workspace, and configure the new token"},
	} {
		c.do()
		if out, _, _ := told(t, "check", "-c", path); !strings.Contains(out, c.want) {
			t.Errorf("%q is not said in\n%s", c.want, out)
		}
	}
}
