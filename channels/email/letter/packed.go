package letter

import (
	"regexp"
	"strconv"
	"strings"
)

// Files that were written into a text, as before MIME: uuencode (POSIX) and yEnc.
var (
	uuBegin = regexp.MustCompile(`^begin(?:-base64)? [0-7]{3,4} (\S[^\n]*)$`)
	yBegin  = regexp.MustCompile(`^=ybegin (?:part=\d+ )?.*\bname=(\S[^\n]*)$`)
)

const maxPacked = 50 // files of one text

// cutEncoded takes such files out of a text. What begins as one and does not end is
// text.
func cutEncoded(text string) (rest string, files []File) {
	if !strings.Contains(text, "begin") {
		return text, nil
	}
	lines := strings.SplitAfter(text, "\n")
	var kept strings.Builder
	for i := 0; i < len(lines); {
		line := strings.TrimRight(lines[i], "\r\n")
		var content []byte
		var n int
		name := ""
		if m := uuBegin.FindStringSubmatch(line); m != nil && len(files) < maxPacked {
			name = m[1]
			content, n = cutUU(lines[i:], strings.HasPrefix(line, "begin-base64"))
		} else if m := yBegin.FindStringSubmatch(line); m != nil && len(files) < maxPacked {
			name = m[1]
			content, n = cutYEnc(lines[i:])
		}
		if n == 0 {
			kept.WriteString(lines[i])
			i++
			continue
		}
		files = append(files, File{Name: name, MediaType: "application/octet-stream", body: body{raw: content}})
		i += n
	}
	return kept.String(), files
}

// cutUU decodes from a begin line to the end line; n is 0 when it is none.
func cutUU(lines []string, inBase64 bool) (content []byte, n int) {
	for i, line := range lines[1:] {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "end" || inBase64 && line == "====":
			return content, i + 2
		case strings.HasPrefix(line, "begin"): // another one: this one has no end
			return nil, 0
		case inBase64:
			if !isBase64([]byte(line)) {
				return nil, 0
			}
			content = append(content, decodeBase64([]byte(line))...)
		case line == "" || line == "`":
		default:
			decoded, ok := uuLine(line)
			if !ok {
				return nil, 0
			}
			content = append(content, decoded...)
		}
	}
	return nil, 0
}

func uuLine(line string) ([]byte, bool) {
	want := int((line[0] - ' ') & 0x3f)
	if line[0] < ' ' || line[0] > '`' || want > 45 {
		return nil, false
	}
	out := make([]byte, 0, want+2)
	at := func(i int) byte { // blanks at the end get lost
		if i >= len(line) {
			return 0
		}
		return (line[i] - ' ') & 0x3f
	}
	if len(line) > want/3*4+12 {
		return nil, false
	}
	for i := 1; len(out) < want; i += 4 {
		a, b, c, d := at(i), at(i+1), at(i+2), at(i+3)
		out = append(out, a<<2|b>>4, b<<4|c>>2, c<<6|d)
	}
	return out[:want], true
}

var ySize = regexp.MustCompile(`\bsize=(\d{1,12})`)

// cutYEnc decodes from =ybegin to =yend. It works on bytes that went through no
// charset but Latin-1.
func cutYEnc(lines []string) (content []byte, n int) {
	escaped := false
	for i, line := range lines[1:] {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "=yend"):
			if m := ySize.FindStringSubmatch(line); m != nil {
				if size, err := strconv.Atoi(m[1]); err == nil && size != len(content) {
					return nil, 0 // damaged on the way: text
				}
			}
			return content, i + 2
		case strings.HasPrefix(line, "=ybegin"): // another one: this one has no end
			return nil, 0
		case strings.HasPrefix(line, "=ypart"):
		default:
			for j := range len(line) {
				c := line[j]
				switch {
				case escaped:
					content = append(content, c-64-42)
					escaped = false
				case c == '=':
					escaped = true
				default:
					content = append(content, c-42)
				}
			}
		}
	}
	return nil, 0
}

// cutPictures takes out of HTML the pictures that it holds itself (data: of RFC 2397):
// they decorate it, and are many times as long as the words.
func cutPictures(html string) (rest string, files []File) {
	const prefix = "data:image/"
	var kept strings.Builder
	for len(files) < maxPacked {
		i := strings.Index(html, prefix)
		if i < 0 {
			break
		}
		end := strings.IndexAny(html[i:], "\"'<> )")
		if end < 0 {
			end = len(html) - i
		}
		kind, content, ok := strings.Cut(html[i+len("data:"):i+end], ";base64,")
		if !ok {
			kept.WriteString(html[:i+end])
			html = html[i+end:]
			continue
		}
		kept.WriteString(html[:i])
		kind = strings.ToLower(OneLine(Cut(kind, longestName)))
		files = append(files, File{
			Name: FileName("", kind, len(files)+1), MediaType: kind, Inline: true, body: body{[]byte(content), "base64"},
		})
		html = html[i+end:]
	}
	if len(files) == 0 && kept.Len() == 0 {
		return html, nil
	}
	kept.WriteString(html)
	return kept.String(), files
}
