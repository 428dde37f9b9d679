package slackfake_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"recado/channels/slack/slackfake"
)

// What slack-go v0.35.0 cannot decode of what Slack may send. In Socket Mode such a thing
// comes as an error with the raw envelope, and nobody acknowledges it.
var refusedBySlackGo = []string{
	"block_actions/unknown_element", "reaction_added/file", "reaction_added/file_comment", "resources_added", "resources_removed", "scope_denied",
	"scope_granted", "subteam_updated/count_as_text", "um_evento_de_amanhã", "user_resource_denied", "user_resource_granted", "user_resource_removed",
	"view_submission/unknown_element", "workflow_deleted", "workflow_published", "workflow_step_deleted", "workflow_step_execute", "workflow_unpublished",
}

func TestSamples(t *testing.T) {
	t.Parallel()
	var refused []string
	blanks := 0
	for _, s := range slackfake.Samples() {
		err := decode(t, s)
		switch plain := !strings.Contains(s.Name, ", "); {
		case plain && err != nil:
			refused = append(refused, s.Name)
		case !plain:
			blanks++
		}
	}
	slices.Sort(refused)
	if !slices.Equal(refused, refusedBySlackGo) {
		t.Errorf("slack-go refuses %q", refused)
	}
	if blanks < 500 {
		t.Errorf("only %d shapes without values", blanks)
	}
}

// decode reads a sample as slack-go does.
func decode(t *testing.T, s slackfake.Sample) error {
	t.Helper()
	data, err := json.Marshal(s.Payload)
	if err != nil {
		t.Fatal(err)
	}
	switch s.Kind {
	case "events_api":
		_, err = slackevents.ParseEvent(data, slackevents.OptionNoVerifyToken())
	case "interactive":
		err = json.Unmarshal(data, &slack.InteractionCallback{})
	default:
		err = json.Unmarshal(data, &slack.SlashCommand{})
	}
	return err
}
