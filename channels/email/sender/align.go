package sender

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// domainOf takes an address, "@domain" or a bare domain, with or without angle
// brackets, and gives the domain in A-labels; empty when it is none.
func domainOf(s string) string {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "<"), ">")
	s = strings.TrimSuffix(s[strings.LastIndexByte(s, '@')+1:], ".")
	if strings.ContainsAny(s, " \t<>()[],;:\"\\\x00") {
		return ""
	}
	domain, err := idna.Lookup.ToASCII(s)
	if err != nil && strings.ContainsFunc(s, func(r rune) bool { return r > '~' }) {
		return ""
	} else if err != nil { // such as one with an underscore, which names no host but signs mail
		return s
	}
	return domain
}

// sameOrganisation is relaxed alignment (RFC 7489 section 3.1): the same domain
// below the public suffix.
func sameOrganisation(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	if a == b {
		return true
	}
	orgA, orgB := organisation(a), organisation(b)
	return orgA != "" && orgA == orgB
}

// organisation is the organisational domain (RFC 7489 section 3.2); empty for a
// public suffix, below which everybody is another.
func organisation(domain string) string {
	org, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return ""
	}
	return org
}
