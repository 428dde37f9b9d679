package llm

import (
	"errors"
	"strconv"
)

// Why says why the model's answer is not used. It is the label of a metric.
type Why string

// Reasons, first those for which no request is made.
const (
	Unwanted Why = "unwanted" // the organisation wants no model
	Needless Why = "needless" // the built-in assistant is sure that there is nothing to read
	Unfit    Why = "unfit"    // a file that is too large or too small, or not what it is called
	Broken   Why = "broken"   // it failed again and again of late, and rests
	Busy     Why = "busy"     // no place was free in time, or the server said so (429)
	Spent    Why = "spent"    // a budget is used up

	Down     Why = "down"     // no connection, or 5xx
	Slow     Why = "slow"     // the deadline passed
	Rejected Why = "rejected" // 4xx: the request, the key or the model's name is wrong

	Refused Why = "refused" // it would not answer, or a filter stopped it
	Cut     Why = "cut"     // the answer ended before its end
	Empty   Why = "empty"
	Huge    Why = "huge"
	Garbled Why = "garbled" // no JSON, or not what was asked for
	Foreign Why = "foreign" // it names what was not offered
	Looping Why = "looping" // the same words again and again
)

// Failure is why there is no answer of the model. It holds no words of anybody.
type Failure struct {
	Why    Why
	Status int    // of HTTP; 0: there was none
	Detail string // ours, never the server's

	cause error // of Down: what the network said; never in Error
}

// Unwrap gives what the network said, for who tries the connection.
func (f *Failure) Unwrap() error { return f.cause }

func (f *Failure) Error() string {
	text := "the model's answer is not used: " + string(f.Why)
	if f.Status != 0 {
		text += " (HTTP " + strconv.Itoa(f.Status) + ")"
	}
	if f.Detail != "" {
		text += ": " + f.Detail
	}
	return text
}

func fail(why Why, detail string) *Failure { return &Failure{Why: why, Detail: detail} }

// whyOf is the reason of an error.
func whyOf(err error) Why {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f.Why
	}
	return Down
}

// ofServer reports a failure that tells of the server, not of one answer: these open the
// breaker.
func (w Why) ofServer() bool {
	return w == Down || w == Slow || w == Rejected || w == Busy
}
