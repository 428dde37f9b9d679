package email

import (
	"context"
	"net"
	"net/netip"
	"time"

	"recado/channels/email/letter"
	"recado/channels/email/sender"
)

// SenderCheck is how a Listener finds out who wrote what it is handed.
type SenderCheck struct {
	// On asks the DNS for SPF, DKIM and DMARC where no exchanger of ours gave a verdict.
	On bool

	// Relays are our own servers. Theirs is the Authentication-Results on top, if it has a
	// trusted name, and their Received says where the mail came from. Of any other
	// peer no field is believed. nil is this machine alone. A peer at a Unix socket is a relay.
	Relays []netip.Prefix

	Resolver sender.Resolver // nil: that of the system
}

// checkTime bounds what checking one mail may take.
const checkTime = 10 * time.Second

func (c SenderCheck) withDefaults() SenderCheck {
	if c.Relays == nil {
		c.Relays = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	if c.Resolver == nil {
		c.Resolver = net.DefaultResolver
	}
	return c
}

// checked is the verdict on who wrote a mail that was handed in: our exchanger's, if it is
// the one who hands in, else that of our own check.
func (s *submission) checked(ctx context.Context, raw []byte) *letter.Verdict {
	d, check := s.intake.desk, s.intake.o.Senders
	l := letter.Letter{Header: letter.ParseHeader(raw), TwoWays: letter.TwoWays(raw)}
	from, ok := sender.Of(l.Header)
	if !ok {
		return nil // nobody is named
	}
	v := letter.Verdict{Silent: len(d.TrustedAuthserv) > 0, Doubt: "the sender was not checked"}
	delivery := sender.Delivery{IP: s.address(), Hello: s.hello, MailFrom: s.sender}
	if relay := !delivery.IP.IsValid() || sender.Within(delivery.IP, check.Relays); relay {
		v = sender.Judge(&l, from.Address, d.trust())
		if len(d.TrustedAuthserv) > 0 && !v.Silent {
			return &v
		}
		if delivery.IP, delivery.Hello, ok = sender.Through(l.Header, check.Relays); !ok {
			return &v
		}
	}
	if !check.On {
		return &v
	}
	checker := sender.Checker{Resolver: check.Resolver, Clock: d.Clock, Timeout: checkTime}
	v = checker.Check(ctx, raw, from.Address, delivery)
	return &v
}

// address is that of the peer; not valid at a Unix socket.
func (s *submission) address() netip.Addr {
	tcp, ok := s.conn.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap()
}
