package bot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"recado/channels"
	"recado/core/dialogue"
	"recado/core/message"
)

// polite is a channel that writes its courtesies down.
type polite struct {
	channels.Channel
	shown []string
	fail  func() error
}

func (p *polite) Name() message.Channel { return message.WhatsApp }
func (p *polite) Account() string       { return "desk" }

func (p *polite) note(what string) error {
	p.shown = append(p.shown, what)
	if p.fail != nil {
		return p.fail()
	}
	return nil
}

func (p *polite) Typing(_ context.Context, to message.Address, on bool) error {
	return p.note(map[bool]string{true: "types to ", false: "rests to "}[on] + to.ID)
}

func (p *polite) MarkRead(_ context.Context, items []message.Inbound) error {
	var ids []string
	for _, in := range items {
		ids = append(ids, in.Key.ID)
	}
	return p.note("read " + strings.Join(ids, " "))
}

func politeBot(p *polite) *Bot {
	return &Bot{opts: Options{Logger: slog.New(slog.DiscardHandler)}, units: []*unit{{channel: p}}, manners: make(chan manner, mannersWait)}
}

func itemOf(id string) message.Inbound {
	return message.Inbound{
		Key:  message.Key{Channel: message.WhatsApp, Account: "desk", ID: id},
		Kind: message.Text, From: message.Address{Channel: message.WhatsApp, ID: "ana"},
	}
}

// Typing is shown while a turn lasts, and only what was taken is marked as read.
func TestAttend(t *testing.T) {
	t.Parallel()
	own, machine, elsewhere := itemOf("own"), itemOf("auto"), itemOf("mail")
	own.Own, machine.Auto, elsewhere.Key.Account = true, message.AutoReply, "another"
	talked := message.Outcome{Code: message.Talked}
	for name, tc := range map[string]struct {
		items    []message.Inbound
		outcomes []message.Outcome // nil: it was not committed
		quick    bool              // it ended before the channel came to it
		want     []string
	}{
		"a turn": {
			items: []message.Inbound{itemOf("1"), itemOf("2")}, outcomes: []message.Outcome{talked, talked},
			want: []string{"types to ana", "rests to ana", "read 1 2"},
		},
		"a quick turn":    {items: []message.Inbound{itemOf("1")}, outcomes: []message.Outcome{talked}, quick: true, want: []string{"rests to ana", "read 1"}},
		"one that failed": {items: []message.Inbound{itemOf("1")}, want: []string{"types to ana", "rests to ana"}},
		"what was ignored, filed or left unread": {
			items:    []message.Inbound{itemOf("1"), itemOf("2"), itemOf("3"), itemOf("4")},
			outcomes: []message.Outcome{{Code: message.Ignored}, {Code: message.Filed}, {Code: message.Talked, Unread: true}, talked},
			want:     []string{"types to ana", "rests to ana", "read 4"},
		},
		"nothing but ours and machines'": {items: []message.Inbound{own, machine}, outcomes: []message.Outcome{talked, talked}},
		"another account's":              {items: []message.Inbound{elsewhere}, outcomes: []message.Outcome{talked}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &polite{}
			b := politeBot(p)
			ended := b.attend(dialogue.Turn{Items: tc.items})
			if !tc.quick {
				b.settleManners(t.Context())
			}
			ended(tc.outcomes)
			b.settleManners(t.Context())
			if !slices.Equal(p.shown, tc.want) {
				t.Errorf("shown %q, want %q", p.shown, tc.want)
			}
		})
	}
}

// A courtesy that fails or panics ends nothing, and a slow channel is not waited for.
func TestMannersHoldNothingUp(t *testing.T) {
	t.Parallel()
	p := &polite{fail: func() error { return errors.New("refused") }}
	b := politeBot(p)
	b.attend(dialogue.Turn{Items: []message.Inbound{itemOf("1")}})([]message.Outcome{{Code: message.Talked}})
	p.fail = func() error { panic("broken") }
	b.settleManners(t.Context())
	if want := []string{"rests to ana", "read 1"}; !slices.Equal(p.shown, want) {
		t.Errorf("shown %q, want %q", p.shown, want)
	}
	for range 2 * mannersWait { // the last of these would wait for ever
		b.mind(func(context.Context) error { return nil })
	}
	if len(b.manners) != mannersWait {
		t.Errorf("%d wait, want %d", len(b.manners), mannersWait)
	}
}
