package inbox

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"recado/core/message"
)

func TestBurst(t *testing.T) {
	const window = 3 * time.Second
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	at := func(s float64) time.Time { return noon.Add(time.Duration(s * float64(time.Second))) }
	line := func(s float64, change ...func(*Item)) Item {
		item := Item{Inbound: message.Inbound{
			Key:  message.Key{Channel: message.WhatsApp, Account: "551140001000", ID: "x"},
			Kind: message.Text, Text: "oi", ReceivedAt: at(s),
			From: message.Address{Channel: message.WhatsApp, ID: "5511999990001"},
		}}
		for _, c := range change {
			c(&item)
		}
		return item
	}
	kind := func(k message.Kind) func(*Item) { return func(i *Item) { i.Kind = k } }
	saying := func(text string) func(*Item) { return func(i *Item) { i.Text = text } }
	mail := func(i *Item) { i.Key.Channel, i.From.Channel = message.Email, message.Email }
	page := func(i *Item) { i.Key.Channel, i.From.Channel = message.Web, message.Web }
	robot := func(i *Item) { i.Auto = message.AutoReply }
	other := func(i *Item) { i.From.ID = "5511999990002" }
	account := func(i *Item) { i.Key.Account = "551140002000" }
	failed := func(n int) func(*Item) { return func(i *Item) { i.Attempts = n } }

	var many []Item
	for s := range 20 {
		many = append(many, line(float64(s)*2.5))
	}
	tests := []struct {
		name  string
		items []Item
		n     int
		at    time.Time // zero: at once
	}{
		{"nothing waits", nil, 0, time.Time{}},
		{"one line waits for more", []Item{line(0)}, 1, at(3)},
		{"each line begins the window anew", []Item{line(0), line(2), line(4)}, 3, at(7)},
		{"but no longer than the maximum", many[:8], 8, at(20)},
		{"what comes after the maximum is the next turn", many, 9, time.Time{}},
		{"a silence ends a burst, however late we look", []Item{line(0), line(3.5)}, 1, time.Time{}},
		{"a line at the very end of the window joins", []Item{line(0), line(3)}, 2, at(6)},
		{"an e-mail is complete", []Item{line(0, mail), line(0, mail)}, 1, time.Time{}},
		{"so is a page", []Item{line(0, page), line(0, page)}, 1, time.Time{}},
		{"a button is a turn of its own", []Item{line(0, kind(message.Press)), line(0)}, 1, time.Time{}},
		{"a button ends the burst before it", []Item{line(0), line(1), line(1, kind(message.Press))}, 2, time.Time{}},
		{"a rating is a turn of its own", []Item{line(0, kind(message.Rating))}, 1, time.Time{}},
		{"an edit is a turn of its own", []Item{line(0), line(1, kind(message.Edit))}, 1, time.Time{}},
		{"a machine's text is a turn of its own", []Item{line(0, robot), line(0)}, 1, time.Time{}},
		{"another sender is another turn", []Item{line(0), line(1, other)}, 1, time.Time{}},
		{"another account of ours is another turn", []Item{line(0), line(1, account)}, 1, time.Time{}},
		{"what takes no window is a turn of its own", []Item{line(0, saying("1")), line(1)}, 1, time.Time{}},
		{"and ends the burst before it", []Item{line(0), line(1, saying("1"))}, 1, time.Time{}},
		{"a few failures change nothing", []Item{line(0, failed(3)), line(1, failed(3))}, 2, at(4)},
		{"what failed often is tried alone", []Item{line(0, failed(4)), line(1, failed(4))}, 1, time.Time{}},
		{"and joins no other", []Item{line(0), line(1, failed(4))}, 1, time.Time{}},
	}
	rule := bursts{most: 20 * time.Second, alone: 4, quiet: func(in message.Inbound) time.Duration {
		if in.Text == "1" {
			return 0
		}
		return window
	}}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n, at := rule.next(test.items)
			if n != test.n || !at.Equal(test.at) {
				t.Errorf("next = %d at %v, want %d at %v", n, at, test.n, test.at)
			}
		})
	}
	t.Run("without a rule nothing is gathered", func(t *testing.T) {
		if n, at := (bursts{most: time.Minute, alone: 4}).next([]Item{line(0), line(1)}); n != 1 || !at.IsZero() {
			t.Errorf("next = %d at %v", n, at)
		}
	})
}

func TestDoubled(t *testing.T) {
	tests := []struct {
		times int
		want  time.Duration
	}{{0, time.Second}, {1, 2 * time.Second}, {3, 8 * time.Second}, {9, 5 * time.Minute}, {1 << 40, 5 * time.Minute}}
	for _, test := range tests {
		if got := doubled(time.Second, test.times, 5*time.Minute); got != test.want {
			t.Errorf("doubled(%d) = %v, want %v", test.times, got, test.want)
		}
	}
}

func TestTidy(t *testing.T) {
	long := strings.Repeat("á", 1000)
	tests := []struct{ name, in, want string }{
		{"an ordinary name stays", "whatsapp/551140001000/5511999990001", "whatsapp/551140001000/5511999990001"},
		{"so does one with accents", "slack/T1/joão", "slack/T1/joão"},
		{"no NUL and no broken UTF-8", "email/desk/a\x00b\xff", "email/desk/ab\uFFFD"},
	}
	for _, test := range tests {
		if got := tidy(test.in); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	got := tidy(long)
	if len(got) > maxName || !utf8.ValidString(got) || got == tidy(long+"b") || got != tidy(long) || tidy(got) != got {
		t.Errorf("a long name became %q", got)
	}
}
