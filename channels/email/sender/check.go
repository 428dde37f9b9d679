package sender

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"blitiri.com.ar/go/spf"
	"github.com/emersion/go-msgauth/dmarc"

	"recado/channels/email/letter"
)

// Resolver asks the DNS; net.Resolver is one. Names end in a dot.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// Checker checks SPF, DKIM and DMARC itself, where mail comes to us without an exchanger
// that did.
type Checker struct {
	Resolver Resolver
	Clock    func() time.Time
	Timeout  time.Duration // for all of one mail
}

// Delivery is how a mail was handed in.
type Delivery struct {
	IP       netip.Addr // of the client that is not ours
	Hello    string     // what it called itself
	MailFrom string
}

// Check says whether a mail is from who From names, by DMARC (RFC 7489): SPF or DKIM
// must pass for a domain that is aligned, as strictly as the domain asks. Without a
// policy, alignment is relaxed. A DNS that is away proves nothing and speaks
// against nobody. Percentages and what a domain wants done with failures are
// not asked: here a failure is a mail that is held.
func (c Checker) Check(ctx context.Context, raw []byte, from letter.Address, d Delivery) (v letter.Verdict) {
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil { // a library stumbled over what a stranger wrote
			v = letter.Verdict{Doubt: "the sender could not be checked"}
		}
		if v.Doubt != "" {
			v.Doubt += " (checked here)"
		}
	}()
	policy, found, err := c.policy(ctx, from.Domain)
	if err != nil {
		return letter.Verdict{Doubt: "dmarc=temperror"}
	}
	spfSays := c.spf(ctx, from, policy, d)
	if spfSays == spf.Pass {
		return letter.Verdict{Proved: true}
	}
	dkimSays := c.dkim(ctx, raw, from, policy)
	switch {
	case dkimSays == "pass":
		return letter.Verdict{Proved: true}
	case spfSays == spf.TempError:
		return letter.Verdict{Doubt: "spf=temperror"}
	case dkimSays == "temperror":
		return letter.Verdict{Doubt: "dkim=temperror"}
	case found:
		return letter.Verdict{Against: true, Doubt: "dmarc=fail"}
	case spfSays == spf.Fail:
		return letter.Verdict{Against: true, Doubt: "spf=fail"}
	}
	return letter.Verdict{Doubt: "nothing passed for " + from.Domain}
}

// policy is the DMARC record of a domain or of its organisation (RFC 7489 section
// 6.6.3). Two records are none. One that cannot be read asks for strictness.
func (c Checker) policy(ctx context.Context, domain string) (policy dmarc.Record, found bool, err error) {
	relaxed := dmarc.Record{DKIMAlignment: dmarc.AlignmentRelaxed, SPFAlignment: dmarc.AlignmentRelaxed}
	names := []string{domain}
	if org := organisation(domain); org != "" && org != domain {
		names = append(names, org)
	}
	for _, name := range names {
		all, err := c.txt(ctx, "_dmarc."+name)
		if err != nil {
			return relaxed, false, err
		}
		var records []string
		for _, txt := range all {
			if strings.HasPrefix(strings.ReplaceAll(txt, " ", ""), "v=DMARC1") {
				records = append(records, txt)
			}
		}
		if len(records) != 1 {
			continue
		}
		record, err := dmarc.Parse(records[0])
		if err != nil {
			return dmarc.Record{DKIMAlignment: dmarc.AlignmentStrict, SPFAlignment: dmarc.AlignmentStrict}, true, nil //nolint:nilerr // it is a record all the same
		}
		return *record, true, nil
	}
	return relaxed, false, nil
}

// txt asks for TXT records; none is no error, everything else that goes wrong is.
func (c Checker) txt(ctx context.Context, name string) ([]string, error) {
	all, err := rooted{c.Resolver}.LookupTXT(ctx, name)
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("asking for the text records of %s: %w", name, err)
	}
	return all, nil
}

func aligned(mode dmarc.AlignmentMode, domain, from string) bool {
	if mode == dmarc.AlignmentStrict {
		return domain == from
	}
	return sameOrganisation(domain, from)
}

// spf asks only about an envelope that would prove something. HELO never does: a mail
// without an envelope sender is a machine's.
func (c Checker) spf(ctx context.Context, from letter.Address, policy dmarc.Record, d Delivery) spf.Result {
	envelope, ok := letter.ParseAddress(d.MailFrom)
	if !ok || !d.IP.IsValid() || !aligned(policy.SPFAlignment, envelope.Domain, from.Domain) {
		return spf.None
	}
	who := envelope.String()
	if strings.Contains(envelope.Local, "@") { // the library takes what is behind the first one
		who = "postmaster@" + envelope.Domain
	}
	result, _ := spf.CheckHostWithSender(net.IP(d.IP.Unmap().AsSlice()), d.Hello, who, spf.WithContext(ctx), spf.WithResolver(rooted{c.Resolver}))
	return result
}

// rooted makes names absolute, so that no search list of this machine is tried.
type rooted struct{ Resolver }

func absolute(name string) string { return strings.TrimSuffix(name, ".") + "." }

func (r rooted) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return r.Resolver.LookupTXT(ctx, absolute(name)) //nolint:wrapcheck // the libraries look at the type
}

func (r rooted) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	return r.Resolver.LookupMX(ctx, absolute(name)) //nolint:wrapcheck // see above
}

func (r rooted) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	return r.Resolver.LookupIPAddr(ctx, absolute(host)) //nolint:wrapcheck // see above
}
