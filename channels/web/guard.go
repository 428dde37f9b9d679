package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// withHeaders sets what every answer carries: nothing is cached, indexed, framed,
// or passed on in a Referer, since the address of a page holds its token.
func withHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
		next.ServeHTTP(w, r)
	})
}

// ownForm reports whether a POST comes from a page of ours. The token already
// says who rates; this keeps other sites from sending in a person's name a form
// that was not seen.
//
// http.CrossOriginProtection is not used: under our own no-referrer policy a
// browser without Sec-Fetch-Site (Safari before 16.4) says "Origin: null", which
// it would refuse (Fetch standard, "append a request Origin header").
func (c *Channel) ownForm(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
	default:
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" || origin == "null" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Host == r.Host || u.Host == c.base.Host)
}

// peer is the address that a request counts against: the last one in
// X-Forwarded-For that is not a trusted proxy. An IPv6 customer owns a whole /64.
func (c *Channel) peer(r *http.Request) netip.Addr {
	addr, _ := netip.ParseAddr(hostOnly(r.RemoteAddr)) // the zero Addr is one bucket for what has none
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && c.trusts(addr); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = next
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		block, err := addr.Prefix(64)
		if err == nil {
			return block.Addr()
		}
	}
	return addr
}

func (c *Channel) trusts(addr netip.Addr) bool {
	for _, p := range c.opts.TrustedProxies {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}

// hostOnly drops the port of host:port.
func hostOnly(s string) string {
	if host, _, err := net.SplitHostPort(s); err == nil {
		return host
	}
	return s
}

// maxPeers bounds the limiter's memory.
const maxPeers = 8192

// limiter counts requests by address.
type limiter struct {
	perSecond rate.Limit
	burst     int

	mu    sync.Mutex
	peers map[netip.Addr]*rate.Limiter
}

func newLimiter(perSecond float64, burst int) *limiter {
	return &limiter{perSecond: rate.Limit(perSecond), burst: burst, peers: map[netip.Addr]*rate.Limiter{}}
}

// allow takes one request of addr, if it has one left.
func (l *limiter) allow(addr netip.Addr, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	p, ok := l.peers[addr]
	if !ok {
		if len(l.peers) >= maxPeers {
			l.forget(now)
		}
		p = rate.NewLimiter(l.perSecond, l.burst)
		l.peers[addr] = p
	}
	return p.AllowN(now, 1)
}

// forget drops who has been quiet, and others at random when too few were, so that
// a crowd does not make it look through the whole table for each newcomer.
func (l *limiter) forget(now time.Time) {
	for addr, p := range l.peers {
		if p.TokensAt(now) >= float64(l.burst) {
			delete(l.peers, addr)
		}
	}
	for addr := range l.peers {
		if len(l.peers) <= maxPeers/4*3 {
			return
		}
		delete(l.peers, addr)
	}
}
