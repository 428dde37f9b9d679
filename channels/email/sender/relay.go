package sender

import (
	"net/netip"
	"regexp"
	"slices"

	"recado/channels/email/letter"
)

// client is where a Received field says that the mail came from: the address that the
// server saw, which is in the comment behind the name that the client gave itself.
var client = regexp.MustCompile(`^from (\S+) \((?:[^()\[\]]*\[)?(?:ipv6:)?([0-9a-f.:]+)\]?[^()]*\)`)

// Through is who handed a mail to relays of ours: the first hop from the top that is not
// from one of them. Each of them wrote its Received above what it was given, so what
// is said up to there is true. ok is false when a relay does not say.
func Through(h letter.Header, relays []netip.Prefix) (ip netip.Addr, hello string, ok bool) {
	for _, received := range h.All("received") {
		m := client.FindStringSubmatch(letter.Lower(received))
		if m == nil {
			return netip.Addr{}, "", false
		}
		ip, err := netip.ParseAddr(m[2])
		if err != nil {
			return netip.Addr{}, "", false
		}
		if !Within(ip, relays) {
			return ip.Unmap(), m[1], true
		}
	}
	return netip.Addr{}, "", false
}

// Within reports whether an address is in one of the networks.
func Within(ip netip.Addr, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(ip.Unmap()) })
}
