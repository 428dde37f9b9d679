package local_test

import (
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"recado/channels"
	"recado/channels/local"
	"recado/core/message"
)

func TestWhatAPersonDoesBecomesWhatTheChannelWouldMakeOfIt(t *testing.T) {
	h := newHub()
	first := send(t, h, message.Outbound{ID: "m1", To: anaM, Subject: "Chamado 2026-000001", Text: "Oi, Ana.\nTudo bem?",
		Number: "2026-000001", Refs: []string{"oldest", "older"}})
	toBia := send(t, h, message.Outbound{ID: "m2", To: bia, Subject: "Re: Chamado 2026-000001", Text: "x", Number: "2026-000001"})
	menu := send(t, h, message.Outbound{ID: "m3", To: ana, Text: "1. Abrir\n2. Ver",
		Choices: []message.Choice{{Value: "open", Label: "Abrir chamado"}, {Value: "list", Label: "Ver chamados"}}})

	base := func(channel message.Channel, id string, from message.Address, proof message.Proof) message.Inbound {
		return message.Inbound{
			Key:  message.Key{Channel: channel, Account: "local", ID: id},
			Kind: message.Text, Conversation: string(channel) + "/local/" + from.ID, From: from, Proof: proof,
			SentAt: noon, ReceivedAt: noon, Thread: message.Thread{ID: id},
		}
	}
	with := func(in message.Inbound, change func(*message.Inbound)) message.Inbound { change(&in); return in }
	slack := message.Address{Channel: message.Slack, ID: "T1/U1"}

	for _, tc := range []struct {
		name string
		line local.Line
		want message.Inbound
	}{
		{
			"a text on WhatsApp", local.Line{From: ana, Name: "Ana", Text: "oi"},
			with(base(message.WhatsApp, "whatsapp-1", ana, message.ByUpstream), func(in *message.Inbound) { in.FromName, in.Text = "Ana", "oi" }),
		},
		{
			"a quote on WhatsApp", local.Line{From: ana, Text: "essa", Answers: menu.UpstreamID},
			with(base(message.WhatsApp, "whatsapp-2", ana, message.ByUpstream), func(in *message.Inbound) {
				in.Text, in.Thread.Refs = "essa", []string{"m3@local"}
			}),
		},
		{
			"a button, by its label", local.Line{From: ana, Kind: message.Press, Choice: "ver chamados"},
			with(base(message.WhatsApp, "whatsapp-3", ana, message.ByUpstream), func(in *message.Inbound) {
				in.Kind, in.Choice = message.Press, "list"
				in.Target = message.Key{Channel: message.WhatsApp, Account: "local", ID: "m3@local"}
			}),
		},
		{
			"a button, by its number", local.Line{From: ana, Kind: message.Press, Choice: "1", Target: menu.UpstreamID},
			with(base(message.WhatsApp, "whatsapp-4", ana, message.ByUpstream), func(in *message.Inbound) {
				in.Kind, in.Choice = message.Press, "open"
				in.Target = message.Key{Channel: message.WhatsApp, Account: "local", ID: "m3@local"}
			}),
		},
		{
			"a reaction", local.Line{From: ana, Kind: message.Reaction, Choice: "👍", Target: menu.UpstreamID},
			with(base(message.WhatsApp, "whatsapp-5", ana, message.ByUpstream), func(in *message.Inbound) {
				in.Kind, in.Choice = message.Reaction, "👍"
				in.Target = message.Key{Channel: message.WhatsApp, Account: "local", ID: "m3@local"}
			}),
		},
		{
			"an edit of one's own words", local.Line{From: ana, Kind: message.Edit, Text: "olá", Target: "whatsapp-1"},
			with(base(message.WhatsApp, "whatsapp-6", ana, message.ByUpstream), func(in *message.Inbound) {
				in.Kind, in.Text = message.Edit, "olá"
				in.Target = message.Key{Channel: message.WhatsApp, Account: "local", ID: "whatsapp-1"}
			}),
		},
		{
			"a new mail", local.Line{From: anaM, Subject: "sobre o 2026-000009", Text: "oi", Copies: []message.Address{bia}},
			with(base(message.Email, "email-1", anaM, message.ByUpstream), func(in *message.Inbound) {
				in.Subject, in.Text, in.Copies, in.Thread.Numbers = "sobre o 2026-000009", "oi", []message.Address{bia}, []string{"2026-000009"}
			}),
		},
		{
			"a reply by mail", local.Line{From: anaM, Text: "não", Answers: first.UpstreamID},
			with(base(message.Email, "email-2", anaM, message.ByUpstream), func(in *message.Inbound) {
				in.Subject, in.Text, in.FullText = "Re: Chamado 2026-000001", "não", "não\n\n> Oi, Ana.\n> Tudo bem?"
				in.Thread = message.Thread{ID: "email-2", Number: "2026-000001", Refs: []string{"m1@local", "older", "oldest"}, Numbers: []string{"2026-000001"}}
			}),
		},
		{
			"a forged reply to what another was sent", local.Line{From: anaM, Forged: true, Text: "não", Answers: toBia.UpstreamID},
			with(base(message.Email, "email-3", anaM, message.Unproved), func(in *message.Inbound) {
				in.Subject, in.Text, in.FullText = "Re: Chamado 2026-000001", "não", "não\n\n> x"
				in.Thread = message.Thread{ID: "email-3", Refs: []string{"m2@local"}, Numbers: []string{"2026-000001"}}
				in.Doubt = "dmarc=fail (mx.local)"
			}),
		},
		{
			"an unproved reply with one's own token", local.Line{From: bia, Forged: true, Text: "sim", Answers: toBia.UpstreamID},
			with(base(message.Email, "email-4", bia, message.ByToken), func(in *message.Inbound) {
				in.Subject, in.Text, in.FullText = "Re: Chamado 2026-000001", "sim", "sim\n\n> x"
				in.Thread = message.Thread{ID: "email-4", Number: "2026-000001", Refs: []string{"m2@local"}, Numbers: []string{"2026-000001"}}
			}),
		},
		{
			"somebody away", local.Line{From: anaM, Auto: message.AutoReply, Text: "estou de férias"},
			with(base(message.Email, "email-5", anaM, message.ByUpstream), func(in *message.Inbound) {
				in.Auto, in.Text = message.AutoReply, "estou de férias"
			}),
		},
		{
			"words in a Slack thread", local.Line{From: slack, Text: "vejo já", Conversation: "slack/local/thread/9"},
			with(base(message.Slack, "slack-1", slack, message.ByUpstream), func(in *message.Inbound) {
				in.Text, in.Conversation = "vejo já", "slack/local/thread/9"
			}),
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := said(t, h, tc.line); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got\n%+v\nwant\n%+v", got, tc.want)
			}
		})
	}
}

