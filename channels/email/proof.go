package email

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"recado/core/message"
)

// sender is who a mail says wrote it: the single address of the single From field.
// Mail with none or several (RFC 5322 allows the latter) names nobody.
func sender(h header) (party, bool) {
	fields := h.all("from")
	if len(fields) != 1 {
		return party{}, false
	}
	list := parties(fields[0])
	if len(list) != 1 {
		return party{}, false
	}
	return list[0], true
}

// recipientFields may hold the address that a mail was delivered to, with the
// detail that some clients drop from To.
var recipientFields = []string{"to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to"}

// recipients are all addresses that the mail was meant for, also as the envelope has them.
func recipients(h header, env envelope) (out []party) {
	for _, name := range recipientFields {
		for _, value := range h.all(name) {
			out = append(out, parties(value)...)
		}
	}
	for _, rcpt := range env.recipients {
		if a, ok := parseAddress(rcpt); ok {
			out = append(out, party{address: a})
		}
	}
	return out
}

// tokenNumber is the protocol number of a reply address that was given to who.
func (d *desk) tokenNumber(h header, env envelope, who address) string {
	for _, p := range recipients(h, env) {
		detail, ours := d.address.detail(p.address, d.Detail)
		if !ours || detail == "" {
			continue
		}
		if number, err := d.Signer.VerifyReply(detail, who.String()); err == nil {
			return number
		}
	}
	return ""
}

// proof is how sure it is that from wrote this. The word of our mail exchanger is
// better than a token, which whoever was in copy has seen too.
func (d *desk) proof(h header, env envelope, from address, number string) message.Proof {
	switch {
	case env.believed, d.vouched(h, from):
		return message.ByUpstream
	case number != "":
		return message.ByToken
	}
	return message.Unproved
}

// vouched reads the topmost Authentication-Results and no other: what is below it
// was there before our exchanger got the mail, so anybody may have written it.
func (d *desk) vouched(h header, from address) bool {
	authserv, results, ok := parseAuthResults(h.first("authentication-results"))
	if !ok || !slices.ContainsFunc(d.TrustedAuthserv, func(id string) bool { return strings.EqualFold(id, authserv) }) {
		return false
	}
	aligned := false
	for _, r := range results {
		switch r.method {
		case "dmarc":
			if r.value == "pass" {
				return domainOf(r.props["header.from"]) == from.domain
			}
			if r.value != "none" {
				return false
			}
		case "spf":
			aligned = aligned || r.value == "pass" && sameOrganisation(domainOf(r.props["smtp.mailfrom"]), from.domain)
		case "dkim":
			signer := r.props["header.d"]
			if signer == "" {
				signer = r.props["header.i"]
			}
			aligned = aligned || r.value == "pass" && sameOrganisation(domainOf(signer), from.domain)
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
