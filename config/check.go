package config

import (
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// languages that the desk speaks.
var languages = []string{"pt-BR", "en", "es"}

// B3 sets the most that limits may be.
const (
	maxFiles    = 10
	maxFileSize = 20 * MB
)

// minKey is the fewest characters of a signing key.
const minKey = 32

// check finds all that is wrong with values that could be read.
func (r *reader) check(cfg *Config) {
	r.desk(cfg.Desk)
	r.storage(cfg)
	r.s3(cfg.Files.S3)
	r.clamav(cfg.ClamAV)
	r.listeners(cfg)
	r.mailboxes(cfg)
	r.dkim(cfg.DKIM)
	r.whatsApp(cfg.WhatsApp)
	r.slack(cfg.Slack)
	r.hours(cfg.Hours)
	r.pace(cfg)
	r.care(cfg.Care)
	r.promises(cfg.Promises)
	r.limits(cfg)
	r.assistant(cfg.Assistant)
}

func (r *reader) desk(d Desk) {
	if strings.TrimSpace(d.Name) == "" {
		r.fault("desk.name", "the desk needs a name")
	}
	if !slices.Contains(languages, d.Language) {
		r.fault("desk.language", "write %s", orList(languages))
	}
	if d.Register != "" && !isEmail(d.Register) {
		r.fault("desk.register", "%q is not an e-mail address", d.Register)
	}
}

func (r *reader) storage(cfg *Config) {
	if strings.TrimSpace(cfg.Data) == "" {
		r.fault("data", "name a folder")
	} else if at, err := os.Stat(cfg.Data); err == nil && !at.IsDir() {
		r.fault("data", "%s is a file; name a folder", cfg.Data)
	}
	r.server("database", cfg.Database, "postgres://user:password@host:5432/name", "postgres", "postgresql")
	r.server("redis", cfg.Redis, "redis://:password@host:6379/0", "redis", "rediss")
	for _, key := range splitKeys(cfg.Secret.Reveal()) {
		if len(key) < minKey {
			r.fault("secret", "a key has %d characters and needs at least %d; make one with: openssl rand -hex 32", len(key), minKey)
		}
	}
}

// server checks the address of a database without ever quoting it: it holds a password.
func (r *reader) server(path string, address Secret, example string, schemes ...string) {
	if address.IsZero() {
		return
	}
	if u, err := url.Parse(address.Reveal()); err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" {
		r.fault(path, "write it as %s (or leave it empty)", example)
	}
}

func (r *reader) listeners(cfg *Config) {
	listens := r.listen("web.listen", cfg.Web.Listen)
	r.listen("web.admin_listen", cfg.Web.AdminListen)
	switch {
	case !listens: // what would follow from it is not worth a line
	case cfg.Web.PublicURL == "":
		r.fault("web.public_url", "say how people reach the pages, such as https://suporte.aurora.example: links in messages need it")
	case !isWeb(cfg.Web.PublicURL):
		r.fault("web.public_url", "write the whole address, such as https://suporte.aurora.example")
	}
	r.lmtpIn(cfg)
	r.admission(cfg.SMTPIn)
	if cfg.SMTPIn.Enabled != On {
		return
	}
	r.listen("smtp_in.listen", cfg.SMTPIn.Listen)
	if cfg.SMTPIn.Listen == cfg.Web.Listen || cfg.SMTPIn.Listen == cfg.Web.AdminListen {
		r.fault("smtp_in.listen", "%s is taken by the web pages; choose another port", cfg.SMTPIn.Listen)
	}
	if cfg.SMTPIn.TrustSenders && !isLoopback(cfg.SMTPIn.Listen) {
		r.fault("smtp_in.trust_senders", "anybody who reaches %s could write in any name; listen on 127.0.0.1, or turn it off", cfg.SMTPIn.Listen)
	}
}

func (r *reader) lmtpIn(cfg *Config) {
	at := cfg.LMTPIn.Listen
	if path, socket := strings.CutPrefix(at, "unix:"); socket {
		if !filepath.IsAbs(path) {
			r.fault("lmtp_in.listen", "write the whole path of the socket, such as unix:/run/recado/lmtp")
		}
	} else if at != "" {
		r.listen("lmtp_in.listen", at)
	}
	if at != "" && len(cfg.Email) == 0 {
		r.fault("lmtp_in.listen", "say under email: which addresses the mail is for, and how to send")
	}
}

