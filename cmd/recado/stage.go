package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"recado/assist/assisttest"
	"recado/channels"
	"recado/channels/local"
	"recado/config"
	"recado/core/dialogue"
	"recado/core/message"
	"recado/play"
)

// stage is the whole program for one transcript: a database of its own, pretend
// upstreams, and a clock that moves by steps.
type stage struct {
	cfg    config.Config
	log    *slog.Logger
	clock  *play.Clock
	hub    *local.Hub
	desk   *desk
	stop   context.CancelFunc // of the channels' Run
	idle   sync.WaitGroup
	world  []func(context.Context) error // given, until the program starts
	cast   map[string]*actor
	ids    map[string]string // of catalogue items and organisations, by folded name
	codes  int
	script *scriptedAssistant
	model  *assisttest.Server // the pretend language model; nil: there is none

	modelRules []modelRule // what it reads
	modelSees  string      // what it answers to every picture; empty: whatever
	said       []spoken
	acted      bool
	wrote      map[message.Address]bool // who said something
	seen       local.Mark               // what was looked at by noCold

	rooms map[string]dialogue.Place // of the team, by product; "": of all others
	undo  time.Duration
	leads dialogue.Place // the room of who leads the team
}

var _ play.Stage = (*stage)(nil)

// newStage sets up an empty desk; cfg names its folder and its databases.
func newStage(cfg config.Config, log *slog.Logger) *stage {
	begin := time.Date(2026, 11, 23, 9, 0, 0, 0, cfg.Desk.TimeZone)
	return &stage{
		cfg: cfg, log: log, clock: play.NewClock(begin), cast: map[string]*actor{}, ids: map[string]string{},
		script: &scriptedAssistant{},
		wrote:  map[message.Address]bool{},
		undo:   30 * time.Second, // longer than what Settle lets pass
	}
}

// start brings the program up, and the world that was given.
func (s *stage) start(ctx context.Context) error {
	if s.desk != nil {
		return nil
	}
	if err := s.rise(ctx); err != nil {
		return err
	}
	return s.furnish(ctx)
}

// furnish makes what was given part of the desk.
func (s *stage) furnish(ctx context.Context) error {
	for _, given := range s.world {
		if err := given(ctx); err != nil {
			return err
		}
	}
	s.world = nil
	return s.desk.library.refresh(ctx)
}

// rise starts the program, the first time or after a kill.
func (s *stage) rise(ctx context.Context) error {
	if err := s.ground(); err != nil {
		return err
	}
	d, err := assemble(ctx, s.cfg, s.log, variant{
		owner: "stage", clock: s.clock, newCode: s.newCode, assistant: s.script.over, channels: s.channels, model: s.transport(),
		rooms: s.place, undo: s.undo, management: s.leads,
	})
	if err != nil {
		return err
	}
	s.desk = d
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	for _, name := range stageChannels {
		s.idle.Go(func() { _ = s.hub.Channel(name).Run(running, d.bot) })
	}
	for _, name := range stageChannels { // until each takes what is said: a line must not come before the program
		s.awaitRunning(s.hub.Channel(name))
	}
	return nil
}

func (s *stage) awaitRunning(c channels.Channel) {
	for {
		changed := s.hub.After(s.hub.Mark())
		if r, ok := c.(channels.Reporter); !ok || r.State().Up {
			return
		}
		<-changed
	}
}

var stageChannels = []message.Channel{message.WhatsApp, message.Email, message.Web, message.Slack}

// transport leads to the pretend model.
func (s *stage) transport() http.RoundTripper {
	if s.model == nil {
		return nil // an interface that holds a nil pointer would lead somewhere
	}
	return s.model
}

// withModel gives the desk a language model, which answers by a script.
func (s *stage) withModel() *assisttest.Server {
	if s.model == nil {
		s.model = assisttest.New()
		s.cfg.Assistant.Model.Name, s.cfg.Assistant.Model.Kind = "pretend", config.ModelOther
		s.cfg.Assistant.Model.URL = "http://127.0.0.1:1/v1"
	}
	return s.model
}

// channels makes the pretend upstreams. The hub is the world outside: it lives on
// when the program dies.
func (s *stage) channels(d *desk) ([]channels.Channel, error) {
	if s.hub == nil {
		s.hub = local.NewHub(local.Options{
			Clock: s.clock.Now, Files: d.files.attachments, Accounts: map[message.Channel]string{message.Slack: workspace},
		})
	}
	ways := make([]channels.Channel, len(stageChannels))
	for i, name := range stageChannels {
		ways[i] = s.hub.Channel(name)
	}
	return ways, nil
}

// newCode gives codes that differ and can be told from protocol numbers.
func (s *stage) newCode() string {
	s.codes++
	return strconv.Itoa(700_000 + s.codes)
}

// Close ends the program.
func (s *stage) Close() error {
	if s.desk == nil {
		return nil
	}
	s.stop()
	s.idle.Wait()
	return s.desk.Close()
}

// Kill drops the program between two steps, and starts it again.
func (s *stage) Kill(ctx context.Context) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	return s.rise(ctx)
}

// SetClock moves to a time on the desk's wall, through all that is due before.
func (s *stage) SetClock(ctx context.Context, at string) error {
	to, err := time.ParseInLocation("2006-01-02 15:04", at, s.cfg.Desk.TimeZone)
	if err != nil {
		return fmt.Errorf("read the time: %w", err)
	}
	if s.desk == nil {
		s.clock = play.NewClock(to)
		return nil
	}
	return s.until(ctx, to)
}

// Pass lets time go by.
func (s *stage) Pass(ctx context.Context, d time.Duration) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	return s.until(ctx, s.clock.Now().Add(d))
}

// Settle does what is due, and what a quiet window holds back.
func (s *stage) Settle(ctx context.Context) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	end := s.clock.Now()
	if s.acted {
		end = end.Add(config.MaxQuiet)
	}
	s.acted = false
	if err := s.dueUntil(ctx, end); err != nil {
		return err
	}
	return s.noCold(ctx)
}

// noCold holds every transcript to the rule that nobody is written to on WhatsApp who
// never wrote from there: that gets a number restricted.
func (s *stage) noCold(ctx context.Context) error {
	sent, now := s.hub.Since(s.seen)
	s.seen = now
	for _, out := range sent {
		if out.To.Channel != message.WhatsApp || s.wrote[out.To] {
			continue
		}
		err := s.desk.db.View(ctx, func(r dialogue.Reader) error {
			p, err := r.PersonAt(ctx, out.To)
			if al, _ := p.Alias(out.To); err == nil && al.HeardAt.IsZero() {
				return fmt.Errorf("%s never wrote on WhatsApp, and is told there: %s", p.Name, out.Text)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// until goes from due time to due time, and at last to the end.
func (s *stage) until(ctx context.Context, end time.Time) error {
	if err := s.dueUntil(ctx, end); err != nil {
		return err
	}
	s.clock.Set(end)
	_, err := s.desk.bot.Settle(ctx)
	return err
}

func (s *stage) dueUntil(ctx context.Context, end time.Time) error {
	for {
		next, err := s.desk.bot.Settle(ctx)
		if err != nil || next.IsZero() || next.After(end) {
			return err
		}
		if !next.After(s.clock.Now()) {
			return fmt.Errorf("something stays due at %s", next)
		}
		s.clock.Set(next)
	}
}
