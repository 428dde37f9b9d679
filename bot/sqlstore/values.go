package sqlstore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// micros is a time as it is stored; 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// moment is a stored time.
func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// packed is a list or a map as JSON, "" when it is empty, so that nil and empty
// are stored alike.
func packed[T any](v T, size int) (string, error) {
	if size == 0 {
		return "", nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("sqlstore: pack %T: %w", v, err)
	}
	return string(text), nil
}

// packedList is packed for the commonest case, a list of texts, which cannot fail.
func packedList[T ~string](v []T) string {
	text, _ := packed(v, len(v))
	return text
}

// unpack reads what packed wrote.
func unpack(text string, into any) error {
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("sqlstore: unpack %T: %w", into, err)
	}
	return nil
}

// wash makes texts acceptable to both databases: PostgreSQL refuses NUL and broken
// UTF-8, and a mail that holds them must not fail for ever.
func wash(args []any) {
	for i, a := range args {
		s, ok := a.(string)
		if ok && (strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s)) {
			args[i] = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
		}
	}
}

// maxKey is the longest text that is looked up as it is, in bytes: more than any
// Message-ID that RFC 5322 allows (998), less than an index entry may hold.
const maxKey = 1000

// key shortens what somebody made too long to be indexed; it stays one of a kind.
func key(s string) string {
	if len(s) <= maxKey {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return strings.ToValidUTF8(s[:200], "") + "#" + hex.EncodeToString(sum[:])
}

// fold is a text as it is searched: lower case, without accents.
func fold(s string) string {
	plain := true
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			plain = false
			break
		}
	}
	if !plain {
		strip := transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC)
		if bare, _, err := transform.String(strip, s); err == nil {
			s = bare
		}
	}
	return strings.ToLower(s)
}
