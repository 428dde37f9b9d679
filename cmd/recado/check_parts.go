package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"recado/bot"
	"recado/bot/files"
	"recado/bot/redisstore"
	"recado/bot/sqlstore"
	"recado/channels/email"
	"recado/config"
	"recado/core/hours"
	"recado/sign"
)

// tryer tries the parts of a configuration, one method each.
type tryer struct {
	cfg config.Config
	now func() time.Time

	lookupTXT func(ctx context.Context, name string) ([]string, error) // nil: the system's resolver
}

func (t tryer) timeZone(context.Context) (string, error) {
	zone := t.cfg.Desk.TimeZone
	return fmt.Sprintf("%s, where it is %s now", zone, t.now().In(zone).Format("15:04")), nil
}

func (t tryer) hours(context.Context) (string, error) {
	calendar, err := calendarOf(t.cfg)
	if wrong, ok := errors.AsType[*hours.OptionsError](err); ok {
		var texts []string
		for _, p := range wrong.Problems {
			texts = append(texts, p.Text)
		}
		return "", errors.New(strings.Join(texts, " "))
	}
	if err != nil {
		return "", err
	}
	now := t.now()
	if calendar.Open(now) {
		return "the team is there now", nil
	}
	return "nobody is there now; the team is back on " + calendar.NextOpen(now).Format("Monday, 2 January at 15:04"), nil
}

// data tries to write where the desk would, without leaving anything behind.
func (t tryer) data(context.Context) (string, error) {
	folder := t.cfg.Data
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return folder + " will be made on the first start", nil
	}
	f, err := os.CreateTemp(folder, "check-*")
	if err != nil {
		return "", fmt.Errorf("cannot write to %s (%w); give this user the right to (chown, chmod)", folder, err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return "", fmt.Errorf("cannot write to %s: %w", folder, err)
	}
	return folder + " can be written to", nil
}

func (t tryer) key(context.Context) (string, error) {
	if !t.cfg.Secret.IsZero() {
		return "given by the configuration", nil
	}
	path := t.cfg.KeyFile()
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return path + " will be made on the first start", nil
	}
	if said, err := private(path); err != nil {
		return said, err
	}
	keys, err := t.cfg.Keys()
	if err == nil {
		_, err = sign.New(keys...)
	}
	if err != nil {
		return "", err
	}
	if !t.cfg.Database.IsZero() {
		return "", doubt(path + " is this machine's own; processes on other machines need the same key, in secret_file")
	}
	return path + " is there, for its owner's eyes only", nil
}

// private checks that only the owner reads a file.
func private(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("cannot be read: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return "", fmt.Errorf("other users of this machine may read %s; run: chmod 600 %s", path, path)
	}
	return "for its owner's eyes only", nil
}

// secretFiles lists the files that secrets were read from.
func secretFiles(cfg config.Config) []string {
	all := []string{cfg.DatabaseFile, cfg.RedisFile, cfg.SecretFile, cfg.Files.S3.SecretKeyFile, cfg.Assistant.Model.KeyFile}
	for _, box := range cfg.Email {
		all = append(all, box.IMAP.PasswordFile, box.SMTP.PasswordFile, box.OAuth.ClientSecretFile, box.OAuth.RefreshTokenFile)
	}
	for _, k := range cfg.DKIM {
		all = append(all, k.KeyFile)
	}
	for _, w := range cfg.WhatsApp {
		all = append(all, w.DatabaseFile)
	}
	for _, s := range cfg.Slack {
		all = append(all, s.BotTokenFile, s.AppTokenFile, s.SigningFile, s.ClientSecretFile, s.RefreshTokenFile)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(f string) bool { return f == "" })
}

