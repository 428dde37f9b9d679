package letter

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// valued is the value of Content-Type or Content-Disposition with its parameters
// (RFC 2045 section 5.1, RFC 2231), read as leniently as mail programs write it.
type valued struct {
	value  string // lower case
	params []param
}

type param struct {
	name    string // lower case, without section and star
	value   string
	section int  // of a continuation; -1 when it is none
	encoded bool // percent-encoded
}

const maxParams = 100

func parseValued(s string) (v valued) {
	value, rest, _ := strings.Cut(withoutComments(s), ";")
	v.value = strings.ToLower(strings.Trim(value, " \t\""))
	if i := strings.IndexAny(v.value, " \t"); i > 0 { // "text/plain charset=x", its semicolon lost
		rest = strings.TrimSpace(value)[i:] + ";" + rest
		v.value = v.value[:i]
	}
	for rest != "" && len(v.params) < maxParams {
		var p param
		p, rest = cutParam(strings.TrimLeft(rest, " \t;"))
		if p.name != "" {
			v.params = append(v.params, p)
		}
	}
	return v
}

// withoutComments drops comments where the value has some; names of files have
// brackets too, but inside quotes.
func withoutComments(s string) string {
	if i := strings.IndexByte(s, '('); i < 0 || strings.Contains(strings.ToLower(s[:i]), "name") {
		return s
	}
	var b strings.Builder
	quoted, depth := false, 0
	for _, r := range s {
		switch {
		case r == '"' && depth == 0:
			quoted = !quoted
			b.WriteRune(r)
		case r == '(' && !quoted:
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func cutParam(s string) (p param, rest string) {
	i := strings.IndexAny(s, "=;")
	if i < 0 {
		return p, ""
	}
	if s[i] == ';' {
		return p, s[i+1:]
	}
	p = namedParam(s[:i])
	s = strings.TrimLeft(s[i+1:], " \t")
	if s != "" && s[0] == '"' {
		p.value, rest = cutQuotedString(s)
		return p, rest
	}
	value, rest, _ := strings.Cut(s, ";")
	if i := strings.IndexByte(value, '='); i > 0 && !strings.Contains(value, "=?") { // the next one, its semicolon lost
		if blank := strings.LastIndexAny(value[:i], " \t"); blank > 0 {
			rest = value[blank:] + ";" + rest
			value = value[:blank]
		}
	}
	p.value = strings.Trim(value, " \t\"")
	return p, rest
}

// namedParam reads "filename*0*" (RFC 2231 section 4.1).
func namedParam(s string) param {
	name, star, stars := strings.Cut(strings.ToLower(strings.TrimSpace(s)), "*")
	p := param{name: name, section: -1}
	if stars {
		number, encoded := strings.CutSuffix(star, "*")
		p.encoded = encoded || star == ""
		if n, err := strconv.Atoi(number); err == nil && n >= 0 {
			p.section = n
		}
	}
	return p
}

// cutQuotedString reads what stands in quotes. A backslash before a letter is that
// of a path on Windows.
func cutQuotedString(s string) (value, rest string) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case c == '"':
			return b.String(), s[i+1:]
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

// get is a parameter as it stands; of several, the first.
func (v valued) get(name string) string {
	for _, p := range v.params {
		if p.name == name && p.section < 0 && !p.encoded {
			return p.value
		}
	}
	return v.text(name)
}

// text is a parameter for people, such as the name of a file. RFC 2231 comes before
// the encoded words that RFC 2047 forbids here and that everybody writes.
func (v valued) text(name string) string {
	var sections []param
	plain, found := "", false
	for _, p := range v.params {
		switch {
		case p.name != name:
		case p.section >= 0 || p.encoded:
			sections = append(sections, p)
		case !found:
			plain, found = p.value, true
		}
	}
	if len(sections) == 0 {
		return decodeWords(plain)
	}
	slices.SortStableFunc(sections, func(a, b param) int { return cmp.Compare(a.section, b.section) })
	var raw []byte
	label := ""
	for i, p := range sections {
		value := p.value
		if i > 0 && p.section == sections[i-1].section {
			continue // said twice
		}
		if i == 0 && p.encoded {
			if parts := strings.SplitN(value, "'", 3); len(parts) == 3 {
				label, value = parts[0], parts[2]
			}
		}
		if p.encoded {
			raw = append(raw, decodePercent(value)...)
		} else {
			raw = append(raw, value...)
		}
	}
	return decodeWords(decodeCharset(raw, label))
}

func decodePercent(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && hex(s[i+1]) >= 0 && hex(s[i+2]) >= 0 {
			out = append(out, byte(hex(s[i+1])<<4|hex(s[i+2])))
			i += 2
			continue
		}
		out = append(out, s[i])
	}
	return out
}
