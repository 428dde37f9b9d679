package bot

import (
	"cmp"
	"context"
	"time"

	"recado/bot/outbox"
	"recado/channels"
	"recado/core/dialogue"
	"recado/core/message"
)

// Part is something besides the channels that may be in trouble, such as a scanner.
type Part struct {
	Name  string // for people, and in the memory of what was told
	State func() channels.State
}

const (
	alarmEvery = 10 * time.Second // a part is looked at so often
	alarmAfter = time.Minute      // and trouble, or its end, that lasts so long is told
)

// lookout watches one part, and tells each change once, also over restarts.
type lookout struct {
	bot   *Bot
	key   string // in the memory
	name  string
	state func() channels.State

	what  message.Trouble // as last seen, since
	since time.Time
	told  message.Trouble
}

// lookOut watches a part until ctx ends.
func (b *Bot) lookOut(ctx context.Context, key, name string, state func() channels.State) {
	if b.opts.Alarm == nil {
		return
	}
	l := &lookout{bot: b, key: "alarm/" + key, name: name, state: state, since: b.opts.Clock.Now()}
	for ctx.Err() == nil && b.opts.Memory != nil {
		text, err := b.opts.Memory.Load(ctx, l.key)
		if err == nil {
			l.told = message.Trouble(text)
			break
		}
		b.sleep(ctx, alarmEvery)
	}
	for ctx.Err() == nil {
		if err := l.look(ctx, b.opts.Clock.Now()); err != nil && ctx.Err() == nil {
			b.opts.Logger.Error("the team could not be told of trouble; it is tried again", "part", l.name, "error", err)
		}
		b.sleep(ctx, alarmEvery)
	}
}

// look tells what has lasted and was not told. What was told is noted after it: a crash
// between the two tells it again.
func (l *lookout) look(ctx context.Context, now time.Time) error {
	s := l.state()
	what := s.Trouble
	if !s.Up {
		what = cmp.Or(what, message.Down)
	}
	if what != l.what {
		l.what, l.since = what, now
	}
	if what == l.told || now.Sub(l.since) < alarmAfter {
		return nil
	}
	a := dialogue.Alarm{Part: l.name, Trouble: what, Detail: s.Detail, Since: l.since, Until: s.Until, Mend: s.Mend}
	if what == message.NoTrouble {
		a.Trouble, a.Over = l.told, true
	}
	err := l.bot.tell(ctx, func(tx dialogue.Tx) error { return l.bot.opts.Alarm(ctx, tx, a) })
	if err != nil {
		return err
	}
	l.told = what
	if l.bot.opts.Memory == nil {
		return nil
	}
	return l.bot.opts.Memory.Save(ctx, l.key, string(what))
}

// stateOf is how a channel fares, sending too.
func (u *unit) stateOf() channels.State {
	s, _ := u.state()
	if paused := u.outbox.State().Paused; paused != "" && s.Trouble == message.NoTrouble && s.Up {
		return channels.State{Detail: paused, Trouble: message.Down}
	}
	return s
}

// watched runs do, and watches the channel meanwhile.
func (b *Bot) watched(ctx context.Context, u *unit, do func(context.Context) error) error {
	watching, stop := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		b.lookOut(watching, u.lease, string(u.channel.Name())+" "+u.channel.Account(), u.stateOf)
	}()
	err := do(ctx)
	stop()
	<-ended
	return err
}

// elsewhere is the outbox's Elsewhere.
func (b *Bot) elsewhere(ctx context.Context, row outbox.Row, cause error) (gone bool, err error) {
	if b.opts.Elsewhere == nil || row.Conversation == trouble {
		return false, nil
	}
	err = b.tell(ctx, func(tx dialogue.Tx) (err error) {
		gone, err = b.opts.Elsewhere(ctx, tx, row, cause)
		return err
	})
	return gone, err
}

func (b *Bot) patienceWith(c channels.Channel) time.Duration {
	if b.opts.Patience == nil {
		return 0
	}
	return b.opts.Patience(c.Name(), c.Account())
}
