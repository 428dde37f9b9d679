package letter

import (
	"bytes"
	"encoding/base64"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
)

// decodeCharset makes UTF-8 of bytes that are said to be in a charset. It believes
// the bytes more than the label: programs that name a Western charset, or none,
// often write UTF-8 all the same, and other text that is valid UTF-8 by chance
// hardly exists.
func decodeCharset(raw []byte, label string) string {
	label = plainLabel(label)
	switch {
	case label == "utf-7":
		return decodeUTF7(raw)
	case sevenBit(raw) && !escapes(raw) && !strings.HasPrefix(label, "utf-16") && !strings.HasPrefix(label, "utf-32") && label != "hz-gb-2312":
		return string(raw)
	case western(label) && utf8.Valid(raw):
		if escapes(raw) {
			label = "iso-2022-jp"
			break
		}
		return undouble(string(raw))
	case western(label):
		return decodeWestern(raw, label)
	}
	if e := encodingOf(label); e != nil {
		if s, err := e.NewDecoder().Bytes(raw); err == nil && (bytes.Count(s, replacement) == 0 || !utf8.Valid(raw)) {
			return string(s)
		}
	}
	if utf8.Valid(raw) {
		return undouble(string(raw))
	}
	return decodeWestern(raw, "")
}

var replacement = []byte("\uFFFD")

// toUTF8 is for text that names no charset, such as the head of a mail.
func toUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return decodeWestern([]byte(s), "")
}

// charsetReader lends our judgement to package mime. It never fails.
func charsetReader(label string, r io.Reader) (io.Reader, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return strings.NewReader(decodeCharset(raw, label)), nil
}

// labels that programs invent for what has a name.
var labels = map[string]string{
	"utf8": "utf-8", "utf_8": "utf-8", "utf8mb4": "utf-8", "utf-8mb4": "utf-8", "unicode-1-1-utf-8": "utf-8", "cp65001": "utf-8",
	"unicode-1-1-utf-7": "utf-7", "utf7": "utf-7", "x-unicode-2-0-utf-7": "utf-7", "csunicode11utf7": "utf-7", "unicode-2-0-utf-7": "utf-7",
	"latin-1": "iso-8859-1", "iso8859-1": "iso-8859-1", "iso8859_1": "iso-8859-1", "8859_1": "iso-8859-1", "iso-8859-1-windows-3.1-latin-1": "iso-8859-1",
	"ansi": "windows-1252", "win1252": "windows-1252", "windows1252": "windows-1252", "cp-1252": "windows-1252", "x-ansi": "windows-1252",
	"cp-850": "ibm850", "850": "ibm850", "dos850": "ibm850", "x-cp850": "ibm850", "pc850": "ibm850",
	"cp-437": "ibm437", "437": "ibm437", "dos437": "ibm437", "oem": "ibm850", "ibmpc": "ibm437", "cp860": "ibm860", "cp-860": "ibm860",
	"gb18030-2005": "gb18030", "gb-18030": "gb18030", "cp936": "gbk", "ms936": "gbk", "iso-2022-jp-2": "iso-2022-jp", "iso-2022-jp-ms": "iso-2022-jp",
	"koi8r": "koi8-r", "cp1251": "windows-1251", "cp932": "shift_jis", "ms932": "shift_jis", "x-mac-roman": "macintosh", "x-mac-western": "macintosh",
}

func plainLabel(label string) string {
	label = strings.ToLower(strings.Trim(label, " \t\"'"))
	label, _, _ = strings.Cut(label, "*") // RFC 2231 section 5: a language
	if known, ok := labels[label]; ok {
		return known
	}
	return label
}

// western are the labels that are put on anything, and those that say nothing.
func western(label string) bool {
	switch label {
	case "", "us-ascii", "ascii", "ansi_x3.4-1968", "utf-8", "iso-8859-1", "latin1", "windows-1252", "iso-8859-15", "cp1252",
		"x-unknown", "unknown", "unknown-8bit", "x-user-defined", "default", "none", "8bit", "binary", "x-gbk-unknown", "ibm850", "ibm437", "cp850", "cp437":
		return true
	}
	return false
}

func encodingOf(label string) encoding.Encoding {
	if e, _ := charset.Lookup(label); e != nil {
		return e
	}
	e, _ := ianaindex.MIME.Encoding(label) // the old ones of IBM
	return e
}

// dosPages are what old Brazilian programs write, whatever they declare.
var dosPages = []*charmap.Charmap{charmap.CodePage850, charmap.CodePage437, charmap.CodePage860}

// decodeWestern reads text that is not UTF-8 by the code page in which it looks
// most like words. The one that was declared wins a draw.
func decodeWestern(raw []byte, label string) string {
	pages := append([]*charmap.Charmap{charmap.Windows1252}, dosPages...)
	switch label {
	case "ibm850", "cp850":
		pages[0], pages[1] = pages[1], pages[0]
	case "ibm437", "cp437":
		pages[0], pages[2] = pages[2], pages[0]
	case "iso-8859-15":
		pages[0] = charmap.ISO8859_15
	}
	if label == "utf-8" || label == "" {
		if mended, ok := mendUTF8(raw); ok {
			return mended
		}
	}
	sample := raw[:min(len(raw), 16<<10)]
	best, most := pages[0], likeness(sample, pages[0])
	for _, page := range pages[1:] {
		if n := likeness(sample, page); n > most+1 {
			best, most = page, n
		}
	}
	var b strings.Builder
	b.Grow(len(raw) + len(raw)/8)
	for _, c := range raw {
		b.WriteRune(best.DecodeByte(c))
	}
	return b.String()
}

