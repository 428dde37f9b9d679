package whatsapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"unicode/utf8"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"

	"recado/core/message"
)

// What a poll on a phone takes.
const (
	mostOptions   = 12
	longestOption = 100 // characters
	longestPoll   = 255 // characters of its question
)

// pollOf is the poll beside a message; nil: it has none.
func (c *Channel) pollOf(out message.Outbound) *message.Poll {
	switch {
	case out.Kind != "" || c.Polls == NoPolls:
		return nil
	case out.Poll != nil:
		return out.Poll
	case c.Polls == ChoicePolls:
		return choicePoll(out)
	}
	return nil
}

// choicePoll makes a poll of a question with a few choices, where each can be told from
// the others by what a poll shows of it. The vote names the label (message.Choice.Names).
func choicePoll(out message.Outbound) *message.Poll {
	if len(out.Choices) < 2 || len(out.Choices) > mostOptions {
		return nil
	}
	seen := map[string]bool{}
	for _, c := range out.Choices {
		if seen[c.Label] || strings.ContainsAny(c.Label, "*_\n") || utf8.RuneCountInString(c.Label) > longestOption {
			return nil
		}
		seen[c.Label] = true
	}
	name := ""
	for line := range strings.SplitSeq(out.Text, "\n") {
		if strings.HasPrefix(line, "*1.* ") {
			break
		}
		if line = strings.TrimSpace(line); line != "" {
			name = line
		}
	}
	name = strings.NewReplacer("*", "", "_", "").Replace(name)
	if utf8.RuneCountInString(name) > longestPoll || name == "" {
		return nil
	}
	return &message.Poll{Name: name, Options: out.Choices}
}

// pollMessage is a poll for one choice. Its secret, by which votes are read, comes of the
// message's id: a message that is sent again has the same, whichever of the two the phone
// got.
func pollMessage(client *whatsmeow.Client, poll *message.Poll, id string) *waE2E.Message {
	labels := make([]string, len(poll.Options))
	for i, option := range poll.Options {
		labels[i] = option.Label
	}
	m := client.BuildPollCreation(poll.Name, labels, 1)
	mac := hmac.New(sha256.New, client.Store.IdentityKey.Priv[:])
	mac.Write([]byte("recado poll " + id))
	m.MessageContextInfo.MessageSecret = mac.Sum(nil)
	return m
}
