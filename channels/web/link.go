package web

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"recado/core/message"
)

// purposeRate is the Link.Purpose of the rating page, and its path.
const purposeRate = "rate"

// URL is where link leads, signed and valid for LinkTTL from now. It is empty for
// a purpose that has no page here.
func (c *Channel) URL(link message.Link, now time.Time) string {
	if link.Purpose != purposeRate || link.Subject == "" {
		return ""
	}
	token := c.opts.Signer.Link(link.Purpose, link.Subject, now.Add(c.opts.LinkTTL))
	return c.base.JoinPath(purposeRate, token).String()
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