// mendUTF8 is for UTF-8 with a broken character here and there, cut or foreign.
func mendUTF8(raw []byte) (string, bool) {
	good, bad := 0, 0
	for i := 0; i < len(raw); {
		r, size := utf8.DecodeRune(raw[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		i += size
	}
	if good <= 2*bad {
		return "", false
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD"), true
}

// likeness counts how far bytes look like words of a Western language in a code
// page: letters with accents beside other letters speak for it, signs within a
// word and drawn lines against it.
func likeness(raw []byte, page *charmap.Charmap) (n int) {
	for i, c := range raw {
		if c < utf8.RuneSelf {
			continue
		}
		within := i > 0 && isLetter(raw[i-1]) || i+1 < len(raw) && isLetter(raw[i+1])
		r := page.DecodeByte(c)
		switch {
		case strings.ContainsRune("áàâãéêíóôõúüçñÁÀÂÃÉÊÍÓÔÕÚÜÇÑ", r):
			if n++; unicode.IsUpper(r) && i > 0 && raw[i-1] >= 'a' && raw[i-1] <= 'z' {
				n -= 3 // a capital behind a small letter
			}
			if strings.ContainsRune("ãõÃÕ", r) && i+1 < len(raw) && (raw[i+1]|0x20 == 'o' || raw[i+1]|0x20 == 'e') {
				n++
			}
		case strings.ContainsRune("ºª°§–—“”‘’…•€«»\u00a0", r):
			if within && strings.ContainsRune("°§•€", r) {
				n--
			}
		case unicode.IsLetter(r):
		default:
			n -= 2
		}
	}
	return n
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func sevenBit(raw []byte) bool {
	for _, c := range raw {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// escapes reports the shifts of ISO-2022-JP, which is often not declared.
func escapes(raw []byte) bool {
	i := bytes.IndexByte(raw, 0x1b)
	return i >= 0 && (bytes.Contains(raw[i:], []byte("\x1b$B")) || bytes.Contains(raw[i:], []byte("\x1b$@")))
}

// undouble undoes a second encoding: UTF-8 that was taken for Windows-1252 and
// encoded again, "aÃ§Ã£o". It is sure only when a line holds nothing but such
// characters, two at least in the text.
func undouble(s string) string {
	if !strings.Contains(s, "Ã") && !strings.Contains(s, "Â") && !strings.Contains(s, "â") {
		return s
	}
	lines := strings.SplitAfter(s, "\n")
	mended := 0
	for i, line := range lines {
		if better, n := undoubleLine(line); n > 0 {
			lines[i] = better
			mended += n
		}
	}
	if mended < 2 {
		return s
	}
	return strings.Join(lines, "")
}

func undoubleLine(line string) (string, int) {
	var b strings.Builder
	n := 0
	for i := 0; i < len(line); {
		if line[i] < utf8.RuneSelf {
			b.WriteByte(line[i])
			i++
			continue
		}
		end := i
		for end < len(line) && line[end] >= utf8.RuneSelf {
			end++
		}
		once, ok := undoubleRun(line[i:end])
		if !ok {
			return line, 0
		}
		b.WriteString(once)
		n++
		i = end
	}
	return b.String(), n
}

// undoubleRun takes a run of characters back to the bytes that it was, if those are
// UTF-8 for the accents and signs of Western text.
func undoubleRun(run string) (string, bool) {
	raw := make([]byte, 0, len(run))
	for _, r := range run {
		c, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			if r >= 0xa0 {
				return "", false
			}
			c = byte(r) // the five bytes that Windows-1252 leaves out
		}
		raw = append(raw, c)
	}
	if !utf8.Valid(raw) || len(raw) < 2 {
		return "", false
	}
	for _, r := range string(raw) {
		if r < 0xa0 || r > 0xff && !unicode.In(r, unicode.Punct, unicode.Symbol, unicode.Space) {
			return "", false
		}
	}
	return string(raw), true
}

// decodeUTF7 is RFC 2152. What is no base64 stays as it is.
func decodeUTF7(raw []byte) string {
	var b strings.Builder
	for len(raw) > 0 {
		plus := bytes.IndexByte(raw, '+')
		if plus < 0 {
			b.Write(raw)
			break
		}
		b.Write(raw[:plus])
		raw = raw[plus+1:]
		n := 0
		for n < len(raw) && (isLetter(raw[n]) || raw[n] >= '0' && raw[n] <= '9' || raw[n] == '+' || raw[n] == '/') {
			n++
		}
		bits, err := base64.RawStdEncoding.DecodeString(string(raw[:n-max(0, n%4-3)]))
		switch {
		case n == 0 || err != nil && len(bits) < 2:
			b.WriteByte('+')
			b.Write(raw[:n])
		default:
			units := make([]uint16, len(bits)/2)
			for i := range units {
				units[i] = uint16(bits[2*i])<<8 | uint16(bits[2*i+1])
			}
			b.WriteString(string(utf16.Decode(units)))
		}
		if raw = raw[n:]; len(raw) > 0 && raw[0] == '-' {
			raw = raw[1:]
		}
	}
	return toUTF8(b.String())
}

var metaCharset = regexp.MustCompile(`(?i)<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]{2,40})`)

// charsetInHTML is the charset that HTML names for itself.
func charsetInHTML(raw []byte) string {
	if m := metaCharset.FindSubmatch(raw[:min(len(raw), 4<<10)]); m != nil {
		return string(m[1])
	}
	return ""
}
