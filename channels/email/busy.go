package email

import (
	"errors"
	"regexp"

	"github.com/emersion/go-imap/v2"
)

// busyWords is how servers ask for fewer requests where they have no code for it: "Too
// many simultaneous connections" and "exceeded command or bandwidth limits" (Gmail),
// "Request is throttled. Suggested Backoff Time" (Exchange), "rate limit hit" (Yahoo).
var busyWords = regexp.MustCompile(`(?i)too many|throttl|bandwidth|rate limit|limits? (was |has been )?(hit|exceeded|reached)|exceeded|try again later`)

// throttled reports whether a server wants us to come less often, or has no time now (RFC
// 5530). Whoever knocks again at once is let in later still.
func throttled(err error) bool {
	if said, ok := errors.AsType[*imap.Error](err); ok {
		switch said.Code {
		case imap.ResponseCodeUnavailable, imap.ResponseCodeLimit, imap.ResponseCodeOverQuota, imap.ResponseCodeInUse:
			return true
		}
		if busyWords.MatchString(said.Text) {
			return true
		}
	}
	bye, ok := errors.AsType[*farewell](err)
	return ok && busyWords.MatchString(bye.words)
}
