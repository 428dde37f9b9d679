package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	mathrand "math/rand/v2"
	"net/http"
	"slices"
	"time"

	"recado/assist"
	"recado/assist/llm"
	"recado/bot"
	"recado/bot/inbox"
	"recado/bot/outbox"
	"recado/bot/pace"
	"recado/bot/redisstore"
	"recado/bot/sqlstore"
	"recado/channels"
	"recado/channels/whatsapp"
	"recado/config"
	"recado/core/dialogue"
	"recado/core/hours"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
	"recado/paper"
	"recado/sign"
)

// desk is the whole program, ready to run: what serve, chat and play share. They
// differ in its channels.
type desk struct {
	cfg      config.Config
	log      *slog.Logger
	clock    bot.Clock
	db       *sqlstore.DB
	files    *fileStores
	signer   *sign.Signer
	calendar *hours.Calendar
	library  *library
	pairings *whatsapp.Pairings // nil: no number is configured
	model    *llm.Assistant     // nil: none is configured
	pace     dialogue.Pace
	engine   *dialogue.Engine
	bot      *bot.Bot
	closers  []func() error
}

// variant is what a command, or a test, does differently.
type variant struct {
	owner     string                                      // of claims and leases; empty: a new one
	clock     bot.Clock                                   // nil: the system's
	newCode   func() string                               // nil: random
	assistant func(dialogue.Assistant) dialogue.Assistant // wraps or replaces the built-in one; nil: as it is
	model     http.RoundTripper                           // leads to the model; nil: the network
	unpaced   bool                                        // whoever writes a lot is answered all the same
	channels  func(*desk) ([]channels.Channel, error)

	rooms roomsOf       // of the team; nil: those of the configuration
	undo  time.Duration // of words to a customer, said in those

	management dialogue.Place // the room of who leads the team; zero: that of the configuration
}

// assemble joins all parts. It reads top to bottom: stores, domain, channels, runtime.
func assemble(ctx context.Context, cfg config.Config, log *slog.Logger, v variant) (*desk, error) {
	d := &desk{cfg: cfg, log: log, clock: v.clock}
	if d.clock == nil {
		d.clock = bot.SystemClock{}
	}
	if !v.unpaced {
		d.pace = dialogue.UsualPace()
		d.pace.Strangers = cfg.Limits.Strangers
	}
	if v.newCode == nil {
		v.newCode = randomCode
	}
	if err := d.open(ctx, v); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *desk) open(ctx context.Context, v variant) error {
	keys, err := d.cfg.Keys()
	if err != nil {
		return err
	}
	if d.signer, err = sign.New(keys...); err != nil {
		return err
	}
	if d.calendar, err = calendarOf(d.cfg); err != nil {
		return err
	}
	if d.files, err = openFiles(d.cfg, d.log, d.clock.Now); err != nil {
		return err
	}
	out := &ways{}
	if d.db, err = openStore(ctx, d.cfg, d.log, storeOptions{Now: d.clock.Now, Foretell: out.UpstreamID}); err != nil {
		return err
	}
	d.closers = append(d.closers, d.db.Close)
	sessions, err := d.openSessions(ctx)
	if err != nil {
		return err
	}
	d.library = newLibrary(d.db, d.db, d.clock, d.log)
	if err := d.library.refresh(ctx); err != nil {
		return err
	}
	builtin := assist.NewBuiltin(d.library.index, d.cfg.Assistant.ArticleThreshold).Learn(d.library.precedents)
	var assistant dialogue.Assistant = builtin
	if d.cfg.Assistant.Model.On() {
		o := d.modelOptions(builtin)
		o.Transport = v.model
		if d.model, err = llm.New(o); err != nil {
			return err
		}
		assistant = d.model
		if e := d.model.Embedder(); e != nil {
			builtin.Rerank(assist.NewReranker(e, d.db, d.clock.Now, d.log))
		}
	}
	if v.assistant != nil {
		assistant = v.assistant(assistant)
	}
	if d.engine, err = d.newEngine(sessions, assistant, builtin.Language, out, v); err != nil {
		return err
	}
	if out.all, err = v.channels(d); err != nil {
		return err
	}
	d.bot, err = d.newBot(out.all, v.owner)
	return err
}

