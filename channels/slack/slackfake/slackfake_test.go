package slackfake_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"recado/channels/slack/slackfake"
)

// desk is the app as a program runs it: a client, and a socket whose events it notes.
type desk struct {
	*slack.Client
	socket *socketmode.Client
	events chan socketmode.Event
	take   func(socketmode.Event) (answer any, ack bool)
}

// stage is a workspace with a channel in which the app, an agent and a colleague are.
type stage struct {
	*slackfake.Server
	team    *slackfake.Workspace
	support *slackfake.Channel
	bia     *slackfake.User
	caio    *slackfake.User
}

func staged(t *testing.T) stage {
	t.Helper()
	s := slackfake.New(t)
	w := s.Workspace("Aurora")
	bia, caio := w.Member("Bia Souza", "bia@aurora.example"), w.Member("Caio Lima", "caio@aurora.example")
	return stage{Server: s, team: w, bia: bia, caio: caio, support: w.Channel("suporte", bia, caio, w.Bot())}
}

func client(s *slackfake.Server, token string) *slack.Client {
	return slack.New(token, slack.OptionAPIURL(s.URL()), slack.OptionAppLevelToken(s.AppToken()))
}

// connected opens a socket whose envelopes are acknowledged as they come.
func connected(t *testing.T, st stage) *desk {
	t.Helper()
	d := &desk{Client: client(st.Server, st.team.BotToken()), events: make(chan socketmode.Event, 1000)}
	d.take = func(socketmode.Event) (any, bool) { return nil, true }
	d.open(t)
	st.AwaitSockets(1)
	return d
}

func (d *desk) open(t *testing.T) {
	t.Helper()
	quiet := slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	d.socket = socketmode.New(d.Client, socketmode.OptionLog(quiet))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = d.socket.RunContext(ctx)
	}()
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-d.socket.Events:
				if e.Request != nil && e.Request.EnvelopeID != "" {
					if answer, ack := d.take(e); ack && answer != nil {
						_ = d.socket.Ack(*e.Request, answer)
					} else if ack {
						_ = d.socket.Ack(*e.Request)
					}
				}
				d.events <- e
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

// next waits for something that the app was told and ok accepts.
func next[E any](t *testing.T, d *desk, ok func(E) bool) E {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		select {
		case e := <-d.events:
			data := e.Data
			if api, is := data.(slackevents.EventsAPIEvent); is {
				data = api.InnerEvent.Data
			}
			if want, is := data.(E); is && (ok == nil || ok(want)) {
				return want
			}
		case <-late:
			var none E
			t.Fatalf("no %T came", none)
		}
	}
}

func message(text string) func(*slackevents.MessageEvent) bool {
	return func(e *slackevents.MessageEvent) bool {
		return e.Text == text || e.Message != nil && e.Message.Text == text
	}
}

func TestWhoAmI(t *testing.T) {
	t.Parallel()
	st := staged(t)
	who, err := client(st.Server, st.team.BotToken()).AuthTest()
	if err != nil || who.TeamID != st.team.ID() || who.UserID != st.team.Bot().ID() || who.BotID != st.team.BotID() {
		t.Errorf("%+v, %v", who, err)
	}
	if scopes := who.Header.Get("X-Oauth-Scopes"); !strings.Contains(scopes, "chat:write") {
		t.Errorf("scopes are %q", scopes)
	}
}

func TestTalkInAThread(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	root := st.bia.Says(st.support, "O CT-e de <Ana> não autoriza: veja https://x.example/a?b=1&c=2")
	heard := next(t, d, func(e *slackevents.MessageEvent) bool { return e.User == st.bia.ID() })
	if heard.Channel != st.support.ID() || heard.TimeStamp != root.TS || heard.ChannelType != "channel" {
		t.Errorf("heard %+v", heard)
	}
	if want := "O CT-e de &lt;Ana&gt; não autoriza: veja <https://x.example/a?b=1&amp;c=2>"; heard.Text != want {
		t.Errorf("heard %q, not %q", heard.Text, want)
	}
	_, ts, err := d.PostMessage(st.support.ID(), slack.MsgOptionText("Já olho", false), slack.MsgOptionTS(root.TS), slack.MsgOptionUsername("Ana"),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "recado", EventPayload: map[string]any{"id": "1", "part": 1}}))
	if err != nil {
		t.Fatal(err)
	}
	reply := root.AwaitReply(slackfake.Saying("Já olho"))
	if reply.TS != ts || reply.Username != "Ana" || reply.Metadata["event_type"] != "recado" || reply.ThreadTS != root.TS {
		t.Errorf("the channel shows %+v", reply)
	}
	own := next(t, d, message("Já olho"))
	if own.BotID != st.team.BotID() || own.ThreadTimeStamp != root.TS || own.SubType != "bot_message" {
		t.Errorf("of itself it heard %+v", own)
	}
	said, _, _, err := d.GetConversationReplies(&slack.GetConversationRepliesParameters{ChannelID: st.support.ID(), Timestamp: root.TS, IncludeAllMetadata: true})
	if err != nil || len(said) != 2 || said[0].ReplyCount != 1 || said[1].Metadata.EventPayload["id"] != "1" {
		t.Errorf("the thread is %+v, %v", said, err)
	}
}

