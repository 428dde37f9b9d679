package sender

import (
	"slices"
	"strconv"
	"strings"

	"recado/channels/email/letter"
)

// mostSets is how many ARC sets a chain may have (RFC 8617 section 4.2.1).
const mostSets = 50

// forwarded reports that a named forwarder saw DMARC pass for From before it changed
// the mail. We trust our exchanger for the chain being whole (arc=pass), and the
// seals for whose word it is: from the one that is believed up to the last, each
// must be of a sealer that is named, since each could have changed the mail.
func (t Trust) forwarded(h letter.Header, w verdictOf, from letter.Address) bool {
	if len(t.Sealers) == 0 || !slices.ContainsFunc(w.results, func(r result) bool { return r.method == "arc" && r.value == "pass" }) {
		return false
	}
	if slices.ContainsFunc(w.results, func(r result) bool { return r.method == "arc" && r.value != "pass" }) {
		return false
	}
	sealers, results := arcSets(h, "arc-seal"), arcSets(h, "arc-authentication-results")
	for i := min(len(sealers), mostSets); i >= 1; i-- {
		sealer, said := domainOf(letter.Lower(tag(sealers[i], "d"))), results[i]
		ours := false
		a, ok := parseAuthResults(said)
		if ok && t.believes(a.authserv) && a.authserv == w.name {
			ours = true // our exchanger seals what it takes in, too
		}
		if sealer == "" || !ours && !slices.ContainsFunc(t.Sealers, func(s string) bool { return letter.Lower(s) == sealer }) {
			return false
		}
		if !ours && ok && (verdictOf{results: a.results}).passedDMARC(from) {
			return true
		}
	}
	return false
}

func (w verdictOf) passedDMARC(from letter.Address) bool {
	passed := false
	for _, r := range w.results {
		if r.method != "dmarc" {
			continue
		}
		if !r.proves(from) {
			return false
		}
		passed = true
	}
	return passed
}

// arcSets are the values of an ARC field by their instance, without "i=N;". It is
// empty when an instance is missing or comes twice.
func arcSets(h letter.Header, name string) map[int]string {
	sets := map[int]string{}
	for _, value := range h.All(name) {
		first, rest, _ := strings.Cut(value, ";")
		number, ok := strings.CutPrefix(strings.ReplaceAll(strings.ReplaceAll(first, " ", ""), "\t", ""), "i=")
		i, err := strconv.Atoi(number)
		if _, twice := sets[i]; !ok || err != nil || twice || i < 1 || i > mostSets {
			return nil
		}
		sets[i] = rest
	}
	for i := range len(sets) {
		if _, there := sets[i+1]; !there {
			return nil
		}
	}
	return sets
}

// tag is the value of a tag in a tag list (RFC 6376 section 3.2).
func tag(list, name string) string {
	for t := range strings.SplitSeq(list, ";") {
		if n, v, ok := strings.Cut(t, "="); ok && strings.TrimSpace(n) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
