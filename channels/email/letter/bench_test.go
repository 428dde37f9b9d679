package letter

import (
	"strings"
	"testing"
)

// One plain mail of 2 KB, and one of a text with 100 KB attached.
func BenchmarkOpen(b *testing.B) {
	head := "From: Ana Souza <ana@cliente.example>\r\nTo: suporte@desk.example\r\nSubject: Ajuda\r\nDate: Mon, 23 Nov 2026 10:00:00 -0300\r\n" +
		"Message-ID: <1@cliente.example>\r\nMIME-Version: 1.0\r\n"
	words := strings.Repeat("A emissão do CT-e parou desde ontem à noite, e nada mudou aqui.\r\n", 25)
	for name, raw := range map[string]string{
		"2KB": head + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + words,
		"100KB": head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + words + "--b\r\nContent-Type: application/pdf; name=a.pdf\r\n" +
			"Content-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat(strings.Repeat("A", 76)+"\r\n", 1750) + "--b--\r\n",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				Open([]byte(raw))
			}
		})
	}
}
