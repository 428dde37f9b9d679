package email

import (
	"io"
	"net"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Admission is how much a Listener takes from whom. Zeros are the defaults.
type Admission struct {
	Connections int           // at once, in all; 0 is 100
	PerPeer     int           // at once, from one address; 0 is 20
	PerMinute   int           // mails from one address, in bursts of as many; 0 is 600
	Recipients  int           // of one mail; 0 is 50
	Idle        time.Duration // for a command to come, whole; 0 is 5 minutes (RFC 5321 section 4.5.3.2.7)
	Stall       time.Duration // for the next 64 KB of a mail; 0 is 2 minutes
}

func (a Admission) withDefaults() Admission {
	a.Connections = or(a.Connections, 100)
	a.PerPeer = or(a.PerPeer, 20)
	a.PerMinute = or(a.PerMinute, 600)
	a.Recipients = or(a.Recipients, 50)
	a.Idle = or(a.Idle, 5*time.Minute)
	a.Stall = or(a.Stall, 2*time.Minute)
	return a
}

// door lets connections in, up to the limits.
type door struct {
	net.Listener
	limits Admission
	clock  func() time.Time

	mu    sync.Mutex
	all   int
	peers map[string]int
	pace  map[string]*rate.Limiter
}

func newDoor(l net.Listener, limits Admission, clock func() time.Time) *door {
	return &door{Listener: l, limits: limits, clock: clock, peers: map[string]int{}, pace: map[string]*rate.Limiter{}}
}

// Accept gives out connections that know what they owe. One too many is told so.
func (d *door) Accept() (net.Conn, error) {
	for {
		conn, err := d.Listener.Accept()
		if err != nil {
			return nil, err
		}
		peer := peerOf(conn)
		if d.enter(peer) {
			return &owingConn{Conn: conn, leave: sync.OnceFunc(func() { d.leave(peer) })}, nil
		}
		go turnAway(conn)
	}
}

// turnAway says why. Whoever does not listen is not waited for.
func turnAway(conn net.Conn) {
	timer := time.AfterFunc(5*time.Second, func() { conn.Close() })
	defer timer.Stop()
	_, _ = io.WriteString(conn, "421 4.7.0 too many connections, come back later\r\n") // it is closed either way
	conn.Close()
}

// peerOf is the address that limits are counted by. Whoever comes by a Unix socket is
// one of us.
func peerOf(conn net.Conn) string {
	host, _, err := net.SplitHostPort(conn.RemoteAddr().String())
	if err != nil {
		return ""
	}
	return host
}

func (d *door) enter(peer string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all >= d.limits.Connections || peer != "" && d.peers[peer] >= d.limits.PerPeer {
		return false
	}
	d.all++
	d.peers[peer]++
	return true
}

func (d *door) leave(peer string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all--
	if d.peers[peer]--; d.peers[peer] == 0 {
		delete(d.peers, peer)
	}
}

// mostPaced bounds what strangers can make us remember; then counting begins anew.
const mostPaced = 10_000

// mayMail reports whether a peer may send one more mail now.
func (d *door) mayMail(peer string) bool {
	if peer == "" {
		return true
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	pace := d.pace[peer]
	if pace == nil {
		if len(d.pace) == mostPaced {
			clear(d.pace)
		}
		pace = rate.NewLimiter(rate.Limit(d.limits.PerMinute)/60, d.limits.PerMinute)
		d.pace[peer] = pace
	}
	return pace.AllowN(d.clock(), 1)
}

// steady hangs up on a mail that trickles in: enough must come in each stall.
type steady struct {
	io.Reader
	stall time.Duration
	timer *time.Timer
	got   int
}

const enough = 64 << 10 // bytes

func newSteady(r io.Reader, conn net.Conn, stall time.Duration) *steady {
	return &steady{Reader: r, stall: stall, timer: time.AfterFunc(stall, func() { conn.Close() })}
}

func (s *steady) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if s.got += n; s.got >= enough {
		s.got = 0
		s.timer.Reset(s.stall)
	}
	if err != nil {
		s.timer.Stop()
	}
	return n, err
}
