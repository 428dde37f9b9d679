package machine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"recado/channels/email/letter"
)

// Whatever a report holds, what is read of it is fit to be kept, and says nothing that
// RFC 3463 and RFC 3464 do not know.
func FuzzReports(f *testing.F) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("From: <>\r\nContent-Type: multipart/report; report-type=delivery-status\r\n\r\nFinal-Recipient: rfc822;\r\nAction: \x00\r\nStatus: 5.1.1.1"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l := letter.Open(raw)
		for _, r := range []Report{ReadBounce(&l), ReadComplaint(&l)} {
			for name, value := range r.Form() {
				if !utf8.ValidString(value) || strings.ContainsAny(value, "\r\n\x00") || len(value) > 600 {
					t.Errorf("%s is %q", name, value)
				}
			}
			if r.Status != "" && statusIn(r.Status) != r.Status {
				t.Errorf("status %q", r.Status)
			}
			if len(r.MessageID) > letter.MaxMessageID || strings.ContainsAny(r.MessageID, "<> \n") {
				t.Errorf("message id %q", r.MessageID)
			}
		}
	})
}
