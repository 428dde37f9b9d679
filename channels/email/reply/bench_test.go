package reply

import (
	"strings"
	"testing"
)

// A mail of 2 KB that answers with marks.
func BenchmarkRead(b *testing.B) {
	text := ownWords + "\n\nEm seg., 23 de nov. de 2026 às 09:50, Suporte Aurora <suporte@desk.example> escreveu:\n\n" + marked(strings.Repeat(quotedWords+"\n", 18))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Read(text)
	}
}

// A mail that answers nothing, and lines that nearly are something.
func BenchmarkReadUnquoted(b *testing.B) {
	text := strings.Repeat(ownWords+"\nEm 23/11/2026 o cliente disse:\nDe: x\n-- \n", 12)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Read(text)
	}
}

// The most text of one mail, of the kind that is looked at longest.
func BenchmarkReadLargest(b *testing.B) {
	text := strings.Repeat("De: a@b 1/2/2026 10:00\nescreveu:\n\n", 256<<10/36)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Read(text)
	}
}