func TestWhatNobodyCanDo(t *testing.T) {
	h := newHub(func(o *local.Options) { o.Files = nil })
	send(t, h, message.Outbound{ID: "m1", To: ana, Text: "1. Sim", Choices: []message.Choice{{Value: "y", Label: "Sim"}}})
	for name, line := range map[string]local.Line{
		"speak as nobody":                {Text: "oi"},
		"press what was not offered":     {From: ana, Kind: message.Press, Choice: "Não"},
		"press where nothing is":         {From: anaM, Kind: message.Press, Choice: "Sim"},
		"press on a message never sent":  {From: ana, Kind: message.Press, Choice: "Sim", Target: "nope"},
		"answer a message never sent":    {From: ana, Answers: "nope"},
		"attach without a place for it":  {From: ana, Files: []local.File{{Name: "a.txt", Content: strings.NewReader("a")}}},
		"speak from a channel, not a ID": {From: message.Address{Channel: message.Email}},
	} {
		if key, err := h.Leave(t.Context(), line); err == nil || !key.IsZero() {
			t.Errorf("%s: %s, %v", name, key, err)
		}
	}
	if n := h.Waiting(); n != 0 {
		t.Errorf("%d items wait", n)
	}
}

func TestRatingPage(t *testing.T) {
	h := newHub()
	s := send(t, h, message.Outbound{ID: "m1", To: anaM, Language: "pt-BR", Text: "avalie", Link: &message.Link{Purpose: "rate", Subject: "s-7"}})
	line, err := local.Rating(s, 5, 0, "bom")
	if err != nil {
		t.Fatal(err)
	}
	in := said(t, h, line)
	form := map[string]string{"survey": "s-7", "service": "5", "comment": "bom", "language": "pt-BR"}
	if in.Key.ID != "rate/s-7/1" || in.Kind != message.Rating || in.Proof != message.ByToken || !reflect.DeepEqual(in.Form, form) {
		t.Errorf("got %+v", in)
	}
	if _, err := local.Rating(send(t, h, message.Outbound{ID: "m2", To: anaM, Text: "oi"}), 5, 5, ""); err == nil {
		t.Error("a message without a link was rated")
	}
	_, err = h.Channel(message.Web).Send(t.Context(), message.Outbound{ID: "m3", To: line.From, Text: "oi"})
	if kind, _ := channels.KindOf(err); err == nil || kind != channels.Permanent {
		t.Errorf("sent to the web: %v", err)
	}
}

func TestFilesWithinTheLimits(t *testing.T) {
	h := newHub()
	line := local.Line{From: ana, Files: []local.File{
		{Name: "nota.pdf", Content: strings.NewReader("PDF")},
		{Name: "grande.bin", Content: io.LimitReader(zeros{}, message.MaxFileSize+1)},
		{Name: "foto", MediaType: "image/jpeg", Content: strings.NewReader("JPEG")},
	}}
	for i := len(line.Files); i <= message.MaxFiles; i++ {
		line.Files = append(line.Files, local.File{Name: fmt.Sprint(i), Content: strings.NewReader("x")})
	}
	in := said(t, h, line)
	if len(in.Attachments) != 9 || in.Attachments[0].MediaType != "application/pdf" || in.Attachments[0].Size != 3 || in.Attachments[1].MediaType != "image/jpeg" {
		t.Errorf("kept %+v", in.Attachments)
	}
	want := []message.Refusal{{Name: "grande.bin", Size: message.MaxFileSize + 1, Why: message.TooLarge}, {Name: "10", Why: message.TooMany}}
	if !reflect.DeepEqual(in.Refused, want) {
		t.Errorf("refused %+v, want %+v", in.Refused, want)
	}
	out := message.Outbound{ID: "m1", To: ana, Text: "x", Attachments: in.Attachments[:1]}
	send(t, h, out)
	out.Attachments = []message.Attachment{{Name: "sumiu.pdf", Digest: "nope"}}
	if _, err := h.Channel(message.WhatsApp).Send(t.Context(), out); err == nil {
		t.Error("a file that is not there was sent")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
