package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"recado/channels/email/letter"
	"recado/core/message"
)

// mailID is the same for every copy of a mail, and another one for another mail
// that bears the same Message-ID.
func mailID(l letter.Letter, raw []byte) string {
	ids := letter.MessageIDs(l.Header.First("message-id"))
	if len(ids) == 0 {
		sum := sha256.Sum256(raw)
		return "sha256:" + hex.EncodeToString(sum[:])
	}
	h := sha256.New()
	part := func(b string) { h.Write([]byte(b + "\x00")) }
	for _, name := range []string{"from", "date", "subject"} {
		part(l.Header.First(name))
	}
	for _, s := range l.Segments {
		part(strings.TrimSpace(s.Plain))
		part(strings.TrimSpace(s.HTML))
	}
	for _, f := range l.Files {
		_, _ = io.Copy(h, f.Open()) // from memory into a hash: neither fails
		part("")
	}
	for _, r := range l.Reports {
		part(string(bytes.TrimSpace(r.Content)))
	}
	return fmt.Sprintf("%s#%x", ids[0], h.Sum(nil)[:4])
}

func sentAt(h letter.Header) time.Time {
	if t, err := mail.ParseDate(h.First("date")); err == nil {
		return t.UTC()
	}
	return time.Time{}
}

var protocolNumber = regexp.MustCompile(`\b20\d{2}-\d{6,}\b`)

// thread is what the header says of earlier mails, nearest first.
func thread(h letter.Header) (t message.Thread) {
	if ids := letter.MessageIDs(h.First("message-id")); len(ids) > 0 {
		t.ID = ids[0]
	}
	refs := letter.MessageIDs(h.First("references"))
	slices.Reverse(refs)
	for _, id := range append(letter.MessageIDs(h.First("in-reply-to")), refs...) {
		if !slices.Contains(t.Refs, id) {
			t.Refs = append(t.Refs, id)
		}
	}
	for _, n := range protocolNumber.FindAllString(h.Subject(), 20) {
		if !slices.Contains(t.Numbers, n) {
			t.Numbers = append(t.Numbers, n)
		}
	}
	return t
}