func (r *reader) admission(in SMTPIn) {
	for _, network := range in.Relays {
		if _, err := netip.ParsePrefix(network); err != nil {
			r.fault("smtp_in.relays", "%q is not a network; write it such as 10.0.0.0/8, or 192.0.2.5/32 for one server", network)
		}
	}
	if (in.CertFile == "") != (in.KeyFile == "") {
		r.fault("smtp_in.cert_file", "give both cert_file and key_file, or neither")
	}
	for name, n := range map[string]int{
		"connections": in.Connections, "connections_per_peer": in.PerPeer, "mails_per_minute": in.PerMinute, "recipients": in.Recipients,
	} {
		if n < 1 || n > 100_000 {
			r.fault("smtp_in."+name, "between 1 and 100000")
		}
	}
}

func (r *reader) listen(path, address string) bool {
	_, port, err := net.SplitHostPort(address)
	n, errPort := strconv.Atoi(port)
	if err != nil || errPort != nil || n < 0 || n > 65535 {
		r.fault(path, "write a host and a port, such as 127.0.0.1:8080")
		return false
	}
	return true
}

func (r *reader) pace(cfg *Config) {
	quiet := cfg.Chat.Quiet
	for name, window := range map[string]time.Duration{"whatsapp": quiet.WhatsApp, "email": quiet.Email, "slack": quiet.Slack, "web": quiet.Web} {
		if window > MaxQuiet {
			r.fault("chat.quiet."+name, "at most %s: longer, and people think that nobody is there", MaxQuiet)
		}
	}
	after := cfg.Reminders.After
	for i, d := range after {
		if d <= 0 || i > 0 && d <= after[i-1] {
			r.fault("reminders.after", "each reminder comes later than the one before, counted from the team's last word: 2d, 3d")
			break
		}
	}
	if cfg.Reminders.CloseAfter > 0 && len(after) == 0 {
		r.fault("reminders.close_after", "nothing is closed without a reminder that warns of it; give reminders.after, or 0s here")
	}
	if u := cfg.Tickets.Unanswered; u < 0 || u > 0 && u < time.Minute {
		r.fault("tickets.unanswered", "at least 1m, or 0s for never")
	}
	if l := cfg.Quarantine.LinkExpires; l < time.Hour || l > 30*day {
		r.fault("quarantine.link_expires", "between 1h and 30d, after which nothing is held any more")
	}
	if cfg.Survey.Expires <= 0 {
		r.fault("survey.expires", "give people some time to answer, such as 7d")
	}
	if every := cfg.Survey.NPSEvery; every != 0 && every < 7*day {
		r.fault("survey.nps_every", "at least 7d between two askings, or 0s for never")
	}
	if cfg.Drain.Timeout < time.Second || cfg.Drain.Timeout > 10*time.Minute {
		r.fault("drain.timeout", "between 1s and 10m")
	}
}

func (r *reader) promises(p Promises) {
	for _, s := range []struct {
		name string
		Promise
	}{{"low", p.Low}, {"normal", p.Normal}, {"high", p.High}, {"critical", p.Critical}} {
		path := "promises." + s.name
		for _, part := range []string{".answer", ".solve"} {
			if strings.ContainsAny(r.places[path+part].raw, "dw") {
				r.fault(path+part, "write hours: it counts time that the team is there, and a day of that is not 24 hours")
			}
		}
		if s.Solve > 0 && s.Answer > s.Solve {
			r.fault(path+".answer", "the first answer cannot be due after the solution")
		}
	}
}

func (r *reader) limits(cfg *Config) {
	if n := cfg.Limits.Files; n < 1 || n > maxFiles {
		r.fault("limits.files", "between 1 and %d", maxFiles)
	}
	if n := cfg.Limits.FileSize; n < KB || n > maxFileSize {
		r.fault("limits.file_size", "between 1KB and %s", maxFileSize)
	}
	if n := cfg.Limits.MessageSize; n < cfg.Limits.FileSize || n > 500*MB {
		r.fault("limits.message_size", "at least as much as one file (%s), and at most 500MB", cfg.Limits.FileSize)
	}
	if n := cfg.Limits.Strangers; n < 0 || n > 100_000 {
		r.fault("limits.strangers_an_hour", "between 0 (no ceiling) and 100000")
	}
}

// isEmail reports whether text is a bare addr-spec.
func isEmail(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text
}
