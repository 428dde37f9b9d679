package slack

import (
	"encoding/json"
	"fmt"

	slackgo "github.com/slack-go/slack"

	"recado/core/message"
)

// Drawn is what Slack is given of out, as JSON and without sending it: a message for each
// part, a modal, or a page, as they are in docs.slack.dev, "Block Kit". The golden files and
// the pictures of docs/slack-cards.md are made of it. home is the workspace's address, to
// which the lines of a page lead.
func Drawn(out message.Outbound, home string) ([]byte, error) {
	drawn, err := drawing(out, home)
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(drawn)
	if err != nil {
		return nil, fmt.Errorf("draw %s: %w", out.ID, err)
	}
	return raw, nil
}

func drawing(out message.Outbound, home string) ([]any, error) {
	switch {
	case out.Home != nil:
		c := &Channel{me: identity{url: home}}
		return []any{slackgo.HomeTabViewRequest{Type: slackgo.VTHomeTab, Blocks: slackgo.Blocks{BlockSet: c.homeBlocks(*out.Home, out)}}}, nil
	case out.Form != nil:
		view, err := formView(*out.Form, aboutForm{}, out.Language)
		return []any{view}, err
	}
	var all []any
	for _, b := range layout(out) {
		m := drawnMessage{Text: b.text, Blocks: b.blocks}
		if out.As != nil {
			m.Username, m.Icon = bare(out.As.Name, longestName), customerIcon
		}
		for _, a := range out.Attachments {
			m.Files = append(m.Files, a.Name)
		}
		all = append(all, m)
	}
	return all, nil
}

// drawnMessage is the part of chat.postMessage that is seen.
type drawnMessage struct {
	Username string          `json:"username,omitempty"`
	Icon     string          `json:"icon_emoji,omitempty"`
	Text     string          `json:"text"`
	Blocks   []slackgo.Block `json:"blocks,omitempty"`
	Files    []string        `json:"files,omitempty"` // they follow in the thread
}