// newEngine configures the conversation engine.
func (d *desk) newEngine(
	sessions dialogue.Sessions, assistant dialogue.Assistant, languageOf func(string) string, out *ways, v variant,
) (*dialogue.Engine, error) {
	catalogue, err := notice.Load()
	if err != nil {
		return nil, err
	}
	night := pace.Options{Location: d.cfg.Desk.TimeZone}
	night.From, night.To = d.cfg.Care.QuietHours()
	gate, err := pace.New(night)
	if err != nil {
		return nil, err
	}
	rooms, undo := v.rooms, v.undo
	if rooms == nil {
		rooms, undo = slackRooms(d.cfg.Slack)
	}
	management := v.management
	if management == (dialogue.Place{}) {
		management = slackManagement(d.cfg.Slack, rooms)
	}
	return dialogue.New(dialogue.Options{
		Store: d.db, Sessions: sessions, Assistant: assistant, LanguageOf: languageOf, Catalogue: catalogue,
		Desk: dialogue.Desk{
			Name: d.cfg.Desk.Name, Language: d.cfg.Desk.Language, Email: d.cfg.Desk.Register,
			Phone: d.cfg.Desk.Phone, Contacts: d.cfg.Desk.Contacts,
		},
		Printer: paper.New(d.files.attachments), Calendar: d.calendar, Schedule: scheduleOf(d.cfg, d.calendar), Promises: promisesOf(d.cfg),
		Location: d.cfg.Desk.TimeZone, Now: d.clock.Now, NewCode: v.newCode, Log: d.log, Account: out.Account,
		ReopenWindow: d.cfg.Tickets.Reopen, SurveyTTL: d.cfg.Survey.Expires,
		WarnBefore: warnBefore, Unanswered: d.cfg.Tickets.Unanswered, Quiet: gate.Quiet,
		Known: d.library.Known, Patience: d.cfg.Assistant.Patience, Sure: sureFrom, Pace: d.pace,
		Rooms: rooms, Undo: undo, Management: management,
	}), nil
}

// Figures of the engine that nobody has needed to configure yet.
const (
	warnBefore = 30 * time.Minute // before a due time, time enough to act
	sureFrom   = 0.6              // confidence from which a field is not asked for
)

// newBot joins the stores, the engine and the channels.
func (d *desk) newBot(all []channels.Channel, owner string) (*bot.Bot, error) {
	sent, read := d.engine.Sent, d.engine.Read
	if d.engine.Rooms == nil {
		sent, read = nil, nil // it would be a transaction for each message, for nothing
	}
	return bot.New(bot.Options{
		Channels: all, Inbox: d.db, Outbox: d.db, Leases: d.db, Turns: d.db, Engine: engine{d.engine},
		Clock: d.clock, Logger: d.log, Owner: owner, Quiet: d.quiet, MaxQuiet: config.MaxQuiet, Linker: linker(all),
		Hold: d.care, Deliveries: d.db,
		Away: func(err error) bool { return errors.Is(err, redisstore.ErrAway) },
		OnDead: func(ctx context.Context, tx dialogue.Tx, item inbox.Item, _ error) error {
			return d.engine.Failed(ctx, tx, item.Inbound)
		},
		OnBuried: func(ctx context.Context, tx dialogue.Tx, b outbox.Buried) error {
			return d.engine.Undelivered(ctx, tx, dialogue.Undelivered{
				Message: b.Row.Outbound, UpstreamID: b.Row.UpstreamID, Why: channels.WhyOf(b.Err), Said: b.Err.Error(), Dead: b.Kind == channels.Unreachable,
			})
		},
		OnSent: sent, OnRead: read,
		Alarm: d.engine.Alarm, Parts: d.parts(), Memory: d.memory(),
		Elsewhere: func(ctx context.Context, tx dialogue.Tx, row outbox.Row, cause error) (bool, error) {
			return d.engine.Elsewhere(ctx, tx, dialogue.Undelivered{Message: row.Outbound, UpstreamID: row.UpstreamID, Said: cause.Error()})
		},
		Patience:     d.emailAfter,
		DrainTimeout: d.cfg.Drain.Timeout,
	})
}

