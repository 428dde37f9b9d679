package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"recado/bot"
	"recado/bot/bottest"
	"recado/bot/inbox"
	"recado/bot/outbox"
	"recado/channels"
	"recado/core/dialogue"
	"recado/core/message"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestItemBecomesAnAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, wa := newMemory(), newLine(message.WhatsApp, true)
		d := newDesk(t, m, "a", []*line{wa})
		stop := d.start()
		for _, words := range []string{"1", "2", "3"} {
			wa.in <- text("ana", words)
			wa.in <- text("ana", words) // upstreams repeat themselves
		}
		pass(time.Second)
		if got, want := wa.told(), []string{"re-1", "re-2", "re-3"}; !slices.Equal(got, want) {
			t.Errorf("ana was told %v, want %v", got, want)
		}
		if s := d.State(); !s.Ready || !s.Channels[0].Up || s.Store != "" || s.Inbox.Waiting != 0 {
			t.Errorf("State = %+v", s)
		}
		stop()
		if s := d.State(); s.Ready {
			t.Error("ready after the end")
		}
		if err := m.check(3); err != nil {
			t.Error(err)
		}
		for _, lease := range []string{"clock", "channel/whatsapp/desk"} {
			if who := m.holder(lease); who != "" {
				t.Errorf("%s still has the lease %s", who, lease)
			}
		}
	})
}

// TestTurnsThatDoNotCommit: what each failure does to the item.
func TestTurnsThatDoNotCommit(t *testing.T) {
	boom := errors.New("boom")
	tests := []struct {
		name     string
		prepare  func(try int) error
		apply    func(try int) error
		tries    int // of Prepare, in the first minute
		attempts int
		code     message.Code
	}{
		{"a conflict is decided again at once", nil, func(try int) error {
			if try < 4 {
				return fmt.Errorf("ticket: %w", dialogue.ErrConflict)
			}
			return nil
		}, 4, 0, message.Talked},
		{"conflicts without end are a failure", nil, func(int) error { return dialogue.ErrConflict }, 30, 6, ""},
		{"a lost claim is nobody's fault", nil, func(try int) error {
			if try == 1 {
				return dialogue.ErrFenced
			}
			return nil
		}, 2, 0, message.Talked},
		{"an engine that fails once", func(try int) error {
			if try == 1 {
				return boom
			}
			return nil
		}, nil, 2, 1, message.Talked},
		{"an engine that panics once", func(try int) error {
			if try == 1 {
				panic(boom)
			}
			return nil
		}, nil, 2, 1, message.Talked},
		{"a plan that panics once", nil, func(try int) error {
			if try == 1 {
				panic(boom)
			}
			return nil
		}, 2, 1, message.Talked},
		{"what is away is waited for", func(try int) error {
			if try < 10 {
				return errAway
			}
			return nil
		}, nil, 10, 0, message.Talked},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, wa := newMemory(), newLine(message.WhatsApp, false)
				d := newDesk(t, m, "a", []*line{wa}, func(o *bot.Options) { o.Away = func(err error) bool { return errors.Is(err, errAway) } })
				tries := 0
				d.prepare = func(context.Context, dialogue.Turn) error {
					tries++
					if test.prepare != nil {
						return test.prepare(tries)
					}
					return nil
				}
				d.apply = func(context.Context, dialogue.Tx, dialogue.Turn) error {
					if test.apply != nil {
						return test.apply(tries)
					}
					return nil
				}
				stop := d.start()
				wa.in <- text("ana", "1")
				pass(time.Minute)
				stop()
				i := m.items[0]
				code := message.Code("")
				if len(i.ends) == 1 {
					code = i.ends[0].Code
				}
				if tries != test.tries || i.Attempts != test.attempts || code != test.code {
					t.Errorf("prepared %d times, %d attempts, outcome %q; want %d, %d, %q", tries, i.Attempts, code, test.tries, test.attempts, test.code)
				}
			})
		})
	}
}

func TestOutcomesMustMatchTheItems(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		d := newDesk(t, m, "a", nil, func(o *bot.Options) { o.Engine = silent{} })
		defer d.start()()
		if err := d.Bot.Accept(t.Context(), text("ana", "1")); err != nil {
			t.Fatal(err)
		}
		pass(500 * time.Millisecond)
		m.mu.Lock()
		defer m.mu.Unlock()
		if i := m.items[0]; i.Attempts != 1 || len(i.ends) != 0 {
			t.Errorf("an item without an outcome has %d attempts and ended %v", i.Attempts, i.ends)
		}
	})
}

// silent is an engine that forgets outcomes.
type silent struct{}

func (silent) Prepare(context.Context, dialogue.Turn) (bot.Plan, error) {
	return plan(func(context.Context, dialogue.Tx) ([]message.Outcome, error) { return nil, nil }), nil
}

func (silent) Due(context.Context, time.Time, int) ([]bot.Plan, time.Time, error) {
	return nil, time.Time{}, nil
}

func TestTeamIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, wa, mail := newMemory(), newLine(message.WhatsApp, false), newLine(message.Email, false)
		n := 0
		tell := func(ctx context.Context, tx dialogue.Tx, about string) error {
			n++
			return tx.Post(ctx, message.Outbound{ID: fmt.Sprint("alarm-", n), To: message.Address{Channel: message.Email, ID: "team"}, Text: about})
		}
		d := newDesk(t, m, "a", []*line{wa, mail}, func(o *bot.Options) {
			o.OnDead = func(ctx context.Context, tx dialogue.Tx, i inbox.Item, _ error) error { return tell(ctx, tx, i.Key.ID) }
			o.OnBuried = func(ctx context.Context, tx dialogue.Tx, b outbox.Buried) error { return tell(ctx, tx, b.Row.ID) }
		})
		d.prepare = func(_ context.Context, turn dialogue.Turn) error {
			if turn.Items[0].Text == "bad" {
				return errors.New("boom")
			}
			return nil
		}
		wa.send = func(context.Context, message.Outbound) error {
			return &channels.Error{Kind: channels.Unreachable, Err: errors.New("no such number")}
		}
		deaf := false
		mail.send = func(context.Context, message.Outbound) error {
			if deaf {
				return &channels.Error{Kind: channels.Permanent, Err: errors.New("no such mailbox")}
			}
			return nil
		}
		stop := d.start()
		wa.in <- text("ana", "bad")
		wa.in <- text("ana", "good")
		pass(5 * time.Minute)
		if got := mail.told(); !slices.Equal(got, []string{"alarm-1", "alarm-2"}) {
			t.Errorf("the team was told %v, want of the dead item and of the buried answer", got)
		}
		deaf = true
		wa.in <- text("ana", "again")
		pass(5 * time.Minute)
		stop()
		if n != 3 {
			t.Errorf("%d alarms: an alarm that cannot be delivered raised more", n)
		}
		if err := m.check(3); err != nil {
			t.Error(err)
		}
		want := []string{
			"recado_items_accepted_total whatsapp = 3",
			"recado_lease_held channel/email/desk = 0",
			"recado_lease_held channel/whatsapp/desk = 0",
			"recado_lease_held clock = 0",
			"recado_messages_total email buried = 1",
			"recado_messages_total email sent = 2",
			"recado_messages_total whatsapp buried = 2",
			"recado_outcomes_total failed = 1",
			"recado_outcomes_total talked = 2",
		}
		if got := metricsOf(t, d, "items_accepted", "lease_held", "messages", "outcomes"); !slices.Equal(got, want) {
			t.Errorf("metrics are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// metricsOf lists the counters and gauges whose names hold one of the words.
func metricsOf(t *testing.T, d *desk, words ...string) (lines []string) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry() // it checks names, labels and help
	registry.MustRegister(d.Metrics())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(family.GetName(), w) }) {
			continue
		}
		for _, metric := range family.GetMetric() {
			line := family.GetName()
			for _, label := range metric.GetLabel() {
				line += " " + label.GetValue()
			}
			lines = append(lines, fmt.Sprint(line, " = ", metric.GetCounter().GetValue()+metric.GetGauge().GetValue()))
		}
	}
	return lines
}

func TestWhatIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, start := newMemory(), time.Now()
		for i, after := range []time.Duration{0, 0, 10 * time.Second, time.Hour} {
			m.dues = append(m.dues, &due{name: fmt.Sprint(i), at: start.Add(after)})
		}
		a, b := newDesk(t, m, "a", nil), newDesk(t, m, "b", nil)
		conflicts, at := 0, map[string]time.Duration{}
		apply := func(_ context.Context, _ dialogue.Tx, turn dialogue.Turn) error {
			if turn.Conversation == "0" && conflicts < 2 {
				conflicts++
				return dialogue.ErrConflict
			}
			at[turn.Conversation] = time.Since(start)
			return nil
		}
		a.apply, b.apply = apply, apply
		stopA := a.start()
		defer b.start()()
		pass(time.Minute)
		stopA()
		pass(2 * time.Hour)
		want := map[string]time.Duration{"0": time.Second, "1": 0, "2": 10 * time.Second, "3": time.Hour}
		for name, w := range want {
			if got := at[name]; got < w || got > w+time.Second {
				t.Errorf("%s was done after %v, want %v", name, got, w)
			}
		}
		for _, d := range m.dues {
			if d.done != 1 {
				t.Errorf("%s was done %d times", d.name, d.done)
			}
		}
		for i, when := range b.asked[1:] {
			if gap := when.Sub(b.asked[i]); gap > 30*time.Second {
				t.Errorf("the engine was not asked for %v", gap)
			}
		}
	})
}

func TestBadDuePlanKeepsNoOtherBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		m.dues = []*due{{name: "bad", at: time.Now()}, {name: "good", at: time.Now()}}
		d := newDesk(t, m, "a", nil)
		tries := 0
		d.apply = func(_ context.Context, _ dialogue.Tx, turn dialogue.Turn) error {
			if turn.Conversation == "bad" {
				tries++
				panic("boom")
			}
			return nil
		}
		defer d.start()()
		pass(time.Hour)
		if m.dues[1].done != 1 || tries > 130 {
			t.Errorf("the good one was done %d times, the bad one tried %d times in an hour", m.dues[1].done, tries)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	m := newMemory()
	p, e := &process{memory: m}, &echo{m: m}
	good := bot.Options{Inbox: p, Outbox: p, Leases: p, Turns: p, Engine: e, Clock: bot.SystemClock{}, Logger: quietLog}
	twice := good
	twice.Channels = []channels.Channel{newLine(message.Email, true), newLine(message.Email, true)}
	for name, opts := range map[string]bot.Options{"nothing": {}, "two channels of one name": twice} {
		if _, err := bot.New(opts); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := bot.New(good); err != nil {
		t.Error(err)
	}
}

func TestRunTwiceAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, wa := newMemory(), newLine(message.WhatsApp, true)
		d := newDesk(t, m, "a", []*line{wa})
		wait := bottest.RunOver(t, func(ctx context.Context) error {
			err := d.Run(ctx)
			if wa.isRunning() && ctx.Err() == nil {
				t.Error("the channel still runs")
			}
			return err
		})
		for i := range 100 {
			if err := d.Bot.Accept(t.Context(), text(fmt.Sprint("c", i%5), fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Millisecond)
		}
		wait()
		stop := d.start()
		pass(10 * time.Second)
		stop()
		if err := m.check(100); err != nil {
			t.Error(err)
		}
	})
}
