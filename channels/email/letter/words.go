package letter

import (
	"strings"
)

// decodeWords decodes the encoded words of a field (RFC 2047), on one line. It
// takes what programs make of them: characters split between two words, blanks
// inside, no end, words in words, no blank around.
func decodeWords(s string) string {
	if strings.Contains(s, "=?") {
		s = decodeOnce(s)
		if strings.Contains(s, "=?") { // a program that encoded what was encoded
			s = decodeOnce(s)
		}
	}
	return OneLine(undouble(toUTF8(s)))
}

func decodeOnce(s string) string {
	var b strings.Builder
	var pending []byte // decoded bytes of words that stand together
	label := ""
	flush := func() {
		b.WriteString(decodeCharset(pending, label))
		pending = pending[:0]
	}
	for s != "" {
		i := strings.Index(s, "=?")
		if i < 0 {
			break
		}
		between := s[:i]
		w, rest, ok := cutWord(s[i:])
		if !ok {
			flush()
			b.WriteString(toUTF8(s[:i+2]))
			s = s[i+2:]
			continue
		}
		if len(pending) == 0 || strings.Trim(between, " \t") != "" {
			flush()
			b.WriteString(toUTF8(between))
		} else if !strings.EqualFold(w.label, label) {
			flush()
		}
		label = w.label
		pending = append(pending, w.bytes...)
		s = rest
	}
	flush()
	b.WriteString(toUTF8(s))
	return b.String()
}

type encodedWord struct {
	label string
	bytes []byte
}

// cutWord reads the encoded word at the beginning of s.
func cutWord(s string) (w encodedWord, rest string, ok bool) {
	const longestLabel = 60
	label, rest, ok := strings.Cut(s[2:], "?")
	if !ok || label == "" || len(label) > longestLabel || len(rest) < 2 || rest[1] != '?' || strings.ContainsAny(label, " \t=") {
		return w, s, false
	}
	kind := rest[0] | 0x20
	payload := rest[2:]
	if end := strings.Index(payload, "?="); end >= 0 {
		payload, rest = payload[:end], payload[end+2:]
	} else if end = strings.Index(payload, "=?"); end >= 0 {
		payload, rest = strings.TrimRight(payload[:end], " \t"), payload[end:]
	} else {
		rest = ""
	}
	w.label, _, _ = strings.Cut(label, "*")
	switch kind {
	case 'q':
		w.bytes = decodeQuoted([]byte(strings.ReplaceAll(payload, "_", " ")), true)
	case 'b':
		w.bytes = decodeBase64([]byte(payload))
	default:
		return w, s, false
	}
	return w, rest, true
}
