package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"recado/core/message"
)

// The fields of a Rating's Form. Service and solution are left out when not rated.
const (
	FieldSurvey   = "survey"   // the survey's id, which is also From.ID
	FieldService  = "service"  // "1" to "5"
	FieldSolution = "solution" // "1" to "5"
	FieldComment  = "comment"  // may be empty
	FieldLanguage = "language" // BCP 47, in which the page was shown
)

// The names of what else the form posts.
const (
	fieldNonce = "nonce"
	fieldLang  = "lang"
)

const (
	maxComment = 2000     // characters
	maxNonce   = 64       // bytes; ours have 26
	maxBody    = 32 << 10 // a full comment of 4-byte characters, percent-encoded, is 24 KB
)

// submission is a filled-in form. The nonce belongs to one showing of the form.
type submission struct {
	Stars
	nonce string
}

// newSubmission is a form that nobody has touched yet.
func newSubmission(page RatingPage) submission {
	return submission{Stars: page.Stars, nonce: rand.Text()}
}

// readForm reads what was posted, up to maxBody.
func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	return r.ParseForm()
}

// parsed is readForm for a page that needs to know no more than whether it could be read;
// else that is answered.
func (c *Channel) parsed(w http.ResponseWriter, r *http.Request) bool {
	err := readForm(w, r)
	if err != nil {
		c.note(w, r, http.StatusBadRequest, func(t *texts) note { return t.Foreign })
	}
	return err == nil
}

// readSubmission reads a posted form. What is out of range counts as not given.
func readSubmission(w http.ResponseWriter, r *http.Request) (submission, error) {
	if err := readForm(w, r); err != nil {
		return submission{}, fmt.Errorf("read the form: %w", err)
	}
	nonce := r.PostForm.Get(fieldNonce)
	if len(nonce) > maxNonce {
		return submission{}, fmt.Errorf("a nonce of %d bytes is not ours", len(nonce))
	}
	return submission{
		Stars: Stars{
			Service:  starsOf(r.PostForm.Get(FieldService)),
			Solution: starsOf(r.PostForm.Get(FieldSolution)),
			Comment:  plainText(r.PostForm.Get(FieldComment)),
		},
		nonce: nonce,
	}, nil
}

func starsOf(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 5 {
		return 0
	}
	return n
}

// plainText keeps letters and line ends: control characters are nobody's words,
// and PostgreSQL refuses NUL.
func plainText(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// check says what the person should change, nil for nothing.
func (s submission) check() func(*texts) string {
	switch {
	case utf8.RuneCountInString(s.Comment) > maxComment:
		return func(t *texts) string { return t.TooLong }
	case s.Service == 0 && s.Solution == 0:
		return func(t *texts) string { return t.Missing }
	}
	return nil
}

// key is the same for a form that is posted twice unchanged, as by a double click,
// a reload, or another try after an answer that got lost. A changed mind is another
// item, and so is every new showing of the form.
func (s submission) key() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d %d %q", s.nonce, s.Service, s.Solution, s.Comment))
	return hex.EncodeToString(sum[:12])
}

// inbound is the rating as an item for the inbox.
func (c *Channel) inbound(subject string, s submission, lang string) message.Inbound {
	from, now := message.Address{Channel: message.Web, ID: subject}, c.opts.Clock().UTC()
	form := map[string]string{FieldSurvey: subject, FieldComment: s.Comment, FieldLanguage: lang}
	if s.Service > 0 {
		form[FieldService] = strconv.Itoa(s.Service)
	}
	if s.Solution > 0 {
		form[FieldSolution] = strconv.Itoa(s.Solution)
	}
	return message.Inbound{
		Key:          message.Key{Channel: message.Web, Account: c.opts.Account, ID: purposeRate + "/" + subject + "/" + s.key()},
		Kind:         message.Rating,
		Conversation: message.ConversationWith(c.opts.Account, from),
		From:         from,
		Proof:        message.ByToken,
		SentAt:       now,
		ReceivedAt:   now,
		Form:         form,
	}
}
