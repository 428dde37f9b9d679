package message_test

import (
	"strings"
	"testing"
	"time"

	"recado/core/message"
)

func TestParseAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]message.Address{
		"email:ana@aurora.example": {Channel: message.Email, ID: "ana@aurora.example"},
		"whatsapp:5511999990001":   {Channel: message.WhatsApp, ID: "5511999990001"},
		"slack:T123/U456":          {Channel: message.Slack, ID: "T123/U456"},
		"whatsapp:123:4@lid":       {Channel: message.WhatsApp, ID: "123:4@lid"},
		"":                         {},
		"ana@aurora.example":       {},
		":ana@aurora.example":      {},
		"email:":                   {},
		":":                        {},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got, err := message.ParseAddress(text)
			if got != want || (err != nil) != want.IsZero() {
				t.Fatalf("got %+v and error %v, want %+v", got, err, want)
			}
			if err == nil && got.String() != text {
				t.Errorf("written back as %q", got)
			}
			if err != nil && !strings.Contains(err.Error(), `"`+text+`"`) {
				t.Errorf("the error does not quote the text: %v", err)
			}
		})
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, seed := range []string{"email:a@b", "slack:T1/U2", ":", "a:", "x:y:z", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := message.ParseAddress(text)
		if (err == nil) != (a.Channel != "" && a.ID != "") {
			t.Errorf("%q: half an address: %+v, %v", text, a, err)
		}
		if err == nil && a.String() != text {
			t.Errorf("%q: written back as %q", text, a)
		}
	})
}

func TestZero(t *testing.T) {
	t.Parallel()
	if !(message.Address{}).IsZero() || (message.Address{Channel: message.Email}).IsZero() {
		t.Error("an address with a channel names somebody, or an empty one does")
	}
	if !(message.Key{}).IsZero() || (message.Key{ID: "1"}).IsZero() {
		t.Error("a key with an id names something, or an empty one does")
	}
}

func TestConversationWith(t *testing.T) {
	t.Parallel()
	ana := message.Address{Channel: message.WhatsApp, ID: "5511999990001"}
	if got := message.ConversationWith("5511988887777", ana); got != "whatsapp/5511988887777/5511999990001" {
		t.Errorf("got %q", got)
	}
}

func TestInboundCheck(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*message.Inbound)
		want   string // part of the error; empty: none
	}{
		"whole":           {func(*message.Inbound) {}, ""},
		"no account":      {func(in *message.Inbound) { in.Key.Account = "" }, ""},
		"nobody wrote it": {func(in *message.Inbound) { in.From = message.Address{} }, ""},
		"no channel":      {func(in *message.Inbound) { in.Key.Channel = "" }, "key is incomplete"},
		"no id":           {func(in *message.Inbound) { in.Key.ID = "" }, "key is incomplete"},
		"no kind":         {func(in *message.Inbound) { in.Kind = "" }, "no kind"},
		"no conversation": {func(in *message.Inbound) { in.Conversation = "" }, "no conversation"},
		"no time":         {func(in *message.Inbound) { in.ReceivedAt = time.Time{} }, "no time of receipt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := message.Inbound{
				Key: message.Key{Channel: message.Email, Account: "suporte@desk.example", ID: "7/42"}, Kind: message.Text,
				Conversation: "email/x/y", From: message.Address{Channel: message.Email, ID: "ana@aurora.example"},
				ReceivedAt: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
			}
			tc.change(&in)
			says(t, in.Check(), tc.want)
		})
	}
}

func TestOutboundCheck(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*message.Outbound)
		want   string
	}{
		"whole":          {func(*message.Outbound) {}, ""},
		"a file alone":   {func(out *message.Outbound) { out.Text, out.Attachments = "", []message.Attachment{{Name: "a.pdf"}} }, ""},
		"no id":          {func(out *message.Outbound) { out.ID = "" }, "no id"},
		"to nobody":      {func(out *message.Outbound) { out.To = message.Address{} }, "no address"},
		"a channel only": {func(out *message.Outbound) { out.To.ID = "" }, "no address"},
		"nothing to say": {func(out *message.Outbound) { out.Text = "" }, "nothing to say"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := message.Outbound{ID: "1", To: message.Address{Channel: message.Email, ID: "ana@aurora.example"}, Text: "Oi"}
			tc.change(&out)
			says(t, out.Check(), tc.want)
		})
	}
}

// says checks that an error holds some words; none are wanted: that there is no error.
func says(t *testing.T, err error, words string) {
	t.Helper()
	switch {
	case words == "" && err != nil:
		t.Errorf("got error %v", err)
	case words != "" && (err == nil || !strings.Contains(err.Error(), words)):
		t.Errorf("got error %v, want one with %q", err, words)
	}
}
