package main_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"recado/channels/slack/slackfake"
	"recado/testenv"
)

// TestSlackKilled kills the program at each moment that matters between it and Slack: an
// envelope and its acknowledgement, a call and its effect, its effect and its answer, a
// file on its way in and out. After each, everything stands once, where it belongs.
func TestSlackKilled(t *testing.T) {
	t.Parallel()
	d := newThreads(t, settings{}, person{nick: "bia", name: "Bia Campos", team: "agent"}, person{nick: "ana", name: "Ana Lima"})
	ana, bia := d.person("ana"), d.users["bia"]
	k := &killing{threads: d, p: d.serves()}
	ana.writes(draft{subject: "Relatório não abre", text: "O relatório de fretes não abre.", header: []string{ana.vouched()}})
	card := d.card("Relatório não abre")
	first := ana.receives("abrimos o chamado")
	card.AwaitReply(slackfake.Saying("O relatório de fretes não abre."))

	note := k.at("an envelope is committed, and not acknowledged", func() *slackfake.Message {
		d.slack.LoseAcknowledgements(1)
		before := d.ledger.number("select count(*) from inbox")
		m := bia.Replies(card, "nota interna um")
		eventually(t, time.Minute, "it is in the inbox", func() bool { return d.ledger.number("select count(*) from inbox") > before })
		return m
	})
	note.AwaitReaction("🔒")
	note = k.at("an envelope is on its way", func() *slackfake.Message { return bia.Replies(card, "nota interna dois") })
	note.AwaitReaction("🔒")

	k.at("a post without its effect", func() *slackfake.Message {
		g := d.slack.Hold("chat.postMessage")
		ana.replies(first, "Na tela três.")
		g.Await()
		return card
	}).AwaitReply(slackfake.Saying("Na tela três."))
	k.at("a post without its answer", func() *slackfake.Message {
		g := d.slack.HoldAnswer("chat.postMessage")
		ana.replies(first, "E na tela quatro.")
		g.Await()
		return card
	}).AwaitReply(slackfake.Saying("E na tela quatro."))

	k.at("a card's change without its answer", func() *slackfake.Message {
		g := d.slack.HoldAnswer("chat.update")
		m := bia.Replies(card, ">> Já vamos ver um")
		g.Await()
		return m
	}).AwaitReaction("✅")
	k.at("a reaction without its answer", func() *slackfake.Message {
		g := d.slack.HoldAnswer("reactions.add")
		m := bia.Replies(card, ">> Já vamos ver dois")
		g.Await()
		return m
	}).AwaitReaction("✅")

	file := slackfake.Upload{Name: "roteiro.txt", MediaType: "text/plain", Content: bytes.Repeat([]byte("passo a passo\n"), 1000)}
	k.at("a file of the team's on its way in", func() *slackfake.Message {
		g := d.slack.Hold("download")
		m := bia.SharesIn(card, ">> Segue o roteiro", file)
		g.Await()
		return m
	}).AwaitReaction("✅")
	for _, hold := range []func(string) *slackfake.Gate{d.slack.Hold, d.slack.HoldAnswer} {
		for _, step := range []string{"files.getUploadURLExternal", "files.completeUploadExternal"} {
			name := fmt.Sprintf("tela-%d.txt", len(k.files))
			k.files = append(k.files, name)
			k.at(step+" for "+name, func() *slackfake.Message {
				g := hold(step)
				ana.sends(first, name)
				g.Await()
				return card
			}).AwaitReply(func(m *slackfake.Message) bool { return len(m.Files) == 1 && m.Files[0].Name == name })
		}
	}
	k.counts(card, ana)
}

// killing is a desk that is killed at one moment after another.
type killing struct {
	*threads
	p     *program
	files []string // names of what the customer sent
}

// at brings the program to a moment, kills it there, and starts it again.
func (k *killing) at(what string, moment func() *slackfake.Message) *slackfake.Message {
	k.t.Helper()
	m := moment()
	k.p.kill()
	k.t.Logf("killed: %s, %v after its start", what, time.Since(k.p.begun).Round(time.Millisecond))
	k.p = k.serves()
	return m
}

// sends answers a letter with a file.
func (p *person) sends(l letter, name string) {
	p.site.t.Helper()
	id := newMessageID(p.domain())
	text := fmt.Sprintf("%s\r\nFrom: %s\r\nTo: %s\r\nSubject: Re: %s\r\nMessage-ID: %s\r\nIn-Reply-To: %s\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nSegue %s\r\n"+
		"--x\r\nContent-Type: text/plain; name=%s\r\nContent-Disposition: attachment; filename=%s\r\n\r\nos bytes de %s\r\n--x--\r\n",
		p.vouched(), p.address, p.site.address, l.subject(), id, l.id(), name, name, name, name)
	testenv.SendMail(p.site.t, p.address, p.site.address, []byte(text))
}

// counts checks the thread, the customer's mailbox, and that no internal word left.
func (k *killing) counts(card *slackfake.Message, ana *person) {
	k.t.Helper()
	k.rests()
	said := map[string]int{}
	for _, m := range k.room.All() {
		if m.User != k.team.Bot() {
			continue
		}
		if isRoot(m) != (m.TS == card.TS) {
			k.t.Errorf("outside the thread stands %q", m.Words())
		}
		for _, f := range m.Files {
			said["file "+f.Name]++
		}
		if len(m.Files) == 0 && !isRoot(m) {
			said[m.Text]++
		}
	}
	want := []string{"O relatório de fretes não abre.", "Na tela três.", "E na tela quatro."}
	for _, name := range k.files {
		want = append(want, "file "+name)
	}
	for _, words := range want {
		if said[words] != 1 {
			k.t.Errorf("%q stands %d times in the thread", words, said[words])
		}
	}
	k.t.Logf("the thread: %v", said)
	answers := map[string][]string{} // Message-IDs, by answer
	for _, l := range ana.letters() {
		if strings.Contains(l.text, "nota interna") {
			k.t.Errorf("an internal word reached the customer: %q", l.text)
		}
		for _, answer := range []string{"Já vamos ver um", "Já vamos ver dois", "Segue o roteiro"} {
			if strings.Contains(l.text, answer) && !slices.Contains(answers[answer], l.id()) {
				answers[answer] = append(answers[answer], l.id())
			}
		}
		if strings.Contains(l.text, "Segue o roteiro") && !slices.Equal(l.files, []string{"roteiro.txt"}) {
			k.t.Errorf("with %q came the files %q", l.text, l.files)
		}
	}
	for _, answer := range []string{"Já vamos ver um", "Já vamos ver dois", "Segue o roteiro"} {
		if len(answers[answer]) != 1 {
			k.t.Errorf("%q reached the customer as %q", answer, answers[answer])
		}
	}
	if called := k.slack.Mentions(); len(called) > 0 {
		k.t.Errorf("the desk called %q", called)
	}
	if lost := k.slack.Lost(); len(lost) > 0 {
		k.t.Errorf("Slack gave up on %q", lost)
	}
}