func TestEditsAndDeletions(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	m := st.bia.Says(st.support, "ola")
	st.bia.Edits(m, "olá")
	changed := next(t, d, func(e *slackevents.MessageEvent) bool { return e.SubType == "message_changed" })
	if changed.Message.Text != "olá" || changed.PreviousMessage.Text != "ola" || changed.Message.Edited == nil {
		t.Errorf("changed: %+v", changed)
	}
	st.bia.Replies(m, "e mais")
	st.bia.Deletes(m)
	next(t, d, func(e *slackevents.MessageEvent) bool {
		return e.SubType == "message_changed" && e.Message.SubType == "tombstone" && e.PreviousMessage.Text == "olá"
	})
	loose := st.bia.Says(st.support, "à toa")
	st.bia.Deletes(loose)
	next(t, d, func(e *slackevents.MessageEvent) bool {
		return e.SubType == "message_deleted" && e.PreviousMessage.Text == "à toa"
	})

	_, ts, err := d.PostMessage(st.support.ID(), slack.MsgOptionText("cartão", false))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := d.UpdateMessage(st.support.ID(), ts, slack.MsgOptionText("cartão novo", false)); err != nil {
		t.Fatal(err)
	}
	card := st.support.Await(slackfake.Saying("cartão novo"))
	if !slices.Equal(card.Past, []string{"cartão"}) {
		t.Errorf("before, it said %q", card.Past)
	}
	if _, _, err := d.DeleteMessage(st.support.ID(), ts); err != nil {
		t.Fatal(err)
	}
	card.AwaitDeleted()
}

func TestReactions(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	m := st.bia.Says(st.support, "nota")
	at := slack.NewRefToMessage(st.support.ID(), m.TS)
	if err := d.AddReaction("lock", at); err != nil {
		t.Fatal(err)
	}
	m.AwaitReaction("lock")
	if err := d.AddReaction("lock", at); err == nil || err.Error() != "already_reacted" {
		t.Errorf("twice: %v", err)
	}
	if err := d.RemoveReaction("lock", at); err != nil {
		t.Fatal(err)
	}
	m.AwaitNoReaction("lock")
	if err := d.RemoveReaction("lock", at); err == nil || err.Error() != "no_reaction" {
		t.Errorf("taken away twice: %v", err)
	}
	st.caio.Reacts(m, "eyes")
	next(t, d, func(e *slackevents.ReactionAddedEvent) bool {
		return e.Reaction == "eyes" && e.User == st.caio.ID() && e.Item.Timestamp == m.TS && e.ItemUser == st.bia.ID()
	})
	st.caio.Unreacts(m, "eyes")
	next(t, d, func(e *slackevents.ReactionRemovedEvent) bool { return e.Reaction == "eyes" })
}

