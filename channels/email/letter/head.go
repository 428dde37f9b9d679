package letter

import (
	"bytes"
	"iter"
	"strings"
)

// Fields are all fields from the top, their names in lower case.
func (h Header) Fields() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, f := range h {
			if !yield(Lower(f.name), f.value) {
				return
			}
		}
	}
}

// TwoWays says why the head of a mail can be read in more than one way, in a few
// words for the team; it is empty when it cannot. Servers and readers that differ in
// such a head are how a mail passes the one's checks in another's name (Chen, Paxson
// and Jiang, "Composition Kills", USENIX Security 2020). raw is the mail as it came.
func TwoWays(raw []byte) string {
	head := headOf(raw)
	switch {
	case bytes.IndexByte(head, 0) >= 0:
		return "NUL in the head"
	case bytes.Count(head, []byte("\r")) != bytes.Count(head, []byte("\r\n")):
		return "bare CR in the head"
	case bytes.Contains(head, []byte("\r\n")) && bytes.Count(head, []byte("\n")) != bytes.Count(head, []byte("\r\n")):
		return "bare LF in the head"
	}
	for line := range bytes.Lines(head) {
		name, _, isField := bytes.Cut(line, []byte(":"))
		if isField && looksLikeFrom(string(name)) {
			return "From field written strangely"
		}
	}
	return ""
}

// headOf ends at the first empty line that any reader might take for the end.
func headOf(raw []byte) []byte {
	if len(raw) > maxHeader {
		raw = raw[:maxHeader]
	}
	for i := 1; i < len(raw); i++ {
		if raw[i] != '\n' {
			continue
		}
		if raw[i-1] == '\n' || i >= 3 && string(raw[i-3:i]) == "\r\n\r" {
			return raw[:i-1]
		}
	}
	return raw
}

// looksLikeFrom reports names that some readers take for From, and others do not: a
// blank before or after it, or what cannot be seen within it. A first line such as
// "\tFrom: x" continues nothing.
func looksLikeFrom(name string) bool {
	if name == "" || strings.EqualFold(name, "from") {
		return false
	}
	bare := strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7f || r == '\uFEFF' || r == '\u00A0' || r == '\u200B' || r == '\uFFFD' {
			return -1
		}
		return r
	}, name)
	return strings.EqualFold(bare, "from")
}
