package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"recado/channels"
	"recado/core/message"
	"recado/sign"
)

// Options of New. Signer, Surveys, Clock, BaseURL, and Addr or Listener, must be given.
type Options struct {
	Account string // our end in keys and conversations; "web" when empty
	Addr    string // host:port to listen on

	// AdminAddr is a second host:port, for /metrics and the details of /readyz.
	// When empty, the main one answers them, and only to this machine: set it when
	// a proxy on this machine passes requests on, since those look local too.
	AdminAddr string

	Listener net.Listener // used instead of Addr; Run closes it

	BaseURL string        // where people reach Addr, such as https://suporte.example.com
	LinkTTL time.Duration // how long a link works; 30 days when zero
	Desk    string        // who is asking, at the top of a page; "Recado" when empty

	// TrustedProxies may say in X-Forwarded-For for whom they ask.
	TrustedProxies []netip.Prefix

	// PerSecond and Burst limit the requests of one address to the signed pages.
	// Zero is 2 and 60: many phones share one address of their carrier.
	PerSecond float64
	Burst     int

	Signer     *sign.Signer
	Surveys    Surveys
	Quarantine Quarantine                       // nil: held items have no page
	HeldTTL    time.Duration                    // how long a link to one works; 7 days when zero
	Pairings   Pairings                         // nil: no number has a page to be linked on
	Ready      func(ctx context.Context) []Part // what /readyz tells; nil is always ready
	Gatherer   prometheus.Gatherer              // what /metrics shows; nil is no metrics
	Hooks      map[string]http.Handler          // where upstreams post what happens, by path; they check who does

	Clock func() time.Time
	Log   *slog.Logger // slog.Default when nil
}

const (
	defaultTTL       = 30 * 24 * time.Hour
	defaultHeldTTL   = 7 * 24 * time.Hour
	defaultPerSecond = 2
	defaultBurst     = 60

	// acceptWithin bounds the commit that a person waits for, and drainWithin,
	// which is more, the requests that are at work when Run ends.
	acceptWithin = 10 * time.Second
	drainWithin  = 15 * time.Second
)

func (o Options) withDefaults() Options {
	if o.Account == "" {
		o.Account = "web"
	}
	if o.LinkTTL == 0 {
		o.LinkTTL = defaultTTL
	}
	if o.HeldTTL == 0 {
		o.HeldTTL = defaultHeldTTL
	}
	if o.Desk == "" {
		o.Desk = "Recado"
	}
	if o.PerSecond == 0 {
		o.PerSecond = defaultPerSecond
	}
	if o.Burst == 0 {
		o.Burst = defaultBurst
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Channel is the web as a channel. It is safe for concurrent use.
type Channel struct {
	opts    Options
	base    *url.URL
	pages   *pages
	limiter *limiter
	serving atomic.Pointer[string] // the address listened on, while Run runs
}

var (
	_ channels.Channel  = (*Channel)(nil)
	_ channels.Checker  = (*Channel)(nil)
	_ channels.Reporter = (*Channel)(nil)
)

// New returns the channel. It opens nothing yet.
func New(opts Options) (*Channel, error) {
	if opts.Signer == nil || opts.Surveys == nil || opts.Clock == nil {
		return nil, errors.New("web: Signer, Surveys and Clock are needed")
	}
	if opts.Addr == "" && opts.Listener == nil {
		return nil, errors.New("web: no address to listen on")
	}
	base, err := parseBase(opts.BaseURL)
	if err != nil {
		return nil, err
	}
	pages, err := loadPages()
	if err != nil {
		return nil, err
	}
	opts = opts.withDefaults()
	return &Channel{
		opts:    opts,
		base:    base,
		pages:   pages,
		limiter: newLimiter(opts.PerSecond, opts.Burst),
	}, nil
}

// Name is message.Web.
func (c *Channel) Name() message.Channel { return message.Web }

// Account is Options.Account.
func (c *Channel) Account() string { return c.opts.Account }

// Send refuses for good: a page cannot be written to.
func (c *Channel) Send(_ context.Context, out message.Outbound) (channels.Receipt, error) {
	return channels.Receipt{}, &channels.Error{
		Kind: channels.Permanent,
		Err:  fmt.Errorf("outbound %s: nobody can be written to on the web", out.ID),
	}
}

// Run serves until ctx ends, and then lets the requests at work finish.
func (c *Channel) Run(ctx context.Context, sink channels.Sink) error {
	main, admin, err := c.listen(ctx)
	if err != nil {
		return err
	}
	addr := main.Addr().String()
	c.serving.Store(&addr)
	defer c.serving.Store(nil)

	front, back := c.server(c.Handler(sink)), c.server(c.AdminHandler())
	failed := make(chan error, 2) // one for each server: neither may block
	go func() { failed <- front.Serve(main) }()
	if admin != nil {
		go func() { failed <- back.Serve(admin) }()
	}
	select {
	case <-ctx.Done():
	case err = <-failed:
		err = fmt.Errorf("serve the web on %s: %w", addr, err)
	}
	c.drain(ctx, front, back)
	return err
}

func (c *Channel) listen(ctx context.Context) (main, admin net.Listener, err error) {
	var open net.ListenConfig
	if main = c.opts.Listener; main == nil {
		if main, err = open.Listen(ctx, "tcp", c.opts.Addr); err != nil {
			return nil, nil, fmt.Errorf("listen for the web: %w", err)
		}
	}
	if c.opts.AdminAddr == "" {
		return main, nil, nil
	}
	if admin, err = open.Listen(ctx, "tcp", c.opts.AdminAddr); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("listen for the web's metrics: %w", err), main.Close())
	}
	return main, admin, nil
}

// server has limits on all that a slow or greedy peer could hold.
func (c *Channel) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      acceptWithin + 10*time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(c.opts.Log.Handler(), slog.LevelDebug),
	}
}

// drain runs after ctx has ended, so it takes its time from a context of its own.
func (c *Channel) drain(ctx context.Context, servers ...*http.Server) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWithin)
	defer cancel()
	for _, s := range servers {
		if err := s.Shutdown(ctx); err != nil {
			c.opts.Log.Warn("web: requests were cut off at the end", "err", err)
			_ = s.Close() // Shutdown has already said what went wrong
		}
	}
}

// State tells whether Run is serving, and where.
func (c *Channel) State() channels.State {
	if addr := c.serving.Load(); addr != nil {
		return channels.State{Up: true, Detail: "listening on " + *addr}
	}
	return channels.State{Detail: "not listening"}
}
