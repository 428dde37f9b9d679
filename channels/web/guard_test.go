package web

import (
	"net/netip"
	"testing"
	"time"
)

// TestLimiterForgets has more addresses come than it may remember.
func TestLimiterForgets(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	l := newLimiter(1, 2)
	addr := netip.MustParseAddr("10.0.0.0")
	for range 3 * maxPeers {
		addr = addr.Next()
		if !l.allow(addr, now) {
			t.Fatalf("the first request of %s was refused", addr)
		}
		if len(l.peers) > maxPeers {
			t.Fatalf("%d addresses are remembered, more than %d", len(l.peers), maxPeers)
		}
	}

	quiet := newLimiter(1, 2)
	busy := netip.MustParseAddr("192.0.2.1")
	for range maxPeers - 1 {
		addr = addr.Next()
		quiet.allow(addr, now)
	}
	now = now.Add(time.Minute) // all of them have their full burst again
	for range 2 {
		quiet.allow(busy, now)
	}
	quiet.allow(addr.Next(), now)
	if quiet.allow(busy, now) {
		t.Error("who asks too much was forgotten before those who are quiet")
	}
}
