package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"recado/bot"
	"recado/config"
)

// checkCmd tries everything that is configured.
type checkCmd struct {
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
}

// Run prints one line for each part: what works, or what is wrong and what to do. It
// changes nothing, and may run beside a desk. It fails when something is wrong.
func (c *checkCmd) Run(ctx context.Context, std Streams) error {
	cfg, err := configured(c.Config, std)
	if err != nil {
		return err
	}
	return runChecks(ctx, std.Out, checksOf(cfg, bot.SystemClock{}.Now))
}

// check tries one part. It returns what works in words; or what is wrong, as an error
// whose text says what to do.
type check struct {
	name string
	try  func(context.Context) (string, error)
}

// doubt is something that works, but is worth a look.
type doubt string

func (d doubt) Error() string { return string(d) }

// checkTimeout is for one part. Servers that take longer would be useless anyway.
const checkTimeout = 20 * time.Second

func runChecks(ctx context.Context, out io.Writer, checks []check) error {
	wrong := 0
	for _, c := range checks {
		said, err := c.within(ctx)
		verdict := "ok   "
		var d doubt
		switch {
		case errors.As(err, &d):
			verdict, said = "note ", d.Error()
		case err != nil:
			wrong++
			verdict, said = "WRONG", err.Error()
		}
		if _, err := fmt.Fprintf(out, "%s  %s: %s\n", verdict, c.name, said); err != nil {
			return err
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d checks found something wrong", wrong, len(checks))
	}
	return nil
}

func (c check) within(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	return c.try(ctx)
}

// checksOf lists what there is to try, what needs no network first.
func checksOf(cfg config.Config, now func() time.Time) []check {
	t := tryer{cfg: cfg, now: now}
	checks := []check{
		{"time zone", t.timeZone},
		{"opening hours", t.hours},
		{"data folder", t.data},
		{"signing key", t.key},
		{"database", t.database},
	}
	if !cfg.Redis.IsZero() {
		checks = append(checks, check{"redis", t.redis})
	}
	if cfg.Files.S3.Bucket != "" {
		checks = append(checks, check{"bucket", t.bucket})
	}
	if cfg.ClamAV.Address != "" {
		checks = append(checks, check{"clamav", t.clamav})
	}
	for _, f := range secretFiles(cfg) {
		checks = append(checks, check{"secret file " + f, func(context.Context) (string, error) { return private(f) }})
	}
	checks = append(checks, check{"web pages", t.web})
	if cfg.SMTPIn.Enabled == config.On {
		checks = append(checks, check{"SMTP in", t.smtpIn})
	}
	for _, k := range cfg.DKIM {
		checks = append(checks, check{"DKIM " + k.Selector + " of " + k.Domain, func(ctx context.Context) (string, error) { return t.dkimRecord(ctx, k) }})
	}
	if cfg.LMTPIn.Listen != "" {
		checks = append(checks, check{"LMTP in", t.lmtpIn})
	}
	for _, box := range cfg.Email {
		checks = append(checks, check{"mailbox " + box.Address, func(ctx context.Context) (string, error) { return t.mailbox(ctx, box) }})
	}
	for _, w := range cfg.WhatsApp {
		checks = append(checks, check{"WhatsApp " + w.Account, func(ctx context.Context) (string, error) { return t.whatsApp(ctx, w) }})
	}
	if cfg.Assistant.Model.On() {
		checks = append(checks, check{"model " + cfg.Assistant.Model.Name, t.model})
		if cfg.Assistant.Model.Pictures {
			checks = append(checks, check{"pictures by " + cfg.Assistant.Model.Name, t.pictures})
		}
		if name := cfg.Assistant.Model.Embeddings; name != "" {
			checks = append(checks, check{"model " + name, t.embeddings})
		}
	}
	for _, s := range cfg.Slack {
		checks = append(checks, check{"Slack " + s.Workspace, func(ctx context.Context) (string, error) { return t.slack(ctx, s) }})
	}
	return checks
}
