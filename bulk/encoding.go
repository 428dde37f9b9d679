package bulk

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// decode reads the encodings that spreadsheet programs write: UTF-8 and UTF-16 with
// or without their marks, and Windows-1252, which holds Latin 1. It reports false for
// bytes that are no text.
func decode(raw []byte) (string, bool) {
	text := raw
	switch {
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}), bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		decoded, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(raw)
		if err != nil {
			return "", false
		}
		text = decoded
	case !utf8.Valid(raw):
		decoded, err := charmap.Windows1252.NewDecoder().Bytes(raw)
		if err != nil {
			return "", false
		}
		text = decoded
	}
	s := strings.TrimPrefix(string(text), "\uFEFF")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return s, !strings.ContainsRune(s, 0)
}
