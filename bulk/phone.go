package bulk

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// whatsAppID is the address of a number on WhatsApp: its digits with country code,
// "5511999990001". A number without a country code is Brazilian.
//
// It asks only whether the length is possible: accounts of eight-digit Brazilian
// mobiles are invalid to libphonenumber and yet alive (libraries.md 3.8).
func whatsAppID(text string) (string, bool) {
	digits := digitsOf(text)
	if strings.HasPrefix(digits, "55") && (len(digits) == 12 || len(digits) == 13) && !strings.HasPrefix(text, "+") {
		text = "+" + digits // 55 is an area code too, of the south; with 12 digits it is the country
	}
	number, err := phonenumbers.Parse(text, "BR")
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return "", false
	}
	return digitsOf(phonenumbers.Format(number, phonenumbers.E164)), true
}

// spellingsOf lists the ids that a WhatsApp number may have: a Brazilian mobile is
// known with and without the 9 that was put before it in 2012 to 2016.
func spellingsOf(id string) []string {
	ids := []string{id}
	rest, brazil := strings.CutPrefix(id, "55")
	switch {
	case !brazil:
	case len(rest) == 11 && rest[2] == '9':
		ids = append(ids, "55"+rest[:2]+rest[3:])
	case len(rest) == 10 && rest[2] >= '6': // mobiles began with 6 to 9
		ids = append(ids, "55"+rest[:2]+"9"+rest[2:])
	}
	return ids
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}