// care is what holds back messages on WhatsApp, whose numbers are watched for spam. The
// figures were checked with the configuration.
func (d *desk) care(channel channels.Channel) func(message.Outbound, time.Time) time.Duration {
	if channel.Name() != message.WhatsApp || d.pace == (dialogue.Pace{}) {
		return nil
	}
	o := pace.Options{Proactive: d.cfg.Care.PerMinute, Chat: d.cfg.Care.PerChat, Location: d.cfg.Desk.TimeZone}
	if _, isReal := d.clock.(bot.SystemClock); isReal { // a transcript goes the same way each time
		o.Jitter = mathrand.Float64
	}
	o.From, o.To = d.cfg.Care.QuietHours()
	if c, ok := channel.(channels.Resting); ok {
		o.Resting = c.RestingUntil
	}
	gate, err := pace.New(o)
	if err != nil {
		d.log.Error("messages are not paced", "error", err)
		return nil
	}
	return gate.Wait
}

// quiet is how long a burst on an item's channel is waited for.
func (d *desk) quiet(in message.Inbound) time.Duration {
	q := d.cfg.Chat.Quiet
	return map[message.Channel]time.Duration{
		message.WhatsApp: q.WhatsApp, message.Email: q.Email, message.Slack: q.Slack, message.Web: q.Web,
	}[in.Key.Channel]
}

// Close gives up what open took, last first.
func (d *desk) Close() error {
	var errs []error
	for _, closer := range slices.Backward(d.closers) {
		errs = append(errs, closer())
	}
	d.closers = nil
	return errors.Join(errs...)
}

// engine is the dialogue engine as the runtime knows it.
type engine struct{ *dialogue.Engine }

func (e engine) Prepare(ctx context.Context, turn dialogue.Turn) (bot.Plan, error) {
	return e.Engine.Prepare(ctx, turn)
}

func (e engine) Due(ctx context.Context, now time.Time, limit int) ([]bot.Plan, time.Time, error) {
	plans, next, err := e.Engine.Due(ctx, now, limit)
	out := make([]bot.Plan, len(plans))
	for i, p := range plans {
		out[i] = p
	}
	return out, next, err
}

// ways are the desk's channels, as the store and the engine ask for them. It is
// filled after the store is opened, since channels need the store.
type ways struct {
	all []channels.Channel
}

// UpstreamID is the id that a message will have; "" when its channel cannot know.
func (w *ways) UpstreamID(out message.Outbound) string {
	for _, c := range w.all {
		if c.Name() == out.To.Channel && (out.Account == "" || out.Account == c.Account()) {
			if can, ok := c.(channels.Foreteller); ok {
				return can.UpstreamID(out)
			}
		}
	}
	return ""
}

// Account is the first account of a channel: the one that writes first.
func (w *ways) Account(name message.Channel) string {
	for _, c := range w.all {
		if c.Name() == name {
			return c.Account()
		}
	}
	return ""
}

// linker finds the channel that has pages; without one, links are left out.
func linker(all []channels.Channel) func(message.Link, time.Time) string {
	for _, c := range all {
		if pages, ok := c.(interface {
			URL(link message.Link, now time.Time) string
		}); ok {
			return pages.URL
		}
	}
	return nil
}

// promisesOf reads the service levels.
func promisesOf(cfg config.Config) ticket.Promises {
	p := cfg.Promises
	of := func(c config.Promise) ticket.Promise { return ticket.Promise{Answer: c.Answer, Solve: c.Solve} }
	return ticket.Promises{ticket.Low: of(p.Low), ticket.Normal: of(p.Normal), ticket.High: of(p.High), ticket.Critical: of(p.Critical)}
}

// scheduleOf reads when a silent requester is reminded.
func scheduleOf(cfg config.Config, calendar *hours.Calendar) notice.Schedule {
	s := notice.Schedule{After: cfg.Reminders.After, Calendar: calendar}
	if n := len(s.After); n > 0 && cfg.Reminders.CloseAfter > 0 {
		s.Close = s.After[n-1] + cfg.Reminders.CloseAfter
	}
	return s
}

// randomCode is six digits that nobody can guess.
func randomCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(fmt.Sprintf("the system has no randomness: %v", err)) // crypto/rand never fails on a system that works
	}
	return fmt.Sprintf("%06d", n.Int64())
}

// wallClock is the system's time, in UTC.
func wallClock() time.Time { return bot.SystemClock{}.Now() }