func TestFilesBothWays(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	content := bytes.Repeat([]byte("nota fiscal\n"), 5000)
	shared := st.bia.Shares(st.support, "segue a nota", slackfake.Upload{Name: "nota fiscal.txt", MediaType: "text/plain", Content: content})
	heard := next(t, d, func(e *slackevents.MessageEvent) bool { return e.SubType == "file_share" && len(e.Message.Files) == 1 })
	var got bytes.Buffer
	if err := d.GetFile(heard.Message.Files[0].URLPrivateDownload, &got); err != nil || !bytes.Equal(got.Bytes(), content) {
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
	stranger := slack.New("xoxb-nobody", slack.OptionAPIURL(st.URL()))
	if err := stranger.GetFile(heard.Message.Files[0].URLPrivate, io.Discard); err == nil || !strings.Contains(err.Error(), "sign-in") {
		t.Errorf("without a right the file came: %v", err)
	}
	file, err := d.UploadFile(slack.UploadFileParameters{
		Reader: bytes.NewReader(content), FileSize: len(content), Filename: "resposta.txt", Title: "Resposta", Channel: st.support.ID(), ThreadTimestamp: shared.TS,
	})
	if err != nil {
		t.Fatal(err)
	}
	reply := shared.AwaitReply(func(m *slackfake.Message) bool { return len(m.Files) == 1 })
	if f := reply.Files[0]; f.Name != "resposta.txt" || f.Title != "Resposta" || !bytes.Equal(f.Content, content) || f.ID() != file.ID {
		t.Errorf("it shared %+v", f)
	}
	info, _, _, err := d.GetFileInfo(file.ID, 1, 1)
	if err != nil || info.Shares.Public[st.support.ID()][0].Ts != reply.TS {
		t.Errorf("files.info says %+v, %v", info, err)
	}
}

func TestButtonModalAndCommand(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	button := slack.NewButtonBlockElement("take", "2026-000001", slack.NewTextBlockObject("plain_text", "Assumir", false, false))
	_, ts, err := d.PostMessage(st.support.ID(), slack.MsgOptionText("Chamado", false),
		slack.MsgOptionBlocks(slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", "*Chamado*", false, false), nil, nil), slack.NewActionBlock("acts", button)))
	if err != nil {
		t.Fatal(err)
	}
	card := st.support.Await(slackfake.Saying("*Chamado*"))
	pressed := st.bia.Presses(card, "Assumir")
	press := next(t, d, func(c slack.InteractionCallback) bool { return c.Type == slack.InteractionTypeBlockActions })
	action := press.ActionCallback.BlockActions[0]
	if action.ActionID != "take" || action.Value != "2026-000001" || press.User.ID != st.bia.ID() || press.Container.MessageTs != ts || press.Channel.ID != st.support.ID() {
		t.Errorf("pressed %+v", press)
	}
	if why := pressed.Await(); why != "" {
		t.Errorf("bia saw %s", why)
	}
	input := slack.NewInputBlock("reason", slack.NewTextBlockObject("plain_text", "Motivo", false, false), nil, slack.NewPlainTextInputBlockElement(nil, "text"))
	view := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "close", PrivateMetadata: "2026-000001", Title: slack.NewTextBlockObject("plain_text", "Encerrar", false, false),
		Submit: slack.NewTextBlockObject("plain_text", "Encerrar", false, false), Blocks: slack.Blocks{BlockSet: []slack.Block{input}},
	}
	if _, err := d.OpenView(press.TriggerID, view); err != nil {
		t.Fatal(err)
	}
	modal := st.bia.AwaitModal(slackfake.Showing("Motivo"))
	d.take = func(e socketmode.Event) (any, bool) {
		if c, ok := e.Data.(slack.InteractionCallback); ok && c.Type == slack.InteractionTypeViewSubmission && c.View.State.Values["reason"]["text"].Value == "curto" {
			return slack.NewErrorsViewSubmissionResponse(map[string]string{"reason": "diga mais"}), true
		}
		return nil, true
	}
	st.bia.Submits(modal, slackfake.Values{"reason": "curto"}).Await()
	if again := st.bia.Modal(); again == nil || again.Errors["reason"] != "diga mais" {
		t.Errorf("the modal shows %+v", again)
	}
	st.bia.Submits(modal, slackfake.Values{"reason": "resolvido no lote"})
	st.bia.AwaitNoModal()
	next(t, d, func(c slack.InteractionCallback) bool {
		return c.Type == slack.InteractionTypeViewSubmission && c.View.State.Values["reason"]["text"].Value == "resolvido no lote" && c.View.PrivateMetadata == "2026-000001"
	})
	st.bia.Command(st.support, "/recado", "fila")
	command := next[slack.SlashCommand](t, d, nil)
	if command.Text != "fila" || command.UserID != st.bia.ID() || command.ChannelID != st.support.ID() {
		t.Errorf("command %+v", command)
	}
	if _, err := d.PostEphemeral(st.support.ID(), st.bia.ID(), slack.MsgOptionText("só você vê", false)); err != nil {
		t.Fatal(err)
	}
	st.bia.AwaitEphemeral(slackfake.Saying("só você vê"))
	if n := len(st.caio.Ephemerals()); n != 0 {
		t.Errorf("caio sees %d", n)
	}
	st.bia.Shortcut(card, "ticket")
	next(t, d, func(c slack.InteractionCallback) bool {
		return c.Type == slack.InteractionTypeMessageAction && c.MessageTs == ts
	})
}

func TestHome(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	st.bia.OpensHome()
	opened := next[*slackevents.AppHomeOpenedEvent](t, d, nil)
	view := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{
		slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", "Minha fila", false, false)),
	}}}
	if _, err := d.PublishView(opened.User, view, ""); err != nil {
		t.Fatal(err)
	}
	st.bia.AwaitHome(slackfake.Showing("Minha fila"))
}
