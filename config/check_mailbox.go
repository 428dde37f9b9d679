package config

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// What becomes of a mail in the folder once it was taken.
const (
	keepFlag = "flag"
	keepMove = "move:"
)

func (r *reader) mailboxes(cfg *Config) {
	delivered := cfg.LMTPIn.Listen != "" || cfg.SMTPIn.Enabled == On
	first := map[string]string{}
	for i, m := range cfg.Email {
		path := entry("email", i)
		if !isEmail(m.Address) {
			r.fault(path+".address", "write the mailbox's address, such as suporte@aurora.example")
		}
		address := strings.ToLower(m.Address)
		if twin, twice := first[address]; twice {
			r.fault(path+".address", "%s is given already as %s", m.Address, twin)
		}
		first[address] = path
		if m.IMAP.Host != "" || !delivered {
			r.imap(path+".imap", m.IMAP)
			r.signingIn(path, m)
		}
		r.smtp(path+".smtp", m.SMTP)
		for _, id := range m.AuthservIDs {
			if id == "" || strings.ContainsAny(id, " \t;") {
				r.fault(path+".authserv_ids", "%q is not the name of a mail server", id)
			}
		}
		for _, domain := range m.ARCSealers {
			if domain == "" || strings.ContainsAny(domain, " \t;@") {
				r.fault(path+".arc_sealers", "%q is not a domain, such as lists.example", domain)
			}
		}
		if m.TrustSenders && !isLoopback(m.IMAP.Host) {
			r.fault(path+".trust_senders", "anybody could write in any name; only a test mailbox on this machine may trust")
		}
		if m.Poll < 5*time.Second || m.Poll > time.Hour {
			r.fault(path+".poll", "between 5s and 1h")
		}
	}
}

func (r *reader) imap(path string, i IMAP) {
	r.mailServer(path, i.Host, i.Port, i.TLS)
	if len(i.Folders) == 0 || slices.Contains(i.Folders, "") {
		r.fault(path+".folder", "name a folder, such as INBOX")
	}
	if distinct := slices.Compact(slices.Sorted(slices.Values(i.Folders))); len(distinct) < len(i.Folders) {
		r.fault(path+".folder", "a folder is named twice")
	}
	folder, moves := i.Moves()
	switch {
	case moves && folder == "":
		r.fault(path+".keep", "name the folder too: move:Recado")
	case moves && slices.Contains(i.Folders, folder):
		r.fault(path+".keep", "mail cannot be moved to a folder that it is read from")
	case !moves && i.Keep != keepFlag:
		r.fault(path+".keep", "write flag, or move: and a folder, such as move:Recado")
	}
}

// signingIn is by password or by OAuth.
func (r *reader) signingIn(path string, m Mailbox) {
	o, at := m.OAuth, path+".oauth"
	if !o.On() {
		if m.IMAP.Password.IsZero() && r.readable(path+".imap.password_file") {
			r.fault(path+".imap.password", "give password, or password_file with the name of a file that holds it")
		}
		return
	}
	if !m.IMAP.Password.IsZero() {
		r.fault(at, "a password is given too; keep one of the two")
	}
	if o.ClientID == "" {
		r.fault(at+".client_id", "write the id that the application was registered under")
	}
	switch {
	case o.Provider == "" && o.TokenURL == "":
		r.fault(at+".provider", "write google or microsoft; or token_url, for another one")
	case o.Provider != "" && o.TokenURL != "":
		r.fault(at+".token_url", "that of %s is known; keep provider or token_url", o.Provider)
	case o.TokenURL != "" && !isWeb(o.TokenURL), strings.HasPrefix(o.TokenURL, "http:") && !isLoopbackURL(o.TokenURL):
		r.fault(at+".token_url", "write the whole address, such as https://id.aurora.example/token")
	}
	if o.Tenant != "" && o.Provider != Microsoft {
		r.fault(at+".tenant", "only microsoft has tenants")
	}
	alone := o.Provider == Microsoft && !o.ClientSecret.IsZero()
	if o.RefreshToken.IsZero() && !alone && r.readable(at+".refresh_token_file") && r.readable(at+".client_secret_file") {
		r.fault(at+".refresh_token", "give it here or in refresh_token_file; docs/mailboxes.md tells how to get one")
	}
}

func (r *reader) smtp(path string, s SMTP) {
	r.mailServer(path, s.Host, s.Port, s.TLS)
	if s.Connections < 1 || s.Connections > maxConnections {
		r.fault(path+".connections", "between 1 and %d; mail servers refuse more", maxConnections)
	}
}

// maxConnections is more than any provider lets one customer have.
const maxConnections = 50

// label is one part of a domain's name; a selector may have several.
var label = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$`)

func (r *reader) dkim(all []DKIM) {
	for i, d := range all {
		path := entry("dkim", i)
		dotted := func(name string) bool {
			return !slices.ContainsFunc(strings.Split(name, "."), func(part string) bool { return !label.MatchString(part) })
		}
		if !dotted(d.Domain) || !strings.Contains(d.Domain, ".") {
			r.fault(path+".domain", "name the domain of the addresses that it signs for, such as aurora.example")
		}
		if !dotted(d.Selector) {
			r.fault(path+".selector", "name the selector that the key is published under, such as recado1")
		}
		switch {
		case !d.Key.IsZero() && !strings.HasPrefix(d.Key.Reveal(), "-----BEGIN "):
			r.fault(path+".key", "this is no key in PEM; `recado dkim` makes one")
		case d.Key.IsZero() && r.readable(path+".key_file"):
			r.fault(path+".key", "give key_file, with the name of a file that holds it; `recado dkim` makes one")
		}
	}
}

func (r *reader) mailServer(path, host string, port int, security Security) {
	if host == "" || strings.ContainsAny(host, " /:@") && !isLoopback(host) {
		r.fault(path+".host", "name the server, such as mail.aurora.example (its port goes in port)")
		return
	}
	if port < 1 || port > 65535 {
		r.fault(path+".port", "between 1 and 65535")
	}
	if security == NoTLS && !isLoopback(host) {
		r.fault(path+".tls", "the password would cross the network in the clear; write tls or starttls (none is for 127.0.0.1 only)")
	}
}

// readable reports whether nothing was found wrong yet with a secret's file, so that
// one mistake is reported once.
func (r *reader) readable(path string) bool {
	for _, f := range r.faults {
		if f.Key == path {
			return false
		}
	}
	return true
}
