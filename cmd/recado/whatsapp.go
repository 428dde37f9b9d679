package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mdp/qrterminal/v3"

	"recado/bot"
	"recado/channels/web"
	"recado/channels/whatsapp"
	"recado/config"
	"recado/core/message"
	"recado/sign"
)

// whatsAppOptions of one configured number.
func (d *desk) whatsAppOptions(w config.WhatsApp) whatsapp.Options {
	o := linkOptions(d.cfg, w)
	o.Files, o.Memory, o.Clock, o.Log = d.files.attachments, d.memory(), d.clock.Now, d.log
	o.Groups = w.Groups == config.GroupsAreRooms
	o.Mend = web.PairingLink(w.Account)
	return o
}

// newPairings links numbers on pages.
func (d *desk) newPairings() (*whatsapp.Pairings, error) {
	o := whatsapp.PairingsOptions{Memory: sealedMemory{d.memory(), d.signer}, Clock: d.clock.Now, Log: d.log}
	for _, w := range d.cfg.WhatsApp {
		o.Numbers = append(o.Numbers, d.whatsAppOptions(w))
	}
	return whatsapp.NewPairings(o)
}

// emailAfter is how long notices wait for a channel before they go by mail.
func (d *desk) emailAfter(channel message.Channel, account string) time.Duration {
	for _, w := range d.cfg.WhatsApp {
		if channel == message.WhatsApp && account == w.Account {
			return w.EmailAfter
		}
	}
	return 0
}

// parts are what may be in trouble besides the channels.
func (d *desk) parts() []bot.Part {
	if d.files.scanner == nil {
		return nil
	}
	return []bot.Part{{Name: "ClamAV", State: d.files.scanner.State}}
}

// linkOptions are what is needed to link a number, or to look at it.
func linkOptions(cfg config.Config, w config.WhatsApp) whatsapp.Options {
	o := whatsapp.Options{Account: w.Account, Name: cfg.Desk.Name, Silence: w.Silence, Schema: w.Schema(), Polls: whatsapp.Polls(w.Polls), Clock: wallClock}
	o.DSN = w.Database.Reveal()
	if w.InFile() {
		o.DSN = w.File(cfg.Data)
	}
	return o
}

// whatsAppCmd is about the numbers of the desk.
type whatsAppCmd struct {
	Pair   whatsAppPairCmd   `cmd:"" help:"Link a number: scan a code with its phone, or type one in there."`
	Status whatsAppStatusCmd `cmd:"" help:"Say which numbers are linked."`
	Unpair whatsAppUnpairCmd `cmd:"" help:"End a number's link."`
}

// whichNumber is what the subcommands have in common.
type whichNumber struct {
	Config  string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
	Account string `help:"Which of the configured numbers, by its account; needed when there are several."`
}

// find is the number that is meant.
func (n whichNumber) find(std Streams) (config.Config, config.WhatsApp, error) {
	cfg, err := configured(n.Config, std)
	if err != nil {
		return cfg, config.WhatsApp{}, err
	}
	var names []string
	for _, w := range cfg.WhatsApp {
		if w.Account == n.Account || n.Account == "" && len(cfg.WhatsApp) == 1 {
			return cfg, w, nil
		}
		names = append(names, w.Account)
	}
	switch {
	case len(names) == 0:
		return cfg, config.WhatsApp{}, errors.New("no number is configured; write `whatsapp: [{account: principal}]`")
	case n.Account == "":
		return cfg, config.WhatsApp{}, fmt.Errorf("say which number, with --account: %s", strings.Join(names, ", "))
	}
	return cfg, config.WhatsApp{}, fmt.Errorf("no number is called %s; there is %s", n.Account, strings.Join(names, ", "))
}

// whatsAppPairCmd links a number.
type whatsAppPairCmd struct {
	whichNumber
	Phone string `xor:"how" placeholder:"+5511999990000" help:"Show a code to be typed into this phone, instead of a picture to be scanned."`
	Page  bool   `xor:"how" help:"Print a link to a page of the running desk that shows the picture, instead of showing it here."`
}

// Run shows codes until one was used, or the command is stopped.
func (c *whatsAppPairCmd) Run(ctx context.Context, std Streams) error {
	cfg, w, err := c.find(std)
	if err != nil {
		return err
	}
	o := linkOptions(cfg, w)
	o.Log = newLog(cfg, std.Err)
	if err := makeData(cfg); err != nil {
		return err
	}
	if c.Page {
		return pairingPage(ctx, std.Out, cfg, o)
	}
	last := ""
	err = whatsapp.Pair(ctx, o, c.Phone, func(qr, typed string) {
		switch {
		case typed == "":
			showQR(std.Out, qr)
		case typed != last:
			last = typed
			fmt.Fprintf(std.Out, howToType, typed)
		}
	})
	if errors.Is(err, context.Canceled) {
		return errors.New("stopped; the number is not linked")
	}
	if err != nil {
		return err
	}
	link, err := whatsapp.Look(ctx, o)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.Out, "Linked as +%s. A running `recado serve` takes it up by itself.\n", link.Number)
	return err
}

