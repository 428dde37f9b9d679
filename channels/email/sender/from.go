package sender

import (
	"mime"
	"net/mail"
	"strings"
	"unicode"

	"recado/channels/email/letter"
)

// Of is who a mail says wrote it: the single address of the single From field.
// Mail with none or several (RFC 5322 allows the latter) names nobody.
func Of(h letter.Header) (letter.Party, bool) {
	fields := h.All("from")
	if len(fields) != 1 {
		return letter.Party{}, false
	}
	list := letter.Parties(fields[0])
	if len(list) != 1 {
		return letter.Party{}, false
	}
	p := list[0]
	p.Name = nameOnly(p.Name, p.Address)
	return p, true
}

// nameOnly drops a name that is another's address, which mail programs show in its
// place, and marks of direction that make one out of an innocent name.
func nameOnly(name string, a letter.Address) string {
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, name)
	if strings.ContainsAny(name, "@\uFF20\uFE6B") && !strings.EqualFold(strings.Trim(name, `'" <>`), a.String()) {
		return ""
	}
	return name
}

// Unclear says why From names nobody for certain; empty when it does. Beside what
// Of refuses, that is a From which other programs may read differently: the check
// and we must have spoken of the same person.
func Unclear(l *letter.Letter) string {
	fields := l.Header.All("from")
	switch {
	case len(fields) == 0:
		return "no From field"
	case len(fields) > 1:
		return "two From fields"
	case l.TwoWays != "":
		return l.TwoWays
	}
	field := fields[0]
	if strings.ContainsFunc(field, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
		return "control characters in From"
	}
	// Read strictly, there must be one mailbox, and it the one that Of found; a group
	// (RFC 6854) or a route (RFC 5322 section 4.4) is read differently by everybody.
	strict := mail.AddressParser{WordDecoder: &mime.WordDecoder{}}
	list, err := strict.ParseList(field)
	switch party, ok := Of(l.Header); {
	case err == nil && len(list) > 1:
		return "two addresses in From"
	case err != nil && mostAts(field) > 1:
		return "From can be read in two ways"
	case !ok:
		return "no address in From"
	case err == nil && strings.Contains(letter.OutsideQuotes(field), ":"):
		return "a group in From"
	case strings.Contains(party.Address.Local, "=?") || strings.Contains(party.Address.Domain, "=?"):
		return "an encoded address in From"
	}
	return ""
}

// mostAts counts the "@" in a field, as it is and with its encoded words decoded.
func mostAts(field string) int {
	decoded, err := new(mime.WordDecoder).DecodeHeader(field)
	if err != nil {
		decoded = field
	}
	return max(strings.Count(field, "@"), strings.Count(decoded, "@"))
}
