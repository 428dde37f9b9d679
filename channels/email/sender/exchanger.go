package sender

import (
	"slices"
	"strings"

	"recado/channels/email/letter"
)

// Trust is whose word counts.
type Trust struct {
	// Exchangers are the authserv-ids of our own mail exchangers (RFC 8601 section 5).
	// "*.example" stands for every name one label below it. Microsoft is also the
	// one who writes none.
	Exchangers []string

	// Sealers are the domains whose ARC seal (RFC 8617) may vouch for what they
	// forwarded, when an exchanger of ours found the chain whole.
	Sealers []string
}

func (t Trust) believes(authserv string) bool {
	return slices.ContainsFunc(t.Exchangers, func(id string) bool {
		id = letter.Lower(id)
		if below, wild := strings.CutPrefix(id, "*."); wild {
			_, parent, _ := strings.Cut(authserv, ".")
			return parent == below
		}
		return id == authserv
	})
}

// Judge says whether the mail is from who From names, by what our own mail exchanger
// wrote on top.
func Judge(l *letter.Letter, from letter.Address, t Trust) letter.Verdict {
	if why := Unclear(l); why != "" {
		return letter.Verdict{Against: true, Doubt: why}
	}
	if len(t.Exchangers) == 0 {
		return letter.Verdict{Doubt: "no mail exchanger is trusted"}
	}
	w, ok := t.word(l.Header)
	if !ok {
		return letter.Verdict{Silent: true, Doubt: "no verdict of our mail exchanger"}
	}
	v := w.judge(from)
	if v.Against && t.forwarded(l.Header, w, from) {
		return letter.Verdict{Proved: true}
	}
	if v.Doubt != "" {
		v.Doubt += " (" + w.name + ")"
	}
	return v
}

// verdictOf is what our exchanger says of one mail.
type verdictOf struct {
	name     string
	results  []result // all count
	warnings []result // these count only when they speak against the sender
}

// word finds the fields that are ours. The topmost Authentication-Results counts: what
// is below it was there before our exchanger got the mail, so anybody may have
// written it. Some exchangers write a field for each method; the further ones of
// the same name count only above the Received field of the hop that took the
// mail in, where nobody but us can write. Below it they can warn, up to the
// next Received, but prove nothing.
func (t Trust) word(h letter.Header) (w verdictOf, found bool) {
	received, local := 0, 0 // how many were passed; how many of them deliver within our own host
	for name, value := range h.Fields() {
		switch name {
		case "received":
			if received == local && deliversLocally(value) {
				local++
			}
			received++
			if found && received > local+1 {
				return w, true
			}
		case "authentication-results":
			a, ok := parseAuthResults(value)
			switch {
			case !found:
				if ok && a.authserv == "" && t.believes(microsoft) {
					return wordOfMicrosoft(h, a)
				}
				if !ok || a.authserv == "" || a.authserv == microsoft || !t.believes(a.authserv) {
					return w, false
				}
				w.name, w.results, found = a.authserv, a.results, true
			case ok && a.authserv == w.name && received == local:
				w.results = append(w.results, a.results...)
			case ok && a.authserv == w.name:
				w.warnings = append(w.warnings, a.results...)
			}
		}
	}
	return w, found
}

// deliversLocally reports the hop from our exchanger to the mailbox, which is by LMTP.
func deliversLocally(received string) bool {
	received = letter.Lower(letter.OutsideQuotes(received))
	return strings.Contains(received+" ", " with lmtp ") || strings.Contains(received+" ", " with lmtps ") || strings.Contains(received+" ", " with lmtpa ")
}

// judge: DMARC decides where the exchanger checked it. Where the domain has no policy,
// or DMARC was not checked, SPF or DKIM of the same organisation will do. Every
// result of DMARC must pass: two that differ mean that somebody put one in.
func (w verdictOf) judge(from letter.Address) letter.Verdict {
	proved := false
	for _, r := range slices.Concat(w.results, w.warnings) {
		switch {
		case r.method == "compauth" && r.value == "fail", r.method == "dmarc" && r.value == "fail":
			return letter.Verdict{Against: true, Doubt: r.method + "=fail"}
		case r.method != "dmarc" || r.value == "none" || r.value == "bestguesspass":
		case r.value != "pass":
			return letter.Verdict{Doubt: letter.Cut("dmarc="+r.value, 40)}
		case domainOf(r.props["header.from"]) != from.Domain:
			return letter.Verdict{Against: true, Doubt: "dmarc=pass for another domain"}
		}
	}
	for _, r := range w.results {
		proved = proved || r.proves(from)
	}
	if proved {
		return letter.Verdict{Proved: true}
	}
	for _, r := range slices.Concat(w.results, w.warnings) {
		if r.method == "spf" && r.value == "fail" && sameOrganisation(domainOf(r.props["smtp.mailfrom"]), from.Domain) {
			return letter.Verdict{Against: true, Doubt: "spf=fail"}
		}
	}
	return letter.Verdict{Doubt: "nothing passed for " + from.Domain}
}

// proves: a single result that names the sender's organisation. Of DKIM it is the
// domain that signed (d=) and, where that is not told, the one signed for (i=).
func (r result) proves(from letter.Address) bool {
	if r.value != "pass" {
		return false
	}
	switch r.method {
	case "dmarc":
		return domainOf(r.props["header.from"]) == from.Domain
	case "spf":
		return sameOrganisation(domainOf(r.props["smtp.mailfrom"]), from.Domain)
	case "dkim":
		signer, told := r.props["header.d"]
		if !told {
			signer = r.props["header.i"]
		}
		return sameOrganisation(domainOf(signer), from.Domain)
	case "auth": // handed in with a password (RFC 8601 section 2.7.4)
		return r.props["smtp.auth"] == from.String()
	}
	return false
}
