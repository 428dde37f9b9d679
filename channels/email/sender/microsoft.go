package sender

import (
	"net/netip"
	"regexp"
	"strings"

	"recado/channels/email/letter"
)

// microsoft is the name under which Exchange Online is trusted. It writes an
// Authentication-Results without any authserv-id, so that its place alone says
// whose it is. Its ARC-Authentication-Results do bear this name, but prove nothing:
// anybody can write one, and the genuine ones on outgoing mail of every tenant
// say pass of what was never checked.
const microsoft = "mx.microsoft.com"

// inside are the addresses between which Exchange Online moves mail. Its customers'
// mail leaves from others.
var inside = netip.MustParsePrefix("2603:1000::/24")

var hop = regexp.MustCompile(`^from \S+ \(\[?([0-9a-f.:]+)(?:%\w+)?\]?\) by ([a-z0-9.-]+) \(`)

// wordOfMicrosoft takes the topmost results for Exchange Online's own when every hop
// above them is within it, and the hop just below is the one that took the mail in
// from elsewhere. A sender's own field is always below that one.
func wordOfMicrosoft(h letter.Header, a authResults) (verdictOf, bool) {
	above := true
	for name, value := range h.Fields() {
		switch {
		case name == "authentication-results":
			above = false
		case name != "received":
		case above && !withinMicrosoft(value):
			return verdictOf{}, false
		case !above:
			m := hop.FindStringSubmatch(letter.Lower(value))
			return verdictOf{name: microsoft, results: a.results}, m != nil && isMicrosoft(m[2])
		}
	}
	return verdictOf{}, false
}

func withinMicrosoft(received string) bool {
	m := hop.FindStringSubmatch(letter.Lower(received))
	if m == nil || !isMicrosoft(m[2]) {
		return false
	}
	ip, err := netip.ParseAddr(m[1])
	return err == nil && (inside.Contains(ip) || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsLoopback())
}

func isMicrosoft(host string) bool {
	return strings.HasSuffix(host, ".outlook.com") || strings.HasSuffix(host, ".outlook.office365.com")
}
