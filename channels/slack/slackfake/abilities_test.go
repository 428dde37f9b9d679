package slackfake_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"recado/channels/slack/slackfake"
)

// A form with every kind of input, filled in as people do.
func TestEveryInput(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	input := func(id string, element slack.BlockElement) slack.Block {
		return slack.NewInputBlock(id, plain(id), nil, element)
	}
	choose := func(kind string) slack.BlockElement {
		return slack.NewOptionsSelectBlockElement(kind, plain("qual"), "a", options(2)...)
	}
	lines := slack.NewPlainTextInputBlockElement(plain("diga"), "a").WithMultiline(true).WithInitialValue("antes").WithMinLength(2).WithMaxLength(100)
	view := slack.ModalViewRequest{Type: slack.VTModal, Title: plain("Tudo"), Submit: plain("Salvar"), NotifyOnClose: true, Blocks: slack.Blocks{BlockSet: []slack.Block{
		input("lines", lines), input("choice", choose("static_select")), input("person", choose("users_select")), input("radio", slack.NewRadioButtonsBlockElement("a", options(2)...)),
		input("boxes", slack.NewCheckboxGroupsBlockElement("a", options(2)...)),
		input("people", &slack.MultiSelectBlockElement{Type: "multi_users_select", Placeholder: plain("quem"), ActionID: "a"}),
		input("date", slack.NewDatePickerBlockElement("a")), input("time", slack.NewTimePickerBlockElement("a")), input("when", slack.NewDateTimePickerBlockElement("a")),
		input("mail", slack.NewEmailTextInputBlockElement(nil, "a")), input("site", slack.NewURLTextInputBlockElement(nil, "a")), input("number", slack.NewNumberInputBlockElement(nil, "a", true)),
		slack.NewContextBlock("pé", mrkdwn("rodapé"), slack.NewImageBlockElement("https://x.example/i.png", "i")),
	}}}
	for _, s := range view.Blocks.BlockSet {
		if i, ok := s.(*slack.InputBlock); ok && i.BlockID == "person" {
			i.Element.(*slack.SelectBlockElement).Options = nil
		}
	}
	st.bia.Command(st.support, "/recado", "")
	opened, err := d.OpenView(next[slack.SlashCommand](t, d, nil).TriggerID, view)
	if err != nil {
		t.Fatal(err)
	}
	modal := st.bia.AwaitModal(slackfake.Showing("Tudo", "rodapé"))
	st.bia.Submits(modal, slackfake.Values{
		"choice": "v", "person": st.caio.ID(), "radio": "vv", "boxes": "v vv", "people": st.bia.ID() + " " + st.caio.ID(), "date": "2026-11-28", "time": "08:00",
		"when": "1790000000", "mail": "z@x.example", "site": "https://x.example/", "number": "1.5",
	})
	state := next(t, d, func(c slack.InteractionCallback) bool { return c.Type == slack.InteractionTypeViewSubmission }).View.State.Values
	got := fmt.Sprint(state["lines"]["a"].Value, state["choice"]["a"].SelectedOption.Value, state["person"]["a"].SelectedUser, state["radio"]["a"].SelectedOption.Value,
		len(state["boxes"]["a"].SelectedOptions), state["people"]["a"].SelectedUsers, state["date"]["a"].SelectedDate, state["time"]["a"].SelectedTime,
		state["when"]["a"].SelectedDateTime, state["mail"]["a"].Value, state["site"]["a"].Value, state["number"]["a"].Value)
	if want := fmt.Sprint("antes", "v", st.caio.ID(), "vv", 2, []string{st.bia.ID(), st.caio.ID()}, "2026-11-28", "08:00", 1790000000, "z@x.example", "https://x.example/", "1.5"); got != want {
		t.Errorf("filled in %s, not %s", got, want)
	}
	st.bia.AwaitNoModal()
	if !modal.Now().Closed {
		t.Error("the modal is still open")
	}
	if _, err := d.UpdateView(view, "", "", opened.ID); err == nil || err.Error() != "not_found" {
		t.Errorf("a closed modal was changed: %v", err)
	}
}

