package letter

import (
	"bytes"
	"io"
	"slices"
	"strings"
)

// decodeBase64 takes what there is: blanks, line ends, either alphabet, several
// encodings one behind the other; other characters are passed over.
func decodeBase64(src []byte) []byte {
	out := make([]byte, len(src)/4*3+6)
	r := base64Reader{src: src}
	n, _ := r.decode(out)
	return out[:n]
}

// base64Reader decodes while it is read, so that a large file needs no second copy.
type base64Reader struct {
	src  []byte
	left []byte // decoded and not yet read
	few  [3]byte
}

func (r *base64Reader) Read(p []byte) (n int, err error) {
	if len(r.left) == 0 && len(p) >= len(r.few) {
		return r.decode(p)
	}
	if len(r.left) == 0 {
		n, err = r.decode(r.few[:])
		r.left = r.few[:n]
	}
	n = copy(p, r.left)
	r.left = r.left[n:]
	return n, err
}

// values of base64 and base64url; padding ends a group; 0xff is passed over.
const (
	noSymbol = 0xff
	padding  = 0xfe
)

var symbols = func() (t [256]byte) {
	for i := range t {
		t[i] = noSymbol
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i, c := range []byte(alphabet) {
		t[c] = byte(i)
	}
	t['-'], t['_'], t['='] = 62, 63, padding
	return t
}()

// decode fills p, of which it needs three bytes at a time.
func (r *base64Reader) decode(p []byte) (n int, err error) {
	src := r.src
	var group uint32
	have := 0
	for n+3 <= len(p) {
		if have == 0 && len(src) >= 4 { // the usual case
			a, b, c, d := symbols[src[0]], symbols[src[1]], symbols[src[2]], symbols[src[3]]
			if a|b|c|d < 64 {
				p[n], p[n+1], p[n+2] = a<<2|b>>4, b<<4|c>>2, c<<6|d
				n += 3
				src = src[4:]
				continue
			}
		}
		var v byte = padding
		if len(src) > 0 {
			v, src = symbols[src[0]], src[1:]
		} else if have == 0 {
			r.src = nil
			if n == 0 {
				return 0, io.EOF
			}
			return n, nil
		}
		switch {
		case v < 64:
			group = group<<6 | uint32(v)
			if have++; have == 4 {
				p[n], p[n+1], p[n+2] = byte(group>>16), byte(group>>8), byte(group)
				n += 3
				group, have = 0, 0
			}
		case v == padding:
			switch have {
			case 3:
				p[n], p[n+1] = byte(group>>10), byte(group>>2)
				n += 2
			case 2:
				p[n] = byte(group >> 4)
				n++
			}
			group, have = 0, 0
		}
	}
	r.src = src
	return n, nil
}

// isBase64 reports whether bytes that are called base64 look like it. Text that was
// never encoded has blanks and signs between its letters.
func isBase64(src []byte) bool {
	src = src[:min(len(src), 64<<10)]
	good, bad := 0, 0
	for _, c := range src {
		switch {
		case symbols[c] != noSymbol:
			good++
		case c == '\r' || c == '\n' || c == '\t':
		default:
			bad++
		}
	}
	return bad*10 <= good
}

// decodeQuoted is quoted-printable (RFC 2045 section 6.7), lower case and stray
// signs allowed. Of a word in a field, no line ends are taken off.
func decodeQuoted(src []byte, word bool) []byte {
	out := make([]byte, 0, len(src))
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch {
		case c == '=' && i+2 < len(src) && hex(src[i+1]) >= 0 && hex(src[i+2]) >= 0:
			out = append(out, byte(hex(src[i+1])<<4|hex(src[i+2])))
			i += 2
		case c == '=' && !word:
			end := i + 1
			for end < len(src) && (src[end] == ' ' || src[end] == '\t') {
				end++
			}
			switch {
			case end == len(src):
				i = end
			case src[end] == '\n':
				i = end
			case src[end] == '\r':
				if i = end; end+1 < len(src) && src[end+1] == '\n' {
					i = end + 1
				}
			default:
				out = append(out, c)
			}
		case c == '\n' && !word:
			line := len(out)
			if line > 0 && out[line-1] == '\r' && i > 0 && src[i-1] == '\r' {
				line--
			}
			end := line
			for end > 0 && (out[end-1] == ' ' || out[end-1] == '\t') && blankBefore(src, i) {
				end--
			}
			out = append(out[:end], out[line:]...)
			out = append(out, c)
		default:
			out = append(out, c)
		}
	}
	return out
}

// blankBefore reports whether a line ends with a blank that is written as itself:
// such blanks were added on the way. One that is encoded is meant.
func blankBefore(src []byte, lf int) bool {
	if lf > 0 && src[lf-1] == '\r' {
		lf--
	}
	return lf > 0 && (src[lf-1] == ' ' || src[lf-1] == '\t')
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// body is a part's content: bytes of the mail, and how they are encoded.
// brokenEncoding is what is called base64 and is not.
const brokenEncoding = "broken"

type body struct {
	raw      []byte
	encoding string // base64, quoted-printable, uuencode or none
}

func newBody(raw []byte, encoding string) body {
	encoding = strings.ToLower(strings.Trim(encoding, " \t\";"))
	switch encoding {
	case "base64", "b64", "base-64":
		encoding = "base64"
	case "quoted-printable", "quoted_printable", "quotedprintable", "qp":
		encoding = "quoted-printable"
	case "x-uuencode", "uuencode", "x-uue", "uue":
		encoding = "uuencode"
	default:
		encoding = ""
	}
	if encoding == "base64" && !isBase64(raw) {
		return body{raw, brokenEncoding}
	}
	return body{raw, encoding}
}

// bytes are the content, in a copy where it is encoded.
func (b body) bytes() []byte {
	switch b.encoding {
	case "base64":
		return decodeBase64(b.raw)
	case "quoted-printable":
		return decodeQuoted(b.raw, false)
	case "uuencode":
		if _, files := cutEncoded(string(b.raw)); len(files) > 0 {
			return files[0].body.raw
		}
	}
	return slices.Clip(b.raw) // who appends to it must not write into the mail
}

// reader gives the content bit by bit where that saves a copy.
func (b body) reader() io.Reader {
	if b.encoding == "base64" {
		return &base64Reader{src: b.raw}
	}
	return bytes.NewReader(b.bytes())
}
