package letter

import (
	"mime"
	"net/mail"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"recado/core/message"
)

// Address is an addr-spec in the normal form of the channel: lower case, without
// comments, quoted only where it must be, the domain in A-labels (RFC 5890), so that
// two that look alike are never the same.
type Address struct{ Local, Domain string }

func (a Address) String() string {
	if a == (Address{}) {
		return ""
	}
	return a.Local + "@" + a.Domain
}

// Of is the address as the rest of the program knows it.
func (a Address) Of() message.Address {
	if a == (Address{}) {
		return message.Address{}
	}
	return message.Address{Channel: message.Email, ID: a.String()}
}

// maxAddress is the longest path of RFC 5321 section 4.5.3.1.3 without its brackets.
const maxAddress = 254

// ParseAddress reads one bare addr-spec. What could end a line, a path or a
// command is never part of one.
func ParseAddress(s string) (Address, bool) {
	s = Lower(strings.TrimSpace(s))
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || len(s) > maxAddress || !utf8.ValidString(s) {
		return Address{}, false
	}
	local, domain := s[:at], s[at+1:]
	if !isASCII(domain) { // first, since it makes dots of what are none yet
		var err error
		if domain, err = idna.Lookup.ToASCII(domain); err != nil {
			return Address{}, false
		}
	}
	domain = strings.TrimSuffix(domain, ".")
	if domain == "" || strings.ContainsFunc(domain, notInDomain) || strings.Contains(domain, "..") || strings.HasSuffix(domain, ".") {
		return Address{}, false
	}
	if strings.ContainsFunc(local, isControl) {
		return Address{}, false
	}
	if inner, quoted := unquote(local); quoted {
		local = inner
	}
	if strings.ContainsFunc(local, notInDotAtom) {
		local = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(local) + `"`
	}
	return Address{local, domain}, local != ""
}

// Lower makes ASCII letters small. It leaves what is not ASCII alone: Unicode has letters, such as the Kelvin sign,
// whose small form is an ASCII one, and they would make one address into another.
func Lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

func unquote(local string) (string, bool) {
	if len(local) < 3 || local[0] != '"' || local[len(local)-1] != '"' {
		return "", false
	}
	var b strings.Builder
	escaped := false
	for _, r := range local[1 : len(local)-1] {
		if r == '\\' && !escaped {
			escaped = true
			continue
		}
		escaped = false
		b.WriteRune(r)
	}
	return b.String(), true
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

func notInDomain(r rune) bool {
	return isControl(r) || strings.ContainsRune(` <>()[],;:\"@`, r)
}

// notInDotAtom is the complement of atext and dot (RFC 5322 section 3.2.3, RFC 6532).
func notInDotAtom(r rune) bool {
	return strings.ContainsRune(` <>()[],;:\"@`, r)
}

// Home is an address of ours, and what sets off a detail in it (RFC 5233): mail to
// suporte+x@desk.example is delivered to suporte@desk.example.
type Home struct {
	Address   Address
	Separator string
}

// Detail returns what follows the separator in an address of ours, and whether
// other is ours at all.
func (h Home) Detail(other Address) (string, bool) {
	if other.Domain != h.Address.Domain {
		return "", false
	}
	if other.Local == h.Address.Local {
		return "", true
	}
	return strings.CutPrefix(other.Local, h.Address.Local+h.Separator)
}

// With is our address with a detail.
func (h Home) With(detail string) Address {
	return Address{h.Address.Local + h.Separator + detail, h.Address.Domain}
}

// Party is an address and the name written beside it.
type Party struct {
	Name    string
	Address Address
}

// MostParties bounds what one header field may make us hold.
const MostParties = 200

// Parties reads an address list. The structure is read before encoded words are
// decoded, so that a name cannot smuggle in an address. What net/mail refuses is
// searched for addresses in angle brackets, or a lone bare one.
func Parties(field string) []Party {
	parser := mail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: charsetReader}}
	list, err := parser.ParseList(field)
	if err != nil {
		return Leniently(field)
	}
	var out []Party
	for _, m := range list {
		if a, ok := ParseAddress(requote(m.Address)); ok && len(out) < MostParties {
			out = append(out, Party{OneLine(m.Name), a})
		}
	}
	return out
}

// requote undoes what net/mail does to a quoted local part.
func requote(s string) string {
	at := strings.LastIndexByte(s, '@')
	if at > 0 && strings.ContainsFunc(s[:at], notInDotAtom) {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s[:at]) + `"` + s[at:]
	}
	return s
}

// Leniently finds the addresses in a field that is no list by the grammar: those in
// angle brackets, else each bare one.
func Leniently(field string) []Party {
	var out []Party
	rest := OutsideQuotes(field)
	for len(out) < MostParties {
		open := strings.IndexByte(rest, '<')
		if open < 0 {
			break
		}
		length := strings.IndexByte(rest[open:], '>')
		if length < 0 {
			break
		}
		if a, ok := ParseAddress(rest[open+1 : open+length]); ok {
			out = append(out, Party{Address: a})
		}
		rest = rest[open+length+1:]
	}
	if len(out) > 0 {
		return out
	}
	for _, word := range strings.FieldsFunc(OutsideQuotes(field), func(r rune) bool { return strings.ContainsRune(" \t,;<>", r) }) {
		if a, ok := ParseAddress(word); ok && len(out) < MostParties {
			out = append(out, Party{Address: a})
		}
	}
	return out
}

// OutsideQuotes drops quoted strings and comments, in which anything may be written.
func OutsideQuotes(s string) string {
	var b strings.Builder
	quoted, depth, escaped := false, 0, false
	for _, r := range s {
		switch {
		case escaped:
			escaped = false
		case r == '\\' && (quoted || depth > 0):
			escaped = true
		case r == '"' && depth == 0:
			quoted = !quoted
		case quoted:
		case r == '(':
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}
