package slackfake_test

import (
	"strings"
	"testing"

	"github.com/slack-go/slack/slackevents"
)

const minimal = `{
	"display_information": {"name": "Recado"},
	"features": {
		"bot_user": {"display_name": "Recado", "always_online": true},
		"app_home": {"home_tab_enabled": true, "messages_tab_enabled": true, "messages_tab_read_only_enabled": false},
		"slash_commands": [{"command": "/recado", "description": "Chamados", "usage_hint": "fila", "should_escape": true}],
		"shortcuts": [{"name": "Abrir chamado", "type": "message", "callback_id": "ticket", "description": "Faz um chamado"}]
	},
	"oauth_config": {"scopes": {"bot": ["commands", "chat:write", "channels:history"]}},
	"settings": {
		"event_subscriptions": {"bot_events": ["message.channels", "app_home_opened"]},
		"interactivity": {"is_enabled": true}, "org_deploy_enabled": false, "socket_mode_enabled": true, "token_rotation_enabled": false
	}
}`

func TestManifest(t *testing.T) {
	t.Parallel()
	st := staged(t)
	if faults := st.team.Install([]byte(minimal)); len(faults) > 0 {
		t.Fatalf("faults: %q", faults)
	}
	d := connected(t, st)
	m := st.bia.Says(st.support, "oi")
	st.bia.Reacts(m, "👀") // nobody subscribed to that
	st.bia.OpensHome()
	if e := next[*slackevents.MessageEvent](t, d, nil); e.Text != "oi" {
		t.Errorf("heard %+v", e)
	}
	next[*slackevents.AppHomeOpenedEvent](t, d, nil)
	if why := st.bia.Command(st.support, "/recado", "").Await(); why != "" {
		t.Errorf("bia saw %q", why)
	}
	if _, err := d.GetUserInfo(st.bia.ID()); err == nil || err.Error() != "missing_scope" {
		t.Errorf("without the scope: %v", err)
	}
}

func TestManifestFaults(t *testing.T) {
	t.Parallel()
	for was, change := range map[string][2]string{
		"unknown field":                    {`"always_online"`, `"online_always"`},
		"1 to 35 characters":               {`"name": "Recado"`, `"name": "` + long(36) + `"`},
		"is no command":                    {`"/recado"`, `"recado"`},
		"there is no message.everywhere":   {`"message.channels"`, `"message.everywhere"`},
		"needs the scope channels:history": {`, "channels:history"`, ``},
		"need the scope commands":          {`"commands", `, ``},
		"no request_url":                   {`"socket_mode_enabled": true`, `"socket_mode_enabled": false`},
		"not 1 to 24":                      {`"name": "Abrir chamado"`, `"name": "` + long(25) + `"`},
	} {
		st := staged(t)
		faults := st.team.Install([]byte(strings.Replace(minimal, change[0], change[1], 1)))
		if !strings.Contains(strings.Join(faults, "\n"), was) {
			t.Errorf("with %s the faults are %q", change[1], faults)
		}
	}
}
