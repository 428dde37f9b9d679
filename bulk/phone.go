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

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}
