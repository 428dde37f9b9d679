package slack

import (
	"context"
	"errors"
	"net"
	"slices"

	slackgo "github.com/slack-go/slack"

	"recado/channels"
	"recado/core/message"
)

// verdict turns a failure into what the outbox does next.
func (c *Channel) verdict(ctx context.Context, err error) error {
	if _, known := errors.AsType[*channels.Error](err); known {
		return err
	}
	e := &channels.Error{Kind: channels.Temporary, Err: err}
	limited, isLimited := errors.AsType[*slackgo.RateLimitedError](err)
	status, isStatus := errors.AsType[slackgo.StatusCodeError](err)
	switch said := code(err); {
	case ctx.Err() != nil:
		// it was cut short, and says nothing of the message
	case isLimited:
		e.Kind, e.RetryAfter = channels.RateLimited, limited.RetryAfter
	case isStatus && status.Code >= 500, isNetwork(err), slices.Contains(away, said):
		e.Kind = channels.Away
	case isSignedOut(err), said == "missing_scope" && needed(err) == "chat:write":
		e.Kind = channels.SignedOut
		c.state.sent(err)
	case slices.Contains(nobody, said):
		e.Kind, e.Why = channels.Unreachable, message.NoSuchAddress
	case slices.Contains(unacceptable, said):
		e.Kind, e.Why = channels.Permanent, message.Refused
	case said == "msg_too_long" || said == "file_uploads_too_large":
		e.Kind, e.Why = channels.Permanent, message.Oversized
	case said == "missing_scope":
		e.Kind, e.Why = channels.Permanent, message.Refused
	}
	if e.Kind != channels.Temporary || code(err) != "" {
		e.Err = &wordedError{inWords(err), err}
	}
	return e
}

// wordedError says to people what Slack says in a code.
type wordedError struct {
	text string
	err  error
}

func (e *wordedError) Error() string { return e.text }
func (e *wordedError) Unwrap() error { return e.err }

// What Slack answers (docs.slack.dev, the methods' lists of errors). What is named nowhere
// here may pass another time, such as a channel from which the app was taken: somebody
// invites it again, and within some hours nothing is lost.
var (
	away = []string{"service_unavailable", "team_added_to_org", "ratelimited", "rate_limited", "request_timeout"}

	nobody = []string{"user_not_found", "user_disabled", "cannot_dm_bot", "users_not_found", "user_not_visible"}

	unacceptable = []string{
		"invalid_blocks", "invalid_blocks_format", "invalid_attachments", "invalid_arguments", "invalid_arg_name", "invalid_array_arg",
		"invalid_charset", "no_text", "too_many_attachments", "too_many_contact_cards", "restricted_action", "restricted_action_thread_only_channel",
		"restricted_action_read_only_channel", "restricted_action_non_threadable_channel", "cannot_reply_to_message", "cant_update_message",
		"edit_window_closed", "cant_delete_message", "invalid_name", "file_type_not_allowed", "blocked_file_type", "invalid_metadata_format",
	}
)

// needed is the scope that a call lacked.
func needed(err error) string {
	if said, ok := errors.AsType[slackgo.SlackErrorResponse](err); ok {
		return said.Needed
	}
	return ""
}

// isNetwork reports that Slack could not be asked at all.
func isNetwork(err error) bool {
	_, ok := errors.AsType[net.Error](err)
	return ok
}

// isCut reports a connection that ended without an answer. One that took too long is none:
// to ask again at once would not help.
func isCut(err error) bool {
	failed, ok := errors.AsType[net.Error](err)
	return ok && !failed.Timeout()
}
