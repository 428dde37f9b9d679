// Package channels is the contract between Recado and an upstream: a small
// required part, and abilities that a channel may have besides.
//
// Promises: a channel hands every item to Sink.Accept and acknowledges it
// upstream only after Accept returned nil (rule 1); Send is called by the outbox
// alone, one message at a time for each address, and may be called again with the
// same message (rule 6). A channel never calls the domain, keeps no state that a
// restart would lose except what it can ask the upstream for again, and answers a
// failed Send with an *Error that says what to do next. The suite channeltest.Run
// shows what is meant.
package channels

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"recado/core/message"
)

// Channel is one upstream account: a mailbox, a WhatsApp number, a workspace.
type Channel interface {
	// Name is the kind of channel; Account tells apart several of one kind.
	Name() message.Channel
	Account() string

	// Run receives until ctx ends, and returns nil when it has drained: nothing
	// is half-read and every acknowledgement owed was given. A lost connection is
	// not an end: Run reconnects with backoff. It returns an error only for what
	// nobody but a person can mend, such as a refused password.
	Run(ctx context.Context, sink Sink) error

	// Send hands one message to the upstream and returns when it took it.
	// A failure is an *Error; anything else counts as Temporary.
	// It must be safe to call while Run runs, and while it does not.
	Send(ctx context.Context, out message.Outbound) (Receipt, error)
}

// Sink takes items in. Accept returns nil when all of them are committed, also
// when some were known already; on an error none may be acknowledged upstream.
type Sink interface {
	Accept(ctx context.Context, items ...message.Inbound) error
}

// Receipt is what the upstream said of a message that it took.
type Receipt struct {
	UpstreamID string // how the upstream names it from now on; empty: as foretold
}

// Exclusive is a channel that must have one owner among all processes, such as a
// mailbox. Others run in every process.
type Exclusive interface {
	Exclusive() bool
}

// Owner is a Sink that knows whether this process still is the owner of an Exclusive
// channel. Where the upstream throws the older of two connections out, the channel asks
// before each connection: a process that was frozen until its lease was over would
// throw out the one that took over.
type Owner interface {
	Owns(ctx context.Context, c Channel) bool
}

// Foreteller is a channel whose upstream id is known before sending. The outbox
// stores it with the message, so that an answer to it finds its ticket even when
// the process died between sending and noting so.
type Foreteller interface {
	UpstreamID(out message.Outbound) string
}

// Checker tries the upstream once, for `recado check`. The error's text is for
// the person who runs the desk: what is wrong, and what to do.
type Checker interface {
	Check(ctx context.Context) error
}

// State is how a channel fares, for readiness and metrics.
type State struct {
	Up      bool
	Detail  string          // for the person who runs the desk; no secrets
	Trouble message.Trouble // what the team is told of when it lasts; a channel may be up and have some
	Until   time.Time       // when the trouble ends by itself, or gets worse; zero: not known
	Mend    message.Link    // the page where a person can mend it, without a label; zero: there is none
}

// Reporter tells its state at any time, without waiting.
type Reporter interface {
	State() State
}

// Passer counts what came in and is none of the desk's, by reason, since the process
// began: a status post, a group. It is for metrics; nothing of it is kept.
type Passer interface {
	Passed() map[string]int64
}

// Memory keeps a channel's few words of progress, such as an IMAP cursor.
// Load of an unknown name is "", nil.
type Memory interface {
	Load(ctx context.Context, name string) (string, error)
	Save(ctx context.Context, name, value string) error
}

// Files keeps bytes by their content, for ever. Keep reads r to its end; it returns
// ErrFileTooLarge when r holds more than limit bytes, and an *InfectedError when a
// scanner found something, and then keeps nothing. After any other error the bytes
// may be offered again: what they came with is not acknowledged upstream.
//
// Open returns ErrNoFile for what was never kept. Any other error, of Open or of
// reading, means that the bytes cannot be had now. Suite: channeltest.RunFiles.
type Files interface {
	Keep(ctx context.Context, r io.Reader, limit int64) (digest string, size int64, err error)
	Open(ctx context.Context, digest string) (io.ReadCloser, error)
}

// Scanning is a store of files that has them scanned first. KeepScanned is Keep, and
// reports whether the scanner saw the bytes: it may have been away, and the desk chosen
// to go on.
type Scanning interface {
	KeepScanned(ctx context.Context, r io.Reader, limit int64) (digest string, size int64, scanned bool, err error)
}

// KeepAttachment keeps one file that somebody sent, at most message.MaxFileSize bytes.
// What may not be kept is a refusal and no error, since offering it again would not help.
func KeepAttachment(ctx context.Context, store Files, name, mediaType string, r io.Reader) (kept message.Attachment, refused message.Refusal, err error) {
	kept = message.Attachment{Name: name, MediaType: mediaType}
	scanned := true
	if s, ok := store.(Scanning); ok {
		kept.Digest, kept.Size, scanned, err = s.KeepScanned(ctx, r, message.MaxFileSize)
	} else {
		kept.Digest, kept.Size, err = store.Keep(ctx, r, message.MaxFileSize)
	}
	kept.Unscanned = !scanned
	infected, isInfected := errors.AsType[*InfectedError](err)
	switch {
	case errors.Is(err, ErrFileTooLarge):
		return message.Attachment{}, message.Refusal{Name: name, Size: kept.Size, Why: message.TooLarge}, nil
	case errors.Is(err, ErrUnscanned):
		return message.Attachment{}, message.Refusal{Name: name, Size: kept.Size, Why: message.Unscanned}, nil
	case isInfected:
		return message.Attachment{}, message.Refusal{Name: name, Size: kept.Size, Why: message.Infected, Virus: infected.Virus}, nil
	case err != nil:
		return message.Attachment{}, message.Refusal{}, err
	}
	return kept, message.Refusal{}, nil
}

// Attach keeps one file that an item brought, as KeepAttachment does, and notes it there:
// as an attachment, or as what was refused.
func Attach(ctx context.Context, store Files, in *message.Inbound, name, mediaType string, r io.Reader) error {
	kept, refused, err := KeepAttachment(ctx, store, name, mediaType, r)
	switch {
	case err != nil:
		return fmt.Errorf("keeping the file %q: %w", name, err)
	case refused.Why != "":
		in.Refused = append(in.Refused, refused)
	default:
		in.Attachments = append(in.Attachments, kept)
	}
	return nil
}

// Sleep waits, and reports whether it could to the end: ctx may end before.
func Sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
