package slack

import (
	"context"
	"fmt"
	"strings"

	slackgo "github.com/slack-go/slack"

	"recado/core/message"
)

// mostHomeBlocks is what a page holds (docs.slack.dev, "Views").
const mostHomeBlocks = 100

// publish shows somebody's page anew. Nobody is told of it, and it has no upstream id.
func (c *Channel) publish(ctx context.Context, user string, out message.Outbound) error {
	request := slackgo.PublishViewContextRequest{
		UserID: user,
		View:   slackgo.HomeTabViewRequest{Type: slackgo.VTHomeTab, Blocks: slackgo.Blocks{BlockSet: c.homeBlocks(*out.Home, out)}},
	}
	return c.call(ctx, "views.publish", user, func(api *slackgo.Client) error {
		_, err := api.PublishViewContext(ctx, request)
		return err
	})
}

// homeBlocks are a page: its figures, what else it can show, and its lines.
func (c *Channel) homeBlocks(h message.Home, out message.Outbound) []slackgo.Block {
	blocks := []slackgo.Block{slackgo.NewHeaderBlock(plain(h.Title, longestHeader))}
	for fields := h.Figures; len(fields) > 0; {
		n := min(fieldsAtOnce, len(fields))
		var row []*slackgo.TextBlockObject
		for _, f := range fields[:n] {
			row = append(row, words(fieldText(f)))
		}
		blocks, fields = append(blocks, slackgo.NewSectionBlock(nil, row, nil)), fields[n:]
	}
	blocks = append(append(blocks, buttons(h.Views, out.Language)...), slackgo.NewDividerBlock())
	foot := split(h.Foot, longestField, func(s string) string { return mrkdwn(s, out.Verbatim) })
	if len(h.Rows) == 0 && len(foot) == 0 {
		blocks = append(blocks, section(mrkdwn(out.Text, out.Verbatim)))
	}
	for i, r := range h.Rows {
		if len(blocks)+len(foot) >= mostHomeBlocks {
			break
		}
		blocks = append(blocks, c.homeRow(i, r, out))
	}
	for _, p := range foot {
		blocks = append(blocks, slackgo.NewContextBlock("", words(p)))
	}
	return blocks[:min(len(blocks), mostHomeBlocks)]
}

// homeRow is a line with its button, and the way to what it speaks of.
func (c *Channel) homeRow(i int, r message.Row, out message.Outbound) slackgo.Block {
	text := mrkdwn(clip(r.Text, longestSection/2), out.Verbatim)
	if link := c.permalink(r.Leads); link != "" {
		text += "\n<" + link + "|" + openThread(out.Language) + ">"
	}
	b := section(clip(text, longestSection))
	if r.Button != nil {
		e := slackgo.NewButtonBlockElement(fmt.Sprintf("row:%d", i), clip(r.Button.Value, longestValue), plain(r.Button.Label, longestButton))
		b.Accessory = slackgo.NewAccessory(e)
	}
	return b
}

// permalink is the address of a message, as Slack makes it; empty when it was never said.
func (c *Channel) permalink(upstream string) string {
	at, ok := parseSpot(upstream)
	c.mu.Lock()
	home := c.me.url
	c.mu.Unlock()
	if !ok || home == "" {
		return ""
	}
	return strings.TrimSuffix(home, "/") + "/archives/" + at.channel + "/p" + strings.ReplaceAll(at.ts, ".", "")
}

func openThread(language string) string {
	switch {
	case strings.HasPrefix(language, "en"):
		return "Open the thread"
	case strings.HasPrefix(language, "es"):
		return "Abrir el hilo"
	}
	return "Abrir o fio"
}
