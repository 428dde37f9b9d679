package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"recado/channels"
	"recado/channels/web"
	"recado/channels/whatsapp"
	"recado/core/dialogue"
	"recado/core/survey"
	"recado/sign"
)

// webChannel serves the signed pages, health and metrics, and what other channels are
// posted by their upstreams, by path.
func (d *desk) webChannel(hooks map[string]http.Handler) (*web.Channel, error) {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), lateMetrics{d})
	admin := d.cfg.Web.AdminListen
	if admin == d.cfg.Web.Listen {
		admin = "" // one listener for both, which then shows metrics to this machine only
	}
	var links web.Pairings
	if d.pairings != nil {
		links = pairings{d.pairings}
	}
	return web.New(web.Options{
		Addr: d.cfg.Web.Listen, AdminAddr: admin, BaseURL: d.cfg.Web.PublicURL, LinkTTL: d.cfg.Survey.Expires,
		Desk: d.cfg.Desk.Name, Signer: d.signer, Surveys: surveys{d}, Quarantine: quarantine{d}, HeldTTL: d.cfg.Quarantine.LinkExpires,
		Pairings: links,
		Ready:    d.ready, Gatherer: metrics, Hooks: hooks, Clock: d.clock.Now, Log: d.log,
	})
}

// pairings link numbers for who looks at a page.
type pairings struct{ all *whatsapp.Pairings }

// Pairing implements web.Pairings.
func (p pairings) Pairing(ctx context.Context, account string) (web.PairingPage, error) {
	at, err := p.all.At(ctx, account)
	if errors.Is(err, whatsapp.ErrNoNumber) {
		err = web.ErrNoPairing
	}
	return web.PairingPage{Number: at.Number, QR: at.QR, Typed: at.Typed, End: string(at.End)}, err
}

// Begin implements web.Pairings.
func (p pairings) Begin(ctx context.Context, account, phone string) error {
	return p.all.Begin(ctx, account, phone)
}

// Stop implements web.Pairings.
func (p pairings) Stop(ctx context.Context, account string) error { return p.all.Stop(ctx, account) }

// sealedMemory keeps what the database alone must not tell.
type sealedMemory struct {
	channels.Memory
	signer *sign.Signer
}

// Load implements channels.Memory. What another key sealed is as good as nothing.
func (m sealedMemory) Load(ctx context.Context, name string) (string, error) {
	sealed, err := m.Memory.Load(ctx, name)
	if err != nil || sealed == "" {
		return "", err
	}
	text, err := m.signer.Open(name, sealed)
	if errors.Is(err, sign.ErrInvalid) {
		return "", nil
	}
	return text, err
}

// Save implements channels.Memory.
func (m sealedMemory) Save(ctx context.Context, name, value string) error {
	sealed, err := m.signer.Seal(name, value)
	if err != nil {
		return err
	}
	return m.Memory.Save(ctx, name, sealed)
}

// lateMetrics are the runtime's: it is made after the channels.
type lateMetrics struct{ d *desk }

// Describe implements prometheus.Collector: without descriptions it is unchecked.
func (lateMetrics) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (m lateMetrics) Collect(out chan<- prometheus.Metric) {
	if m.d.bot != nil {
		m.d.bot.Metrics().Collect(out)
	}
	if m.d.files != nil && m.d.files.scanner != nil {
		m.d.files.scanner.Collect(out)
	}
	if m.d.model != nil {
		m.d.model.Collect(out)
	}
}

// ready tells how the parts fare.
func (d *desk) ready(context.Context) []web.Part {
	s := d.bot.State()
	parts := []web.Part{
		{Name: "runtime", Up: s.Ready, Vital: true},
		{Name: "store", Up: s.Store == "", Vital: true, Detail: s.Store},
		{Name: "inbox", Up: true, Detail: fmt.Sprintf("%d waiting, %s late", s.Inbox.Waiting, s.Inbox.Lag)},
		{Name: "outbox", Up: true, Detail: fmt.Sprintf("%d waiting, %s late", s.Outbox.Waiting, s.Outbox.Lag)},
	}
	if d.files.scanner != nil {
		clamd := d.files.scanner.State()
		parts = append(parts, web.Part{Name: "clamav", Up: clamd.Up, Detail: clamd.Detail})
	}
	for _, c := range s.Channels {
		detail := c.Detail
		if c.Paused != "" {
			detail = c.Paused
		}
		parts = append(parts, web.Part{Name: string(c.Name) + " " + c.Account, Up: c.Up && c.Paused == "", Detail: detail})
	}
	return parts
}

// surveys shows the rating page what it needs of a closed ticket.
type surveys struct{ d *desk }

// Survey implements web.Surveys.
func (s surveys) Survey(ctx context.Context, id string) (page web.RatingPage, err error) {
	err = s.d.db.View(ctx, func(r dialogue.Reader) error {
		sv, err := r.Survey(ctx, survey.ID(id))
		if errors.Is(err, survey.ErrUnknown) {
			return web.ErrNoSurvey
		}
		if err != nil {
			return err
		}
		if !sv.Open(s.d.clock.Now()) {
			return web.ErrSurveyOver
		}
		t, err := r.Ticket(ctx, sv.Ticket)
		if err != nil {
			return err
		}
		who, err := r.Person(ctx, sv.Person)
		if err != nil {
			return err
		}
		page = web.RatingPage{Number: t.Number, Subject: t.Subject, Language: who.Language,
			Stars: web.Stars{Service: sv.Service, Solution: sv.Solution, Comment: sv.Comment}}
		if sv.Agent != "" {
			agent, err := r.Person(ctx, sv.Agent)
			page.Agent = agent.First()
			return err
		}
		return nil
	})
	return page, err
}