// Modals are changed, put on top of each other, and given up.
func TestModalsInAStack(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	view := func(title string) slack.ModalViewRequest {
		return slack.ModalViewRequest{
			Type: slack.VTModal, Title: plain(title), NotifyOnClose: true,
			Blocks: slack.Blocks{BlockSet: []slack.Block{section(title), actions("acts", button("more", "Mais"))}},
		}
	}
	st.bia.Command(st.support, "/recado", "")
	first, err := d.OpenView(next[slack.SlashCommand](t, d, nil).TriggerID, view("um"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.UpdateView(view("um mudado"), "", "stale", first.ID); err == nil || err.Error() != "hash_conflict" {
		t.Errorf("over another's change: %v", err)
	}
	if _, err := d.UpdateView(view("um mudado"), "", first.Hash, first.ID); err != nil {
		t.Fatal(err)
	}
	st.bia.PressesIn(st.bia.AwaitModal(slackfake.Showing("um mudado")), "Mais")
	pressed := next(t, d, func(c slack.InteractionCallback) bool { return c.Type == slack.InteractionTypeBlockActions })
	if _, err := d.PushView(pressed.TriggerID, view("dois")); err != nil {
		t.Fatal(err)
	}
	st.bia.Cancels(st.bia.AwaitModal(slackfake.Showing("dois")))
	next(t, d, func(c slack.InteractionCallback) bool { return c.Type == slack.InteractionTypeViewClosed })
	if front := st.bia.Modal(); front == nil || front.Title != "um mudado" {
		t.Errorf("in front is %+v", front)
	}
}

// Channels change under the app, and files go.
func TestChannelsAndFilesChange(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	other := st.team.PrivateChannel("fiscal", st.bia)
	st.bia.Says(other, "ninguém ouve")
	other.Invite(st.team.Bot())
	next(t, d, func(e *slackevents.MemberJoinedChannelEvent) bool {
		return e.User == st.team.Bot().ID() && e.ChannelType == "G"
	})
	other.Rename("fiscal-2")
	if info, err := d.GetConversationInfo(&slack.GetConversationInfoInput{ChannelID: other.ID()}); err != nil || info.Name != "fiscal-2" || !info.IsPrivate {
		t.Errorf("it is %+v, %v", info, err)
	}
	mine, _, err := d.GetConversationsForUser(&slack.GetConversationsForUserParameters{Types: []string{"public_channel", "private_channel"}})
	if err != nil || len(mine) != 2 {
		t.Errorf("the app is in %d channels, %v", len(mine), err)
	}
	other.Remove(st.team.Bot())
	next[*slackevents.MemberLeftChannelEvent](t, d, nil)
	if _, err := d.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: other.ID()}); err == nil || err.Error() != "channel_not_found" {
		t.Errorf("outside, it reads on: %v", err)
	}

	m := st.bia.Shares(st.support, "", slackfake.Upload{Name: "a.txt", MediaType: "text/plain", Content: []byte("abc")})
	st.bia.DeletesFile(m.Files[0])
	next[*slackevents.FileDeletedEvent](t, d, nil)
	if err := d.GetFile(st.URL()[:len(st.URL())-len("/api/")]+"/files-pri/x-"+m.Files[0].ID()+"/a.txt", io.Discard); err == nil {
		t.Error("a deleted file came")
	}
	own, err := d.UploadFile(slack.UploadFileParameters{Reader: bytes.NewReader([]byte("abc")), FileSize: 3, Filename: "b.txt", Channel: st.support.ID()})
	if err != nil {
		t.Fatal(err)
	}
	shown := st.support.Await(func(m *slackfake.Message) bool { return len(m.Files) == 1 })
	if err := d.DeleteFile(own.ID); err != nil {
		t.Fatal(err)
	}
	shown.AwaitDeleted()
}

