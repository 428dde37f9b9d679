package email

import (
	"strings"
	"testing"
	"time"

	"recado/core/message"
)

// Words of a customer come out again in our mails: as many as a mail may hold must not
// keep the sender busy.
func TestMarkupOfHugeText(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{"*a ", "_a ", "*_", "*a _b "} {
		begun := time.Now()
		testDesk(t).htmlBody(message.Outbound{Text: strings.Repeat(piece, maxText/len(piece))})
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("%q repeated took %s", piece, took)
		}
	}
}
