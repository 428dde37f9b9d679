package channels

import (
	"errors"
	"fmt"
	"time"

	"recado/core/message"
)

// ErrFileTooLarge is returned by Files.Keep for more bytes than its limit.
var ErrFileTooLarge = errors.New("the file is larger than the limit")

// ErrNoFile is returned by Files.Open for bytes that were never kept.
var ErrNoFile = errors.New("no such file")

// InfectedError is returned by Files.Keep for bytes in which a scanner found something.
type InfectedError struct {
	Virus string // as the scanner names it; printable ASCII
}

func (e *InfectedError) Error() string { return "the file holds " + e.Virus }

// ErrUnscanned is returned by Files.Keep for bytes that the scanner will never take,
// such as too many of them, when nothing may be kept unscanned.
var ErrUnscanned = errors.New("the file cannot be scanned")

// ErrorKind says what the outbox does next.
type ErrorKind string

// The kinds of failure. What is not classed is Temporary, and attempts are bounded.
const (
	Temporary   ErrorKind = "temporary"    // try again with backoff
	RateLimited ErrorKind = "rate-limited" // try again after RetryAfter; not counted as an attempt
	Permanent   ErrorKind = "permanent"    // this message will never pass: bury it and tell the team
	Unreachable ErrorKind = "unreachable"  // this address is dead: bury, and mark the address
	SignedOut   ErrorKind = "signed-out"   // no message will pass until a person acts: wait, and raise an alarm
	Away        ErrorKind = "away"         // no message passes now, whatever it says: the upstream is down or not to be reached; wait
)

// Error is a failed Send.
type Error struct {
	Kind       ErrorKind
	RetryAfter time.Duration // for RateLimited; zero is the outbox's own backoff
	Err        error
	Why        message.Failure // for the team, of a message that is given up; empty: not known
}

func (e *Error) Error() string { return fmt.Sprintf("%s: %v", e.Kind, e.Err) }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf classes any error of Send.
func KindOf(err error) (ErrorKind, time.Duration) {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind, e.RetryAfter
	}
	return Temporary, 0
}

// WhyOf is what a failed Send said of the reason.
func WhyOf(err error) message.Failure {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Why
	}
	return ""
}
