package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"recado/bulk"
	"recado/channels"
	"recado/channels/email"
	"recado/channels/email/oauth"
	"recado/channels/local"
	"recado/channels/whatsapp"
	"recado/config"
	"recado/core/dialogue"
	"recado/core/message"
)

// serveCmd runs the desk.
type serveCmd struct {
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file. Without one, a desk to try things out runs in ./data."`
}

// Run serves until ctx ends, and drains; a second signal stops at once.
func (c *serveCmd) Run(ctx context.Context, std Streams) error {
	cfg, err := configured(c.Config, std)
	if err != nil {
		return err
	}
	log := newLog(cfg, std.Err)
	free, err := lockData(cfg)
	if err != nil {
		return err
	}
	defer free()
	hub := local.NewHub(local.Options{Clock: wallClock})
	d, err := assemble(ctx, cfg, log, variant{owner: ownerOf(cfg), channels: func(d *desk) ([]channels.Channel, error) {
		return d.realChannels(ctx, hub)
	}})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // everything is committed by now
	if err := d.fillExample(ctx); err != nil {
		return err
	}
	d.greet(std.Out)
	go stopAtOnce(ctx, log)
	return d.run(ctx, hub)
}

// run runs all that is long-lived, and returns when it has drained.
func (d *desk) run(ctx context.Context, hub *local.Hub) error {
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return d.bot.Run(ctx) })
	all.Go(func() error { return d.library.Run(ctx) })
	if d.pairings != nil {
		all.Go(func() error { return d.pairings.Run(ctx) })
	}
	if d.cfg.Example {
		all.Go(func() error { return d.chatSocket(ctx, hub) })
	}
	return all.Wait()
}

