package email

import (
	"strings"
	"testing"

	"recado/core/message"
)

// Words of a customer come out again in our mails: as many as a mail may hold must not
// keep the sender busy. So marks that never end are given up soon.
func TestMarksThatNeverEnd(t *testing.T) {
	t.Parallel()
	for marks, bold := range map[int]bool{mostEnds - 1: true, mostEnds: false} {
		var b strings.Builder
		writeInline(&b, "*a"+strings.Repeat(" *", marks)+" b*")
		if got := strings.HasPrefix(b.String(), "<strong"); got != bold {
			t.Errorf("with %d other marks before its end, bold is %v: %s", marks, got, b.String())
		}
	}
}

func BenchmarkMarkupOfHugeText(b *testing.B) {
	for _, piece := range []string{"*a ", "_a ", "*_", "*a _b ", "http"} {
		b.Run(piece, func(b *testing.B) {
			out := message.Outbound{Text: strings.Repeat(piece, maxText/len(piece))}
			for b.Loop() {
				testDesk(b).htmlBody(out)
			}
		})
	}
}
