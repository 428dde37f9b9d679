package email

import (
	"context"
	"strings"
	"testing"

	"recado/channels/email/letter"
)

// One mail of 2 KB, from bytes to Inbound, with the store in memory.
func BenchmarkRead(b *testing.B) {
	d := testDesk(b)
	raw := []byte(letterFrom("1", strings.Repeat("A emissão do CT-e parou desde ontem à noite, e nada mudou aqui.\r\n", 25)))
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := d.read(context.Background(), raw, letter.Envelope{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompose(b *testing.B) {
	d := testDesk(b)
	for b.Loop() {
		if _, err := d.compose(context.Background(), notice()); err != nil {
			b.Fatal(err)
		}
	}
}