// realChannels opens the configured ways in and out. A desk to try things out also
// has a pretend WhatsApp and Slack, for `recado chat`.
func (d *desk) realChannels(ctx context.Context, hub *local.Hub) ([]channels.Channel, error) {
	if len(d.cfg.WhatsApp) > 0 {
		var err error
		if d.pairings, err = d.newPairings(); err != nil {
			return nil, err
		}
	}
	teams, hooks, err := d.slackChannels()
	if err != nil {
		return nil, err
	}
	pages, err := d.webChannel(hooks)
	if err != nil {
		return nil, err
	}
	all := []channels.Channel{pages}
	for _, c := range teams {
		all = append(all, c)
	}
	for _, box := range d.cfg.Email {
		o, err := d.mailOptions(box)
		if err != nil {
			return nil, fmt.Errorf("mailbox %s: %w", box.Address, err)
		}
		var c channels.Channel
		if box.IMAP.Host == "" { // its mail comes by SMTP or LMTP
			c, err = email.NewOutlet(o)
		} else {
			c, err = email.NewMailbox(o)
		}
		if err != nil {
			return nil, fmt.Errorf("mailbox %s: %w", box.Address, err)
		}
		all = append(all, c)
	}
	if d.cfg.SMTPIn.Enabled == config.On {
		c, err := d.listener(ctx, d.cfg.SMTPIn.Listen, false)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if d.cfg.LMTPIn.Listen != "" {
		c, err := d.listener(ctx, d.cfg.LMTPIn.Listen, true)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	for _, w := range d.cfg.WhatsApp {
		c, err := whatsapp.New(d.whatsAppOptions(w))
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if d.cfg.Example {
		if len(d.cfg.WhatsApp) == 0 {
			all = append(all, hub.Channel(message.WhatsApp))
		}
		if len(d.cfg.Slack) == 0 {
			all = append(all, hub.Channel(message.Slack))
		}
	}
	return all, nil
}

var errNoAddress = errors.New("mail is taken by SMTP, and nothing says for which address: write it in desk.register, or under email")

// listener takes mail by SMTP or LMTP for all addresses of the desk. Without a mailbox
// to answer through, answers become files.
func (d *desk) listener(ctx context.Context, at string, lmtp bool) (channels.Channel, error) {
	o, in := d.mailBasics(), d.cfg.SMTPIn
	o.Address = d.cfg.Desk.Register
	if o.Address == "" {
		return nil, errNoAddress
	}
	l := email.ListenOptions{
		Addr: at, LMTP: lmtp, CertFile: in.CertFile, KeyFile: in.KeyFile,
		Senders:   email.SenderCheck{On: in.CheckSenders, Relays: in.Networks()},
		Admission: email.Admission{Connections: in.Connections, PerPeer: in.PerPeer, PerMinute: in.PerMinute, Recipients: in.Recipients},
	}
	protocol := "lmtp/"
	if !lmtp {
		protocol, l.TrustSubmission = "smtp/", in.TrustSenders
	}
	if len(d.cfg.Email) == 0 {
		o.OutFolder = outFolder(d.cfg)
	} else {
		var err error
		if o, err = d.mailOptions(d.cfg.Email[0]); err != nil {
			return nil, err
		}
	}
	for _, box := range d.cfg.Email {
		l.For = append(l.For, email.Identity{Address: box.Address, Account: strings.ToLower(box.Address)})
	}
	o.Account = protocol + o.Address
	return email.Listen(ctx, o, l)
}

func outFolder(cfg config.Config) string { return filepath.Join(cfg.Data, "outbox") }

// mailBasics is what all mail has in common.
func (d *desk) mailBasics() email.Options {
	return email.Options{
		Ledger: "desk", Name: d.cfg.Desk.Name, MaxMail: int64(d.cfg.Limits.MessageSize), Memory: d.memory(), Signer: d.signer,
		Files: d.files.attachments, Originals: d.files.originals,
		Clock: d.clock.Now, Log: d.log,
	}
}

// mailOptions of one configured mailbox.
func (d *desk) mailOptions(box config.Mailbox) (email.Options, error) {
	o := d.mailBasics()
	o.Address, o.TrustedAuthserv, o.TrustedSealers, o.TrustSenders = box.Address, box.AuthservIDs, box.ARCSealers, box.TrustSenders
	if box.Name != "" {
		o.Name = box.Name
	}
	for _, other := range d.cfg.Email {
		if other.Address != box.Address {
			o.Also = append(o.Also, other.Address)
		}
	}
	in, out := box.IMAP, box.SMTP
	o.IMAP = email.IMAP{
		Server: server(in.Host, in.Port, in.TLS, in.User, in.Password), Folders: in.Folders, Poll: box.Poll,
		FromNow: in.Start == config.StartNow,
	}
	if folder, moves := in.Moves(); moves {
		o.IMAP.MoveTo = folder
	}
	var err error
	if o.DKIM, err = dkimKeys(d.cfg); err != nil {
		return o, err
	}
	o.SMTP = email.SMTP{Server: server(out.Host, out.Port, out.TLS, out.User, out.Password), Connections: out.Connections}
	if !box.OAuth.On() {
		return o, nil
	}
	tokens, err := d.tokens(box)
	if err != nil {
		return o, err
	}
	o.IMAP.Tokens, o.SMTP.Tokens = tokens, tokens
	return o, nil
}

// tokens are what signs in to a mailbox instead of a password.
func (d *desk) tokens(box config.Mailbox) (*oauth.Source, error) {
	c := box.OAuth
	p := providerOf(c)
	if len(c.Scopes) > 0 {
		p.Scopes = c.Scopes
	}
	return oauth.New(oauth.Options{
		Provider: p, User: box.IMAP.User, ClientID: c.ClientID,
		ClientSecret: c.ClientSecret.Reveal(), RefreshToken: c.RefreshToken.Reveal(),
		Memory: d.memory(), Clock: d.clock.Now, Log: d.log,
	})
}

func providerOf(c config.OAuth) oauth.Provider {
	switch c.Provider {
	case config.Google:
		return oauth.Google()
	case config.Microsoft:
		return oauth.Microsoft(c.Tenant)
	}
	return oauth.Custom(c.TokenURL, c.Scopes)
}

func server(host string, port int, mode config.Security, user string, password config.Secret) email.Server {
	modes := map[config.Security]email.TLSMode{config.TLS: email.TLS, config.StartTLS: email.StartTLS, config.NoTLS: email.Plain}
	return email.Server{
		Host: host, Port: port, Mode: modes[mode], User: user,
		Password: func(context.Context) (string, error) { return password.Reveal(), nil },
	}
}

// fillExample imports the invented organisation into an empty desk.
func (d *desk) fillExample(ctx context.Context) error {
	if !d.cfg.Example {
		return nil
	}
	empty := true
	err := d.db.View(ctx, func(r dialogue.Reader) error {
		team, err := r.Team(ctx)
		empty = len(team) == 0
		return err
	})
	if err != nil || !empty {
		return err
	}
	if _, err := bulk.Example().Import(ctx, d.db, d.clock.Now()); err != nil {
		return fmt.Errorf("fill the example desk: %w", err)
	}
	return d.library.refresh(ctx)
}

// greet says where the desk is, and what to try next.
func (d *desk) greet(w io.Writer) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s está no ar. Dados em %s.\n", d.cfg.Desk.Name, d.cfg.Data)
	for _, box := range d.cfg.Email {
		fmt.Fprintf(&b, "  e-mail    %s\n", box.Address)
	}
	for _, w := range d.cfg.WhatsApp {
		fmt.Fprintf(&b, "  WhatsApp  %s (recado whatsapp status)\n", w.Account)
	}
	for _, s := range d.cfg.Slack {
		fmt.Fprintf(&b, "  Slack     %s\n", s.Workspace)
	}
	fmt.Fprintf(&b, "  páginas   %s\n", d.cfg.Web.PublicURL)
	if d.cfg.SMTPIn.Enabled == config.On {
		fmt.Fprintf(&b, "  SMTP      %s, para %s\n", d.cfg.SMTPIn.Listen, d.cfg.Desk.Register)
	}
	if d.cfg.LMTPIn.Listen != "" {
		fmt.Fprintf(&b, "  LMTP      %s\n", d.cfg.LMTPIn.Listen)
	}
	if d.cfg.Example && d.cfg.SMTPIn.Enabled == config.On && len(d.cfg.Email) == 0 {
		fmt.Fprintf(&b, tryNext, d.cfg.SMTPIn.Listen, d.cfg.Desk.Register, outFolder(d.cfg))
	}
	_, _ = io.WriteString(w, b.String())
}

const tryNext = `
Experimente, em outro terminal:
  go run ./cmd/recado chat          converse como Ana, cliente, ou como Bia, da equipe (/ajuda mostra como)
  curl smtp://%s --mail-from ana@aurora.example --mail-rcpt %s -T mensagem.eml
                                    um e-mail vira chamado; as respostas ficam em %s
  go run ./cmd/recado config example > recado.yaml
                                    para usar a sua caixa de e-mail: recado serve -c recado.yaml
Ctrl+C encerra, terminando antes o que está em andamento.
`

// loadConfig reads a configuration, and says faults in words.
func loadConfig(path string) (config.Config, error) {
	return config.Load(path, os.LookupEnv)
}

// newLog writes what the program says of itself.
func newLog(cfg config.Config, w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: cfg.Log.Level}
	if cfg.Log.Format == config.JSON {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// ownerOf names this process in claims and leases. Only one process may have the
// embedded database, so its name stays: after a crash it goes on at once.
func ownerOf(cfg config.Config) string {
	if cfg.Database.IsZero() {
		return "embedded"
	}
	return uuid.NewString()
}

// errBusy is said when another process has the data folder.
var errBusy = errors.New("another recado is running on this data folder; stop it first, or choose another with `data:`")

// makeData makes the data folder, for its owner alone.
func makeData(cfg config.Config) error {
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	return nil
}

// lockData keeps the data folder of the embedded database to one process. The lock
// is the kernel's: it ends with the process, however that ends.
func lockData(cfg config.Config) (free func(), err error) {
	if !cfg.Database.IsZero() {
		return func() {}, nil
	}
	if err := makeData(cfg); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(cfg.Data, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", cfg.Data, errBusy), f.Close())
	}
	return func() { _ = f.Close() }, nil
}

// stopAtOnce ends the process at a second signal: the first one drains.
func stopAtOnce(ctx context.Context, log *slog.Logger) {
	<-ctx.Done()
	again := make(chan os.Signal, 1)
	signal.Notify(again, os.Interrupt, syscall.SIGTERM)
	log.Info("draining; a second signal stops at once")
	<-again
	os.Exit(1)
}
