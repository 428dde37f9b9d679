package config

import (
	"cmp"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// provider is what is known of a large mail provider, so that its customers need not
// look it up. A wrong authserv-id would only hold mail back; it never lets any in.
type provider struct {
	domains    []string // of addresses that are surely there
	imap, smtp string
	smtpTLS    Security
	authserv   string // the id in its Authentication-Results
}

// providers by what they publish in their help pages. Microsoft writes no id in its
// Authentication-Results; the one given here stands for that form (SECURITY.md).
var providers = []provider{
	{[]string{"gmail.com", "googlemail.com"}, "imap.gmail.com", "smtp.gmail.com", TLS, "mx.google.com"},
	{[]string{"outlook.com", "hotmail.com", "live.com"}, "outlook.office365.com", "smtp.office365.com", StartTLS, "mx.microsoft.com"},
	{[]string{"zohomail.com"}, "imap.zoho.com", "smtp.zoho.com", TLS, "mx.zohomail.com"},
}

// complete fills in what follows from the rest.
func (r *reader) complete(cfg *Config) {
	for i := range cfg.Email {
		cfg.Email[i].complete(cfg.Desk.Name)
	}
	if cfg.Desk.Register == "" && len(cfg.Email) > 0 {
		cfg.Desk.Register = cfg.Email[0].Address
	}
	if cfg.SMTPIn.Enabled == Auto {
		cfg.SMTPIn.Enabled = Off
		if len(cfg.Email) == 0 {
			cfg.SMTPIn.Enabled = On
		}
	}
	for i := range cfg.WhatsApp {
		cfg.WhatsApp[i].complete(cfg.Database)
	}
	cfg.Files.S3.complete()
	cfg.Web.complete()
	if _, given := r.places["hours.week"]; cfg.Hours.Always && !given {
		cfg.Hours.Week = Week{}
	}
	if _, given := r.places["hours.holidays"]; cfg.Hours.Always && !given {
		cfg.Hours.Holidays = Holidays{}
	}
}

// complete fills in what is Amazon's, whose buckets have a host each; others seldom do.
func (s *S3) complete() {
	if s.Bucket != "" && s.Endpoint == "" && s.Region != "" {
		s.Endpoint = "https://s3." + s.Region + "." + amazon
	}
	if s.PathStyle != Auto {
		return
	}
	s.PathStyle = On
	if strings.HasSuffix(s.Endpoint, "."+amazon) && !strings.Contains(s.Bucket, ".") { // no certificate covers a dot
		s.PathStyle = Off
	}
}

const amazon = "amazonaws.com"

func (w *Web) complete() {
	loopback := isLoopback(w.Listen)
	if w.PublicURL == "" && loopback {
		w.PublicURL = "http://" + w.Listen
	}
	w.PublicURL = strings.TrimRight(w.PublicURL, "/")
	if w.AdminListen == "" {
		w.AdminListen = "127.0.0.1:8081" // figures are not for everybody
		if loopback {
			w.AdminListen = w.Listen
		}
	}
}

// complete puts the link's keys where the desk's own data is: of processes that share
// a database, any may be the one that has the number.
func (w *WhatsApp) complete(desk Secret) {
	w.Groups = cmp.Or(w.Groups, GroupsIgnored)
	switch {
	case !w.Database.IsZero():
	case desk.IsZero():
		w.Database = NewSecret(inFile)
	default:
		w.Database = desk
	}
}

func (m *Mailbox) complete(desk string) {
	m.Name = cmp.Or(m.Name, desk)
	m.preset()
	m.IMAP.User = cmp.Or(m.IMAP.User, m.Address)
	if m.SMTP.Password.IsZero() {
		m.SMTP.Password = m.IMAP.Password
	}
	m.SMTP.User = cmp.Or(m.SMTP.User, m.IMAP.User)
	m.SMTP.TLS = cmp.Or(m.SMTP.TLS, m.IMAP.TLS)
	m.IMAP.Port = cmp.Or(m.IMAP.Port, map[Security]int{TLS: 993, StartTLS: 143, NoTLS: 143}[m.IMAP.TLS])
	m.SMTP.Port = cmp.Or(m.SMTP.Port, map[Security]int{TLS: 465, StartTLS: 587, NoTLS: 25}[m.SMTP.TLS])
}

// preset applies what is known of the provider, unless it was written otherwise.
func (m *Mailbox) preset() {
	_, domain, _ := strings.Cut(strings.ToLower(m.Address), "@")
	for _, p := range providers {
		at := strings.EqualFold(m.IMAP.Host, p.imap)
		for _, d := range p.domains {
			at = at || m.IMAP.Host == "" && d == domain
		}
		if !at {
			continue
		}
		m.IMAP.Host = p.imap
		if m.SMTP.Host == "" {
			m.SMTP.Host, m.SMTP.TLS = p.smtp, cmp.Or(m.SMTP.TLS, p.smtpTLS)
		}
		if m.AuthservIDs == nil {
			m.AuthservIDs = []string{p.authserv}
		}
	}
}

// Moves reports the folder that mail is moved to once it was taken; ok is false when
// it stays and is flagged.
func (i IMAP) Moves() (folder string, ok bool) { return strings.CutPrefix(i.Keep, keepMove) }

// Networks are Relays, once they were checked.
func (s SMTPIn) Networks() []netip.Prefix {
	networks := make([]netip.Prefix, 0, len(s.Relays))
	for _, text := range s.Relays {
		if network, err := netip.ParsePrefix(text); err == nil {
			networks = append(networks, network)
		}
	}
	return networks
}

// isLoopback reports whether a host, or a host:port, is this machine alone.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = strings.Trim(address, "[]")
	}
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

func isLoopbackURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && isLoopback(u.Hostname())
}

// isWeb reports whether text is an address of a web server, without a query.
func isWeb(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == ""
}