// What people type comes as Slack sends it.
func TestWhatIsTyped(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	m := st.bia.Says(st.support, "🔒 só <nós> "+st.caio.Mention()+" 👍🏽")
	heard := next[*slackevents.MessageEvent](t, d, nil)
	if want := ":lock: só &lt;nós&gt; " + st.caio.Mention() + " :+1::skin-tone-4:"; heard.Text != want {
		t.Errorf("heard %q, not %q", heard.Text, want)
	}
	rich, ok := heard.Message.Blocks.BlockSet[0].(*slack.RichTextBlock)
	if !ok || len(rich.Elements[0].(*slack.RichTextSection).Elements) < 5 {
		t.Errorf("rich text is %+v", heard.Message.Blocks)
	}
	st.caio.Reacts(m, "👀")
	if got := m.Now().Emojis(); !slices.Equal(got, []string{"eyes"}) {
		t.Errorf("there are %q", got)
	}
	reactions, err := d.GetReactions(slack.NewRefToMessage(st.support.ID(), m.TS), slack.GetReactionsParameters{})
	if err != nil || len(reactions.Reactions) != 1 || reactions.Reactions[0].Count != 1 {
		t.Errorf("reactions are %+v, %v", reactions, err)
	}
	reply := st.bia.RepliesAloud(m, "para todos")
	aloud := next(t, d, func(e *slackevents.MessageEvent) bool { return e.SubType == "thread_broadcast" })
	if aloud.ThreadTimeStamp != m.TS || len(m.Replies()) != 1 || len(st.support.Messages()) != 2 || reply.UpstreamID() != st.support.ID()+"/"+reply.TS {
		t.Errorf("said aloud: %+v", aloud)
	}
	st.team.OtherBot("CI").Says(st.support, "build falhou")
	next(t, d, func(e *slackevents.MessageEvent) bool { return e.BotID != "" && e.Text == "build falhou" })
	st.team.Workflow("Pedido").Says(st.support, "novo pedido")
	next(t, d, func(e *slackevents.MessageEvent) bool { return e.SubType == "bot_message" && e.Text == "novo pedido" })
}

// An event that was lost on its way is lost for good once Slack has given up, and one call
// of many can be broken.
func TestGivingUpAndTheNthCall(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	d.take = func(socketmode.Event) (any, bool) { return nil, false }
	st.bia.Says(st.support, "oi")
	next(t, d, message("oi"))
	if st.Waiting() != 1 {
		t.Errorf("%d wait", st.Waiting())
	}
	st.GiveUp()
	st.AwaitSettled()
	if n := len(st.Lost()); n != 1 {
		t.Errorf("%d are lost", n)
	}
	st.BreakCall(2, slackfake.Status(500))
	var failed []int
	for i := range 3 {
		if _, err := d.AuthTest(); err != nil {
			failed = append(failed, i)
		}
	}
	if !slices.Equal(failed, []int{1}) {
		t.Errorf("the calls %v failed", failed)
	}
	st.AwaitCalls("auth.test", 2)
}

// Attachments carry a colour and blocks of their own, within the same limits.
func TestAttachments(t *testing.T) {
	t.Parallel()
	refused(t, "invalid_attachments", "3001 characters, of 3000", func(st stage, app *slack.Client) error {
		card := slack.Attachment{Color: "danger", Fallback: "x", Blocks: slack.Blocks{BlockSet: []slack.Block{section(long(3001))}}}
		_, _, err := app.PostMessage(st.support.ID(), slack.MsgOptionText("x", false), slack.MsgOptionAttachments(card))
		return err
	})
	st := staged(t)
	app := client(st.Server, st.team.BotToken())
	card := slack.Attachment{Color: "#36a64f", Fallback: "x", Blocks: slack.Blocks{BlockSet: []slack.Block{section("cartão"), actions("a", button("b", "Assumir"))}}}
	if _, _, err := app.PostMessage(st.support.ID(), slack.MsgOptionText("x", false), slack.MsgOptionAttachments(card)); err != nil {
		t.Fatal(err)
	}
	shown := st.support.Await(slackfake.Saying("cartão"))
	if b := shown.Buttons(); len(b) != 1 || b[0].Text != "Assumir" || !strings.Contains(shown.Words(), "cartão") {
		t.Errorf("it shows %q with %+v", shown.Words(), b)
	}
}