func (t tryer) database(ctx context.Context) (string, error) {
	where := "PostgreSQL at " + placeOf(t.cfg.Database)
	if t.cfg.Database.IsZero() {
		path := filepath.Join(t.cfg.Data, "recado.db")
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return path + " will be made on the first start", nil
		}
		where = "SQLite in " + path
	}
	db, err := openStore(ctx, t.cfg, slog.New(slog.DiscardHandler), storeOptions{KeepSchema: true})
	if errors.Is(err, sqlstore.ErrOlder) {
		return "", doubt(where + " answers, and has to be brought up to date: `recado serve` does it, or `recado migrate`")
	}
	if err != nil {
		return "", databaseTrouble(where, err)
	}
	if err := db.Close(); err != nil {
		return "", fmt.Errorf("%s: %w", where, err)
	}
	return where + " answers, and is up to date", nil
}

// databaseTrouble puts the usual failures into words. Codes are PostgreSQL's, appendix A.
func databaseTrouble(where string, err error) error {
	if said, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch said.Code {
		case "28P01", "28000":
			return fmt.Errorf("%s refused the user or the password; look at `database`", where)
		case "3D000":
			return fmt.Errorf("%s has no such database; make it with: createdb", where)
		case "42501":
			return fmt.Errorf("%s does not let this user make tables; grant it the right to", where)
		}
	}
	return unreachable(where, err)
}

func (t tryer) redis(ctx context.Context) (string, error) {
	where := "Redis at " + placeOf(t.cfg.Redis)
	sessions, err := redisstore.Open(ctx, redisstore.Options{URL: t.cfg.Redis.Reveal()})
	switch {
	case errors.Is(err, redisstore.ErrEvicts):
		return "", fmt.Errorf("%s throws keys away when it is full; set its maxmemory-policy to noeviction", where)
	case err != nil && (strings.Contains(err.Error(), "WRONGPASS") || strings.Contains(err.Error(), "NOAUTH")):
		return "", fmt.Errorf("%s refused the password; look at `redis`", where)
	case err != nil:
		return "", unreachable(where, err)
	}
	return where + " answers", sessions.Close()
}

// unreachable says whether anything answers at all.
func unreachable(where string, err error) error {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return fmt.Errorf("%s: there is no machine of that name; look for a typing error", where)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%s: nothing answers there; is it running, and is the port right?", where)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: no answer within %s; is a firewall between?", where, checkTimeout)
	}
	return fmt.Errorf("%s: %w", where, err)
}

// placeOf is the host of a server's address. The rest of it may hold a password.
func placeOf(address config.Secret) string {
	u, err := url.Parse(address.Reveal())
	if err != nil {
		return "an address that cannot be read"
	}
	return u.Host
}

// idle is a desk that is only asked how it would be put together.
func (t tryer) idle() (*desk, error) {
	signer, err := sign.New(make([]byte, sign.MinKey)) // it signs nothing
	if err != nil {
		return nil, err
	}
	nowhere := &fileStores{attachments: (*files.Folder)(nil)} // it keeps nothing
	return &desk{cfg: t.cfg, log: slog.New(slog.DiscardHandler), clock: bot.SystemClock{}, signer: signer, files: nowhere}, nil
}

func (t tryer) web(ctx context.Context) (string, error) {
	d, err := t.idle()
	if err != nil {
		return "", err
	}
	pages, err := d.webChannel(nil)
	if err != nil {
		return "", err
	}
	if err := pages.Check(ctx); err != nil {
		return "", err
	}
	if u, err := url.Parse(t.cfg.Web.PublicURL); err == nil && len(t.cfg.Email) > 0 && isThisMachine(u.Hostname()) {
		return "", doubt(t.cfg.Web.PublicURL + " can be opened on this machine only: customers cannot follow the links in their mail; set web.public_url")
	}
	return fmt.Sprintf("%s, which people reach as %s", t.cfg.Web.Listen, t.cfg.Web.PublicURL), nil
}

func isThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// smtpIn tries to take the port, and opens the certificate.
func (t tryer) smtpIn(ctx context.Context) (string, error) {
	if t.cfg.Desk.Register == "" {
		return "", errNoAddress
	}
	if in := t.cfg.SMTPIn; in.CertFile != "" {
		if _, err := tls.LoadX509KeyPair(in.CertFile, in.KeyFile); err != nil {
			return "", fmt.Errorf("cert_file and key_file are no certificate for STARTTLS: %w", err)
		}
	}
	said, err := takes(ctx, t.cfg.SMTPIn.Listen)
	if err != nil {
		return "", err
	}
	return said, t.senders(ctx)
}

// senders says whether it can be found out who wrote what is handed in.
func (t tryer) senders(ctx context.Context) error {
	in := t.cfg.SMTPIn
	if !in.CheckSenders {
		host, _, _ := net.SplitHostPort(in.Listen)
		if !isThisMachine(host) {
			return doubt("others can reach " + in.Listen + ", and nobody but smtp_in.relays is believed to be who From: says; set smtp_in.check_senders")
		}
		return nil
	}
	_, domain, _ := strings.Cut(t.cfg.Desk.Register, "@")
	_, err := net.DefaultResolver.LookupTXT(ctx, domain+".")
	var dns *net.DNSError
	if known := errors.As(err, &dns) && dns.IsNotFound; err != nil && !known {
		return doubt("the DNS does not answer (" + domain + "), so no sender can be checked, and mail waits for the team")
	}
	return nil
}

// lmtpIn tries to take the port; of a socket, only whether its folder is there.
func (t tryer) lmtpIn(ctx context.Context) (string, error) {
	path, socket := strings.CutPrefix(t.cfg.LMTPIn.Listen, "unix:")
	if !socket {
		return takes(ctx, t.cfg.LMTPIn.Listen)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return "", fmt.Errorf("there is no folder for the socket %s; make it, for this user and the mail server's group", path)
	}
	return path + " can be made", nil
}

// takes tries to take a port. A server that answers there may be this very desk.
func takes(ctx context.Context, addr string) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return addr + " is free", l.Close()
	case errors.Is(err, syscall.EADDRINUSE):
		return "", doubt(addr + " is taken: by the desk, if it is running; else by another program, and another port is needed")
	case errors.Is(err, syscall.EACCES):
		return "", fmt.Errorf("this user may not listen on %s; choose a port above 1023", addr)
	}
	return "", fmt.Errorf("cannot listen on %s: %w", addr, err)
}

// remember gives d the desk's memory, if it has one yet: the provider may replace a
// refresh token that is only tried.
func (t tryer) remember(ctx context.Context, d *desk) (forget func()) {
	if t.cfg.Database.IsZero() {
		if _, err := os.Stat(filepath.Join(t.cfg.Data, "recado.db")); err != nil {
			return func() {}
		}
	}
	db, err := openStore(ctx, t.cfg, d.log, storeOptions{KeepSchema: true})
	if err != nil {
		return func() {} // the check of the database tells of it
	}
	d.db = db
	return func() { _ = db.Close() } // it only answered
}

func (t tryer) mailbox(ctx context.Context, box config.Mailbox) (string, error) {
	d, err := t.idle()
	if err != nil {
		return "", err
	}
	if box.OAuth.On() {
		defer t.remember(ctx, d)()
	}
	o, err := d.mailOptions(box)
	if err != nil {
		return "", err
	}
	if box.IMAP.Host == "" {
		out, err := email.NewOutlet(o)
		if err == nil {
			err = out.Check(ctx)
		}
		return "mail can be sent; it comes by SMTP or LMTP", err
	}
	m, err := email.NewMailbox(o)
	if err == nil {
		err = m.Check(ctx)
	}
	switch {
	case err != nil:
		return "", err
	case len(box.AuthservIDs) == 0 && !box.TrustSenders:
		return "", doubt("mail can be read and sent; without authserv_ids nobody is believed to be who From: says, and the mail of everybody waits for the team")
	}
	return "mail can be read and sent", nil
}