// pairingPage prints where a number can be linked by a page, which the desk shows when it
// is running.
func pairingPage(ctx context.Context, out io.Writer, cfg config.Config, o whatsapp.Options) error {
	link, err := whatsapp.Look(ctx, o)
	if err != nil {
		return err
	}
	if link.Linked {
		return whatsapp.ErrLinked
	}
	keys, err := cfg.Keys()
	if err != nil {
		return err
	}
	signer, err := sign.New(keys...)
	if err != nil {
		return err
	}
	until := wallClock().Add(web.PairTTL)
	page, err := web.PairingURL(cfg.Web.PublicURL, signer, o.Account, until)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, howToOpen, page, until.In(cfg.Desk.TimeZone).Format("2 January at 15:04"))
	return err
}

const (
	howToOpen = `Open this page while ` + "`recado serve`" + ` runs, and keep the link to yourself: who has it can link a phone.
%s
It is good until %s.
`
	howToScan = `On the phone: WhatsApp > Settings > Linked devices > Link a device, and scan this.
It changes now and then; Ctrl+C stops. On a page instead: recado whatsapp pair --page
`
	howToType = `On the phone: WhatsApp > Settings > Linked devices > Link a device > Link with phone number instead.
Type in:  %s
It is good for some two minutes; then another one is shown. Ctrl+C stops.
`
)

func showQR(out io.Writer, code string) {
	_, _ = io.WriteString(out, "\n"+howToScan)
	qrterminal.GenerateHalfBlock(code, qrterminal.L, out)
}

// whatsAppStatusCmd says how the numbers are.
type whatsAppStatusCmd struct {
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
}

// Run prints a line for each.
func (c *whatsAppStatusCmd) Run(ctx context.Context, std Streams) error {
	cfg, err := configured(c.Config, std)
	if err != nil {
		return err
	}
	if len(cfg.WhatsApp) == 0 {
		return errors.New("no number is configured; write `whatsapp: [{account: principal}]`")
	}
	t := tryer{cfg: cfg, now: bot.SystemClock{}.Now}
	var checks []check
	for _, w := range cfg.WhatsApp {
		checks = append(checks, check{w.Account, func(ctx context.Context) (string, error) { return t.whatsApp(ctx, w) }})
	}
	return runChecks(ctx, std.Out, checks)
}

// whatsApp looks whether a number is linked. It does not connect: that would throw a
// running desk out.
func (t tryer) whatsApp(ctx context.Context, w config.WhatsApp) (string, error) {
	link, err := whatsapp.Look(ctx, linkOptions(t.cfg, w))
	switch {
	case err != nil && w.InFile():
		return "", fmt.Errorf("%s: %w", w.File(t.cfg.Data), err)
	case err != nil:
		return "", databaseTrouble("PostgreSQL at "+placeOf(w.Database), err)
	case !link.Linked:
		return "", doubt("not linked to a phone yet; run: recado whatsapp pair")
	}
	said := fmt.Sprintf("linked as +%s (device %d of the phone)", link.Number, link.Device)
	if seen := t.phoneSeen(ctx, w.Account); !seen.IsZero() {
		said += "; the phone was last seen on " + seen.In(t.cfg.Desk.TimeZone).Format("2 January at 15:04")
	}
	return said, nil
}

// phoneSeen is when the desk last heard of a number's phone; zero: not known. Whether the
// database answers is a check of its own.
func (t tryer) phoneSeen(ctx context.Context, account string) time.Time {
	if _, err := os.Stat(filepath.Join(t.cfg.Data, "recado.db")); err != nil && t.cfg.Database.IsZero() {
		return time.Time{}
	}
	db, err := openStore(ctx, t.cfg, slog.New(slog.DiscardHandler), storeOptions{KeepSchema: true})
	if err != nil {
		return time.Time{}
	}
	defer func() { _ = db.Close() }() // only read
	seen, err := whatsapp.PhoneSeen(ctx, db.Memory(), account)
	if err != nil {
		return time.Time{}
	}
	return seen
}

// whatsAppUnpairCmd ends a link.
type whatsAppUnpairCmd struct {
	whichNumber
	Yes bool `help:"Do not ask."`
}

// Run asks first: the desk cannot be reached by WhatsApp any more.
func (c *whatsAppUnpairCmd) Run(ctx context.Context, std Streams) error {
	cfg, w, err := c.find(std)
	if err != nil {
		return err
	}
	o := linkOptions(cfg, w)
	o.Log = newLog(cfg, std.Err)
	link, err := whatsapp.Look(ctx, o)
	if err != nil {
		return err
	}
	if !link.Linked {
		_, err := fmt.Fprintln(std.Out, "It is not linked.")
		return err
	}
	if !c.Yes {
		fmt.Fprintf(std.Out, "Nobody can write to the desk at +%s any more, and what the desk has to say there waits. Go on? [y/N] ", link.Number)
		answer, _ := bufio.NewReader(std.In).ReadString('\n')
		if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
			return errors.New("it stays linked")
		}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	if err := whatsapp.Unpair(ctx, o); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.Out, "+%s is not linked any more.\n", link.Number)
	return err
}
