package slack

import (
	"fmt"
	"strings"

	slackgo "github.com/slack-go/slack"

	"recado/channels/literal"
	"recado/core/message"
)

// Limits of Block Kit (docs.slack.dev, "Block Kit" reference) and of texts: 4,000
// characters is what chat.update takes, and what Slack advises for a message.
const (
	longestText    = 4000
	longestSection = 3000
	longestHeader  = 150
	longestField   = 2000
	longestButton  = 75
	longestValue   = 2000
	longestConfirm = 300
	fieldsAtOnce   = 10
	buttonsAtOnce  = 5 // a line of more of them is hard to read; Slack takes 25
	mostBlocks     = 50
)

// body is one message of Slack: its words, and what is shown instead of them where blocks
// are shown.
type body struct {
	text   string
	blocks []slackgo.Block
}

func (b body) options() []slackgo.MsgOption {
	o := []slackgo.MsgOption{slackgo.MsgOptionText(b.text, false)} // it is escaped already
	if len(b.blocks) > 0 {
		o = append(o, slackgo.MsgOptionBlocks(b.blocks...))
	}
	return o
}

// layout is what out says, in as many messages as that takes; never none.
func layout(out message.Outbound) (all []body) {
	if out.Card != nil {
		return []body{cardBody(out)}
	}
	text := out.Text
	if out.Link != nil && out.Link.URL != "" {
		text = strings.TrimSpace(text + "\n\n" + out.Link.Label + ":\n" + out.Link.URL)
	}
	if text == "" {
		var names []string
		for _, a := range out.Attachments {
			names = append(names, "📎 "+bare(a.Name, longestHeader))
		}
		text = strings.Join(names, "\n")
	}
	most := longestText
	if len(out.Choices) > 0 {
		most = longestSection
	}
	for _, p := range split(text, most, func(s string) string { return mrkdwn(s, out.Verbatim) }) {
		all = append(all, body{text: p})
	}
	if len(all) == 0 {
		all = []body{{text: "…"}} // Slack takes no empty message
	}
	if last := &all[len(all)-1]; len(out.Choices) > 0 {
		last.blocks = append([]slackgo.Block{section(last.text)}, buttons(choicesOf(out.Choices), out.Language)...)
	}
	return all
}

func choicesOf(choices []message.Choice) (all []message.Button) {
	for _, c := range choices {
		all = append(all, message.Button{Choice: c})
	}
	return all
}

// marks of a card's color: a mark is seen in every theme, and read aloud.
var colorMarks = map[string]string{"good": "🟢 ", "warning": "🟡 ", "danger": "🔴 "}

// cardBody is a card in blocks, and in words for who sees none: a notification, a screen
// reader.
func cardBody(out message.Outbound) body {
	card := *out.Card
	write := func(s string) string { return mrkdwn(s, out.Verbatim) }
	var blocks []slackgo.Block
	if card.Title != "" { // what one person alone is told has none
		blocks = append(blocks, slackgo.NewHeaderBlock(plain(colorMarks[card.Color]+card.Title, longestHeader)))
	}
	for _, p := range split(card.Body, longestSection, write) {
		blocks = append(blocks, section(p))
	}
	for fields := card.Fields; len(fields) > 0; {
		n := min(fieldsAtOnce, len(fields))
		var row []*slackgo.TextBlockObject
		for _, f := range fields[:n] {
			row = append(row, words(fieldText(f)))
		}
		blocks, fields = append(blocks, slackgo.NewSectionBlock(nil, row, nil)), fields[n:]
	}
	blocks = append(blocks, buttons(card.Buttons, out.Language)...)
	for _, p := range split(card.Foot, longestField, write) {
		blocks = append(blocks, slackgo.NewContextBlock("", words(p)))
	}
	text := mrkdwn(out.Text, out.Verbatim)
	if out.Text == "" {
		text = escape.Replace(card.Title)
	}
	return body{text: clip(text, longestText), blocks: blocks[:min(len(blocks), mostBlocks)]}
}

// fieldText is a label above its value, which is plain words.
func fieldText(f message.Field) string {
	value := f.Value
	if value == "" {
		value = "–"
	}
	label := "*" + escape.Replace(literal.Apart(clip(f.Label, longestButton), formatting)) + "*\n"
	for n := longestField - length(label); ; n = n * 2 / 3 {
		if text := linked(unformatted(clip(value, n)), escape.Replace); length(label+text) <= longestField || n < shortestPiece {
			return label + text
		}
	}
}

func section(text string) *slackgo.SectionBlock {
	return slackgo.NewSectionBlock(words(text), nil, nil)
}

// words is a text in mrkdwn. Verbatim keeps Slack from finding links and names in it by
// itself: those that are meant are marked.
func words(text string) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.MarkdownType, text, false, true)
}

// plain is a text where nothing is formatted.
func plain(text string, most int) *slackgo.TextBlockObject {
	return slackgo.NewTextBlockObject(slackgo.PlainTextType, or(bare(text, most), "–"), true, false)
}

// linkAction begins the action of a button that only opens a page.
const linkAction = "link:"

// buttons stand in lines.
func buttons(all []message.Button, language string) (blocks []slackgo.Block) {
	for i := 0; i < len(all); i += buttonsAtOnce {
		var line []slackgo.BlockElement
		for j, b := range all[i:min(i+buttonsAtOnce, len(all))] {
			e := slackgo.NewButtonBlockElement(fmt.Sprintf("press:%d", i+j), clip(b.Value, longestValue), plain(b.Label, longestButton))
			if b.Style == "primary" || b.Style == "danger" {
				e.Style = slackgo.Style(b.Style)
			}
			if b.Confirm != "" {
				e.Confirm = slackgo.NewConfirmationBlockObject(plain(b.Label, longestTitle), plain(b.Confirm, longestConfirm),
					plain(b.Label, longestAnswer), plain(cancel(language), longestAnswer))
			}
			line = append(line, e)
		}
		blocks = append(blocks, slackgo.NewActionBlock("", line...))
	}
	return blocks
}

const (
	longestTitle  = 100 // of a question before a button counts
	longestAnswer = 30
)

// cancel is the one word that Slack wants beside ours.
func cancel(language string) string {
	if strings.HasPrefix(language, "en") {
		return "Cancel"
	}
	return "Cancelar"
}
