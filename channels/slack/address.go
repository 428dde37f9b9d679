package slack

import (
	"strings"

	"recado/core/message"
)

// address is somebody, or a channel, of a workspace: "T1/U1", "T1/C1".
func address(workspace, id string) message.Address {
	if workspace == "" || id == "" {
		return message.Address{}
	}
	return message.Address{Channel: message.Slack, ID: workspace + "/" + id}
}

// parts reads an address back.
func parts(a message.Address) (workspace, id string, ok bool) {
	workspace, id, ok = strings.Cut(a.ID, "/")
	return workspace, id, ok && a.Channel == message.Slack && workspace != "" && id != "" && !strings.Contains(id, "/")
}

// spot is where a message stands: its channel, and its time, which is its name there.
type spot struct{ channel, ts string }

// String is the upstream id, "C1/1712345678.000100".
func (s spot) String() string { return s.channel + "/" + s.ts }

func (s spot) isZero() bool { return s.channel == "" || s.ts == "" }

// parseSpot reads an upstream id, or a key's, which may go on after it.
func parseSpot(id string) (spot, bool) {
	channel, rest, _ := strings.Cut(id, "/")
	ts, _, _ := strings.Cut(rest, "/")
	s := spot{channel, ts}
	return s, !s.isZero() && !moment(ts).IsZero()
}

// isDirect reports a conversation of one person with the app.
func isDirect(channel string) bool { return strings.HasPrefix(channel, "D") }

// isUser reports an id that is a person's, not a channel's.
func isUser(id string) bool { return strings.HasPrefix(id, "U") || strings.HasPrefix(id, "W") }
