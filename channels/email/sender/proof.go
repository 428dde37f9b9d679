package sender

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

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
	return list[0], true
}

// Vouched reads the topmost Authentication-Results and no other: what is below it
// was there before our exchanger got the mail, so anybody may have written it.
func Vouched(h letter.Header, from letter.Address, trusted []string) bool {
	authserv, results, ok := ParseAuthResults(h.First("authentication-results"))
	if !ok || !slices.ContainsFunc(trusted, func(id string) bool { return strings.EqualFold(id, authserv) }) {
		return false
	}
	aligned := false
	for _, r := range results {
		switch r.method {
		case "dmarc":
			if r.Value == "pass" {
				return domainOf(r.props["header.from"]) == from.Domain
			}
			if r.Value != "none" {
				return false
			}
		case "spf":
			aligned = aligned || r.Value == "pass" && sameOrganisation(domainOf(r.props["smtp.mailfrom"]), from.Domain)
		case "dkim":
			signer := r.props["header.d"]
			if signer == "" {
				signer = r.props["header.i"]
			}
			aligned = aligned || r.Value == "pass" && sameOrganisation(domainOf(signer), from.Domain)
		}
	}
	return aligned
}

// domainOf takes an address, "@domain" or a bare domain.
func domainOf(s string) string {
	return strings.TrimSuffix(s[strings.LastIndexByte(s, '@')+1:], ".")
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
	orgA, errA := publicsuffix.EffectiveTLDPlusOne(a)
	orgB, errB := publicsuffix.EffectiveTLDPlusOne(b)
	return errA == nil && errB == nil && orgA == orgB
}
