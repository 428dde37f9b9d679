package email

import (
	"context"
	"errors"
	"time"

	"recado/channels"
	"recado/channels/email/oauth"
	"recado/core/message"
)

// classify turns a failure into what the outbox does next, by where it happened, the
// reply code (RFC 5321 section 4.2), the enhanced code (RFC 3463), and where servers
// use one code for everything, their words. ctx is that of the sending: its end says
// nothing of the mail or the server.
func classify(ctx context.Context, at step, err error) error {
	e := &channels.Error{Err: err}
	said, refused := errors.AsType[*refusal](err)
	switch {
	case ctx.Err() != nil:
		e.Kind = channels.Temporary
	case certificateRefused(err), errors.Is(err, errNoWay), errors.Is(err, errNoBearer), errors.Is(err, errNoTLS), revoked(err):
		e.Kind = channels.SignedOut
	case refused && (at == atConnect || at == atSignIn):
		e.Kind = unwelcome(at, said)
	case refused:
		e.Kind, e.Why, e.RetryAfter = judge(at, said)
	case at == atConnect, at == atSignIn:
		e.Kind = channels.Away // no address, no route, no answer: nothing was said of this mail
	default:
		e.Kind, e.Why = channels.Temporary, message.NoAnswer // it broke off in the middle of this one
	}
	return e
}

// revoked reports whether the provider gives no access tokens any more.
func revoked(err error) bool {
	_, ok := errors.AsType[*oauth.Refused](err)
	return ok
}

// unwelcome is a refusal before any mail was spoken of. 554 in the greeting is for
// whoever asks (RFC 5321 section 3.1); other codes there are a server in trouble.
func unwelcome(at step, said *refusal) channels.ErrorKind {
	if said.Code >= 500 && (at == atSignIn || said.Code == 554) {
		return channels.SignedOut
	}
	return channels.Away
}

// dayLimit is how long a limit that is counted by the hour or the day is waited for,
// before it is tried again.
const dayLimit = time.Hour

// judge is a refusal of one mail. Until the recipient is named, a server knows our
// address and a size: what it refuses then, it will refuse of every mail.
func judge(at step, said *refusal) (channels.ErrorKind, message.Failure, time.Duration) {
	why := said.why(at)
	switch {
	case said.Code == 530, said.Code == 534, said.Code == 535:
		return channels.SignedOut, "", 0
	case why == message.TooOften && said.Code >= 500:
		return channels.RateLimited, why, dayLimit
	case why == message.TooOften:
		return channels.RateLimited, why, 0
	case said.Code < 500 && at == atSender && (said.about(3) || said.about(4)):
		return channels.Away, "", 0
	case said.Code < 500:
		return channels.Temporary, why, 0
	case why == message.Oversized, why == message.NotSpelled:
		return channels.Permanent, why, 0
	case at == atSender, why == message.SenderRefused:
		return channels.SignedOut, message.SenderRefused, 0
	case why.Gone():
		return channels.Unreachable, why, 0
	}
	return channels.Permanent, why, 0
}
