package machine

import (
	"regexp"
	"strings"

	"recado/channels/email/letter"
)

var (
	// A status code of RFC 3463, and no part of an IP address or a version.
	enhancedCode = regexp.MustCompile(`(?:^|[^\d.])([245]\.[0-7]\.\d{1,3})(?:[^\d.]|\.?$|\.\s)`)
	// A reply code of SMTP where servers cite one.
	replyCode = regexp.MustCompile(`(?im)(?:^[\s<>"'*(-]*|(?:said|says|with|response|was):?\s*|(?:error|code)[ :]+|reason:\s*|smtp;\s*|message\]:\s*|:\s)` +
		`\(?\b(4[2357]\d|5[0-57]\d)\b[- :#(]`)
)

// statusIn is the code in the value of a Status field, or in a text; "" without one.
func statusIn(s string) string {
	if found := enhancedCode.FindStringSubmatch(s); found != nil {
		return found[1]
	}
	return ""
}

// statusOf is what a server's words come to: the code that they cite, sharpened by
// what they say when that is nothing but "failed".
func statusOf(words string) string {
	status := statusIn(words)
	if found := replyCode.FindStringSubmatch(words); status == "" && found != nil {
		status = found[1][:1] + ".0.0"
	}
	return sharper(status, wordsFor(words))
}

// sharper is status, or hint when status says no more than the class of hint. Many
// servers answer 5.0.0 or 5.5.0 and tell the cause in words.
func sharper(status, hint string) string {
	switch {
	case hint == "":
		return status
	case status == "":
		return hint
	case status[:1] == hint[:1] && (strings.HasSuffix(status, ".0.0") || strings.HasSuffix(status, ".5.0") || strings.HasSuffix(status, ".3.0")):
		return hint
	}
	return status
}

func diagnosticOf(s string) string { return letter.Cut(letter.OneLine(s), 500) }

// wordsFor is the code for a cause that is told in words; "" when none is known.
func wordsFor(words string) string {
	folded := fold(letter.Cut(words, mostExplained))
	for _, c := range causes {
		if c.words.in(folded) {
			return c.status
		}
	}
	return ""
}

// mostExplained bounds what is searched for a cause, in bytes: it is in one paragraph.
const mostExplained = 4 << 10
