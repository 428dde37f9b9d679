package email

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"recado/channels"
	"recado/channels/email/dkim"
	"recado/channels/email/letter"
	"recado/sign"
)

// Options describe one mail account of the desk. Both Mailbox and Listener take them.
type Options struct {
	Account string   // names this end in keys, for ever; Address when empty
	Address string   // where the desk is written to: suporte@desk.example
	Also    []string // its other addresses, which other channels answer for

	// Ledger names keys instead of Account: accounts that share one take a mail once which
	// lies in the mailboxes of several.
	Ledger string

	Name   string // shown beside the address: Suporte Aurora
	Detail string // what sets off the detail of an address; "+" when empty (RFC 5233)

	IMAP IMAP // used by Mailbox
	SMTP SMTP // used by both, to send

	DKIM []*dkim.Key // those of the address's domain sign what is sent

	// OutFolder is used instead of SMTP, to try things out: each mail becomes a file.
	OutFolder string

	// TrustedAuthserv are the authserv-ids under which our own mail exchangers write
	// Authentication-Results (RFC 8601). They must remove such fields of others.
	TrustedAuthserv []string

	// TrustedSealers are forwarders and mailing lists by the domain of their ARC seal
	// (RFC 8617), whose word of a sender counts when our exchanger says arc=pass.
	TrustedSealers []string

	// TrustSenders believes every From field of what Mailbox reads, to try things out:
	// only with an IMAP server on this machine itself.
	TrustSenders bool

	MaxMail int64 // bytes of one mail that are read; 0 is 50 MB

	Memory channels.Memory // where Mailbox keeps its cursor
	Files  channels.Files  // for attachments, and for originals that it takes

	// Originals takes the mails, as they came, that Files refuses because a scanner found
	// something. Nil: Files.
	Originals channels.Files

	Signer *sign.Signer
	Clock  func() time.Time
	Log    *slog.Logger
}

// TLSMode is how a connection is protected.
type TLSMode string

// The modes. Plain is refused except on loopback.
const (
	TLS      TLSMode = "tls"      // from the first byte (RFC 8314)
	StartTLS TLSMode = "starttls" // upgraded, and given up when that is not offered
	Plain    TLSMode = "plain"
)

// Server is a server and how to sign in there.
type Server struct {
	Host     string
	Port     int
	Mode     TLSMode
	User     string // empty: without signing in (SMTP only)
	Password func(context.Context) (string, error)
	Tokens   Tokens         // used instead of Password when given
	Roots    *x509.CertPool // nil: those of the system
	Timeout  time.Duration  // for one step of the protocol; 0 is 1 minute
}

// IMAP is where mail is read.
type IMAP struct {
	Server
	Folders     []string      // read side by side; "INBOX" when empty
	Poll        time.Duration // between looks where IDLE is missing, and before the first look beside it; 0 is 30 seconds
	Idle        time.Duration // before IDLE is renewed in quiet times; 0 is 9 minutes, at most 28 (RFC 2177)
	LeaveUnseen bool          // do not set \Seen on what was taken
	MoveTo      string        // folder for what was taken, made when missing; empty: it stays where it is
	FromNow     bool          // pass over what lies in a folder that was never read before
	Batch       int           // most mails in one Accept; 0 is 50
	Pause       time.Duration // before the first new try after a failure; doubles up to 64 times; 0 is 1 second
}

// SMTP is where mail is handed to.
type SMTP struct {
	Server
	Connections int           // at the same time, at most; 0 is 2
	Rest        time.Duration // how long an unused one is kept; 0 is 30 seconds: servers hang up after minutes, NAT boxes sooner
	Hello       string        // our name in EHLO; the domain of the address when empty
}

const (
	defaultMaxMail = 50 << 20
	// A few batches of this size are the most memory that reading takes.
	maxBatchBytes = 16 << 20
	longestIdle   = 28 * time.Minute
)

// withDefaults returns a copy whose zero fields mean something.
func (o Options) withDefaults() Options {
	o.Address = strings.ToLower(o.Address)
	o.Account = or(o.Account, o.Address)
	o.Detail = or(o.Detail, "+")
	o.MaxMail = or(o.MaxMail, defaultMaxMail)
	if len(o.IMAP.Folders) == 0 {
		o.IMAP.Folders = []string{"INBOX"}
	}
	o.IMAP.Poll = or(o.IMAP.Poll, 30*time.Second)
	o.IMAP.Idle = or(o.IMAP.Idle, 9*time.Minute)
	o.IMAP.Batch = or(o.IMAP.Batch, 50)
	o.IMAP.Pause = or(o.IMAP.Pause, time.Second)
	o.IMAP.Timeout = or(o.IMAP.Timeout, time.Minute)
	o.SMTP.Timeout = or(o.SMTP.Timeout, time.Minute)
	o.SMTP.Connections = or(o.SMTP.Connections, 2)
	o.SMTP.Rest = or(o.SMTP.Rest, 30*time.Second)
	if o.Originals == nil {
		o.Originals = o.Files
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func or[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// check says what a person must change.
func (o Options) check() error {
	a, ok := letter.ParseAddress(o.Address)
	switch {
	case !ok:
		return fmt.Errorf("email: the desk's address %q is not an e-mail address", o.Address)
	case !slices.Contains([]string{"+", "-", "_", "="}, o.Detail):
		return fmt.Errorf("email: the detail separator %q is not one of + - _ =", o.Detail)
	case strings.Contains(a.Local, o.Detail):
		return fmt.Errorf("email: the desk's address %q already holds the detail separator %q", o.Address, o.Detail)
	case len(a.Local)+len(o.Detail)+longestDetail > maxLocalPart:
		return fmt.Errorf("email: %q is too long to add a ticket's token to it", a.Local)
	case o.Files == nil || o.Signer == nil || o.Clock == nil:
		return errors.New("email: a file store, a signer and a clock are needed")
	case o.IMAP.Idle > longestIdle:
		return fmt.Errorf("email: IDLE renewed every %v is longer than servers wait (%v)", o.IMAP.Idle, longestIdle)
	}
	return o.SMTP.check("SMTP")
}

const (
	maxLocalPart  = 64 // octets, RFC 5321 section 4.5.3.1.1
	longestDetail = 36 // a protocol number of 15, a dot and the proof
)

// check allows an empty server: one way of the channel is then not used.
func (s Server) check(what string) error {
	if s.Host == "" {
		return nil
	}
	switch s.Mode {
	case TLS, StartTLS:
	case Plain:
		if !onLoopback(s.Host) {
			return fmt.Errorf("email: %s without TLS is only for this machine itself, not for %s", what, s.Host)
		}
	default:
		return fmt.Errorf("email: %s: TLS mode %q is not one of tls, starttls, plain", what, s.Mode)
	}
	if s.User != "" && s.Password == nil && s.Tokens == nil {
		return fmt.Errorf("email: %s: a user without a password", what)
	}
	return nil
}

func (s Server) addr() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

func onLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
