package tnef

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The dictionary of a compressed RTF begins with this ([MS-OXRTFCP] section 2.1.2.1).
const rtfStart = `{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArialTimes` +
	` New RomanCourier{\colortbl\red0\green0\blue0` + "\r\n" + `\par \pard\plain\f0\fs20\b\i\u\tab\tx`

const (
	compressed   = 0x75465a4c // "LZFu"
	uncompressed = 0x414c454d // "MELA"
	maxRTF       = 8 << 20    // bytes that come out; a run of two bytes makes seventeen
)

// inflate undoes the compression of RTF. What stands before a broken place comes out
// beside the error.
func inflate(raw []byte) ([]byte, error) {
	const head, window = 16, 4096
	if len(raw) < head {
		return nil, ErrDamaged
	}
	size := int64(binary.LittleEndian.Uint32(raw[4:]))
	kind := binary.LittleEndian.Uint32(raw[8:])
	in := raw[head:]
	if kind == uncompressed {
		return in[:min(int64(len(in)), size)], nil
	}
	if kind != compressed {
		return nil, ErrDamaged
	}
	var dictionary [window]byte
	at := copy(dictionary[:], rtfStart)
	var out []byte
	put := func(c byte) {
		out = append(out, c)
		dictionary[at] = c
		at = (at + 1) % window
	}
	for len(in) > 0 && len(out) < maxRTF {
		control := in[0]
		in = in[1:]
		for bit := 0; bit < 8 && len(in) > 0; bit++ {
			if control>>bit&1 == 0 {
				put(in[0])
				in = in[1:]
				continue
			}
			if len(in) < 2 {
				return out, ErrDamaged
			}
			offset, length := int(in[0])<<4|int(in[1]>>4), int(in[1]&0xf)+2
			in = in[2:]
			if offset == at {
				return out, nil
			}
			for range length {
				put(dictionary[offset])
				offset = (offset + 1) % window
			}
		}
	}
	if int64(len(out)) < size {
		return out, ErrDamaged
	}
	return out, nil
}

// group is the state between two braces.
type group struct {
	skip    bool // a destination without text
	tag     bool // {\*\htmltag: HTML as it was
	hidden  bool // \htmlrtf: RTF that stands for HTML
	unicode int  // characters that follow \u for those who cannot read it
}

// rtf is RTF while it is read.
type rtf struct {
	src      []byte
	decode   Decode
	codepage uint32
	fromHTML bool
	out      strings.Builder
	pending  []byte // bytes in the code page
	stack    []group
	now      group
	omit     int // characters to be passed over after \u
}

const maxGroups = 500

// readRTF makes text of RTF; HTML when it was made of HTML ([MS-OXRTFEX]).
func readRTF(src []byte, decode Decode) (text, html string) {
	r := rtf{src: src, decode: decode, codepage: 1252, now: group{unicode: 1}}
	for len(r.src) > 0 {
		c := r.src[0]
		r.src = r.src[1:]
		switch c {
		case '{':
			if len(r.stack) < maxGroups {
				r.stack = append(r.stack, r.now)
			}
		case '}':
			r.flush()
			if n := len(r.stack); n > 0 {
				r.now, r.stack = r.stack[n-1], r.stack[:n-1]
			}
		case '\\':
			r.control()
		case '\r', '\n', 0:
		default:
			r.char(c)
		}
	}
	r.flush()
	if r.fromHTML {
		return "", r.out.String()
	}
	return strings.TrimSpace(r.out.String()), ""
}

func (r *rtf) silent() bool { return r.now.skip || r.now.hidden && !r.now.tag }

// char is one byte of text.
func (r *rtf) char(c byte) {
	if r.omit > 0 {
		r.omit--
		return
	}
	if !r.silent() {
		r.pending = append(r.pending, c)
	}
}

func (r *rtf) flush() {
	if len(r.pending) > 0 {
		r.out.WriteString(r.decode(r.pending, label(r.codepage)))
		r.pending = r.pending[:0]
	}
}

func (r *rtf) write(s string) {
	if !r.silent() {
		r.flush()
		r.out.WriteString(s)
	}
}

// control reads what follows a backslash.
func (r *rtf) control() {
	if len(r.src) == 0 {
		return
	}
	c := r.src[0]
	if c|0x20 < 'a' || c|0x20 > 'z' {
		r.src = r.src[1:]
		r.symbol(c)
		return
	}
	n := 0
	for n < len(r.src) && n < 32 && r.src[n]|0x20 >= 'a' && r.src[n]|0x20 <= 'z' {
		n++
	}
	word := string(r.src[:n])
	r.src = r.src[n:]
	n = 0
	for n < len(r.src) && n < 11 && (r.src[n] >= '0' && r.src[n] <= '9' || n == 0 && r.src[n] == '-') {
		n++
	}
	number, err := strconv.Atoi(string(r.src[:n]))
	if err != nil {
		number = 1
	}
	r.src = r.src[n:]
	if len(r.src) > 0 && r.src[0] == ' ' {
		r.src = r.src[1:]
	}
	r.word(word, number)
}

func (r *rtf) symbol(c byte) {
	switch c {
	case '\'':
		if len(r.src) < 2 {
			return
		}
		if v, err := strconv.ParseUint(string(r.src[:2]), 16, 8); err == nil {
			r.char(byte(v))
		}
		r.src = r.src[2:]
	case '\\', '{', '}':
		r.char(c)
	case '~':
		r.write("\u00a0")
	case '_':
		r.write("-")
	case '\r', '\n':
		r.write("\n")
	case '*':
		r.now.skip = !strings.HasPrefix(string(r.src[:min(len(r.src), 8)]), `\htmltag`)
	}
}

// words that are characters.
var words = map[string]string{
	"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "tab": "\t", "cell": "\t", "emdash": "—", "endash": "–", "bullet": "•",
	"lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ",
}

func (r *rtf) word(word string, number int) {
	if s, ok := words[word]; ok {
		r.write(s)
		return
	}
	switch word {
	case "htmltag":
		r.flush()
		r.now.tag, r.now.skip = true, false
	case "htmlrtf":
		r.flush()
		r.now.hidden = number != 0
	case "fromhtml":
		r.fromHTML = true
	case "ansicpg":
		r.codepage = uint32(max(number, 0))
	case "uc":
		r.now.unicode = min(max(number, 0), 8)
	case "u":
		if c := rune(number); c < 0 {
			r.unicode(c + 0x10000)
		} else {
			r.unicode(c)
		}
	case "bin":
		r.src = r.src[min(max(number, 0), len(r.src)):]
	case "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "headerl", "headerr", "footerl", "footerr", "footnote", "generator":
		r.now.skip = true
	}
}

func (r *rtf) unicode(c rune) {
	if utf8.ValidRune(c) {
		r.write(string(c))
	}
	r.omit = r.now.unicode
}
