package web

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"recado/core/message"
	"recado/sign"
)

// The Link.Purpose of the pages, and their paths.
const (
	purposeRate = "rate"
	purposeHeld = "held"
	purposePair = "pair"
)

// URL is where link leads, signed and valid from now for LinkTTL, HeldTTL or
// PairTTL. It is empty for a purpose that has no page here.
func (c *Channel) URL(link message.Link, now time.Time) string {
	ttl := map[string]time.Duration{purposeRate: c.opts.LinkTTL, purposeHeld: c.opts.HeldTTL, purposePair: PairTTL}[link.Purpose]
	if ttl == 0 || link.Subject == "" {
		return ""
	}
	return c.path(link.Purpose, link.Subject, now.Add(ttl))
}

func (c *Channel) path(purpose, subject string, expires time.Time) string {
	return pathOf(c.base, c.opts.Signer, purpose, subject, expires)
}

func pathOf(base *url.URL, signer *sign.Signer, purpose, subject string, expires time.Time) string {
	return base.JoinPath(purpose, signer.Link(purpose, subject, expires)).String()
}

func parseBase(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("web: the base URL: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, fmt.Errorf("web: the base URL %q is not like https://suporte.example.com", s)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("web: the base URL %q may hold a host and a path, nothing else", u.Redacted())
	}
	return u, nil
}

// isLoopback reports whether host, without port, names this machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && addr.Unmap().IsLoopback()
}
