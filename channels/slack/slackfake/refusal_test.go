package slackfake_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/slack-go/slack"

	"recado/channels/slack/slackfake"
)

// witness is a test that notes what the fake holds against its client.
type witness struct {
	testing.TB
	mu       sync.Mutex
	failures []string
	cleanup  []func()
}

func (w *witness) Helper() {}

func (w *witness) Error(args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.failures = append(w.failures, args[0].(string))
}

func (w *witness) Cleanup(f func()) { w.cleanup = append(w.cleanup, f) }

func (w *witness) end() {
	for _, f := range slices.Backward(w.cleanup) {
		f()
	}
}

func TestWhatIsStrangeFailsTheTest(t *testing.T) {
	t.Parallel()
	w := &witness{TB: t}
	s := slackfake.New(w)
	team := s.Workspace("Aurora")
	if _, _, err := client(s, team.BotToken()).PostMessage("C404", slack.MsgOptionText("<!channel> oi", false)); err == nil {
		t.Error("it posted to nowhere")
	}
	if _, _, err := client(s, team.BotToken()).PostMessage(team.Channel("x", team.Bot()).ID(), slack.MsgOptionText("", false)); err == nil {
		t.Error("it said nothing")
	}
	w.end()
	if len(w.failures) != 1 || !strings.Contains(w.failures[0], "chat.postMessage: no_text") {
		t.Errorf("the test failed with %q", w.failures)
	}
}

func plain(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject("plain_text", text, false, false)
}

func mrkdwn(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject("mrkdwn", text, false, false)
}

func section(text string) slack.Block { return slack.NewSectionBlock(mrkdwn(text), nil, nil) }

func button(action, label string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(action, "v", plain(label))
}

func actions(block string, elements ...slack.BlockElement) slack.Block {
	return slack.NewActionBlock(block, elements...)
}

func many[T any](n int, one func(i int) T) (all []T) {
	for i := range n {
		all = append(all, one(i))
	}
	return all
}

func long(n int) string { return strings.Repeat("x", n) }

func options(n int) []*slack.OptionBlockObject {
	return many(n, func(i int) *slack.OptionBlockObject {
		return slack.NewOptionBlockObject(strings.Repeat("v", i+1), plain("o"), nil)
	})
}

// Each of these is what a right client never sends: Slack's answer, and what the test
// fails with.
func TestRefusesWrongBlocks(t *testing.T) {
	t.Parallel()
	choice := func(n int) slack.BlockElement {
		return slack.NewOptionsSelectBlockElement("static_select", plain("qual"), "pick", options(n)...)
	}
	for name, bad := range map[string]struct {
		blocks []slack.Block
		oddity string
	}{
		"too many blocks":      {many(51, func(int) slack.Block { return section("x") }), "51 blocks, of 50"},
		"a long section":       {[]slack.Block{section(long(3001))}, "3001 characters, of 3000"},
		"emoji count twice":    {[]slack.Block{section(strings.Repeat("😀", 1501))}, "3002 characters, of 3000"},
		"an empty section":     {[]slack.Block{slack.NewSectionBlock(nil, nil, nil)}, "neither text nor fields"},
		"an empty text":        {[]slack.Block{section("")}, "an empty text"},
		"eleven fields":        {[]slack.Block{slack.NewSectionBlock(nil, many(11, func(int) *slack.TextBlockObject { return mrkdwn("f") }), nil)}, "a list of 11"},
		"a long field":         {[]slack.Block{slack.NewSectionBlock(nil, []*slack.TextBlockObject{mrkdwn(long(2001))}, nil)}, "2001 characters, of 2000"},
		"a long header":        {[]slack.Block{slack.NewHeaderBlock(plain(long(151)))}, "151 characters, of 150"},
		"a mrkdwn header":      {[]slack.Block{slack.NewHeaderBlock(mrkdwn("*x*"))}, `"mrkdwn" is none of [plain_text]`},
		"a long button":        {[]slack.Block{actions("a", button("b", long(76)))}, "76 characters, of 75"},
		"a long value":         {[]slack.Block{actions("a", slack.NewButtonBlockElement("b", long(2001), plain("x")))}, "2001 characters, of 2000"},
		"a long action id":     {[]slack.Block{actions("a", button(long(256), "x"))}, "256 characters, of 255"},
		"an action id twice":   {[]slack.Block{actions("a", button("b", "x"), button("b", "y"))}, "b is there twice in this block"},
		"a long block id":      {[]slack.Block{actions(long(256), button("b", "x"))}, "256 characters, of 255"},
		"a block id twice":     {[]slack.Block{actions("a", button("b", "x")), actions("a", button("c", "x"))}, "a is there twice"},
		"26 buttons":           {[]slack.Block{actions("a", many(26, func(i int) slack.BlockElement { return button(long(i+1), "x") })...)}, "a list of 26"},
		"no buttons":           {[]slack.Block{actions("a")}, "elements is missing"},
		"a style of our own":   {[]slack.Block{actions("a", button("b", "x").WithStyle("warning"))}, "is none of [primary danger]"},
		"101 options":          {[]slack.Block{actions("a", choice(101))}, "a list of 101"},
		"no options":           {[]slack.Block{actions("a", slack.NewOptionsSelectBlockElement("static_select", plain("q"), "p"))}, "one of options and option_groups"},
		"a long option value":  {[]slack.Block{actions("a", slack.NewOptionsSelectBlockElement("static_select", plain("q"), "p", slack.NewOptionBlockObject(long(151), plain("o"), nil)))}, "151 characters, of 150"},
		"a long placeholder":   {[]slack.Block{actions("a", slack.NewOptionsSelectBlockElement("static_select", plain(long(151)), "p", options(1)...))}, "151 characters, of 150"},
		"an option not there":  {[]slack.Block{actions("a", slack.NewOptionsSelectBlockElement("static_select", plain("q"), "p", options(1)...).WithInitialOption(slack.NewOptionBlockObject("z", plain("z"), nil)))}, "z is not offered"},
		"an input in actions":  {[]slack.Block{actions("a", slack.NewPlainTextInputBlockElement(nil, "p"))}, `"plain_text_input" has no place in a block actions`},
		"a long confirmation":  {[]slack.Block{actions("a", button("b", "x").WithConfirm(slack.NewConfirmationBlockObject(plain("t"), plain(long(301)), plain("s"), plain("n"))))}, "301 characters, of 300"},
		"eleven context texts": {[]slack.Block{slack.NewContextBlock("c", many(11, func(int) slack.MixedElement { return mrkdwn("x") })...)}, "a list of 11"},
		"a block not known":    {[]slack.Block{slack.NewMarkdownBlock("m", "# x")}, `knows no block "markdown"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, "invalid_blocks", bad.oddity, func(st stage, app *slack.Client) error {
				_, _, err := app.PostMessage(st.support.ID(), slack.MsgOptionText("x", false), slack.MsgOptionBlocks(bad.blocks...))
				return err
			})
		})
	}
}

// refused demands of what an app does an error, and an oddity; "" is none.
func refused(t *testing.T, wantError, wantOddity string, do func(stage, *slack.Client) error) {
	t.Helper()
	st := staged(t)
	err := do(st, client(st.Server, st.team.BotToken()))
	odd := st.Oddities()
	if err == nil || err.Error() != wantError {
		t.Errorf("it answered %v, not %s", err, wantError)
	}
	if (wantOddity == "") != (len(odd) == 0) || !strings.Contains(strings.Join(odd, "\n"), wantOddity) {
		t.Errorf("noticed: %q, not %q", odd, wantOddity)
	}
}

func TestRefusesWrongViews(t *testing.T) {
	t.Parallel()
	text := slack.NewInputBlock("i", plain("Motivo"), nil, slack.NewPlainTextInputBlockElement(nil, "t"))
	good := slack.ModalViewRequest{Type: slack.VTModal, Title: plain("T"), Submit: plain("S"), Blocks: slack.Blocks{BlockSet: []slack.Block{text}}}
	for name, bad := range map[string]struct {
		change func(*slack.ModalViewRequest)
		oddity string
	}{
		"a long title":    {func(v *slack.ModalViewRequest) { v.Title = plain(long(25)) }, "25 characters, of 24"},
		"no title":        {func(v *slack.ModalViewRequest) { v.Title = nil }, "title is missing"},
		"a long submit":   {func(v *slack.ModalViewRequest) { v.Submit = plain(long(25)) }, "25 characters, of 24"},
		"no submit":       {func(v *slack.ModalViewRequest) { v.Submit = nil }, "inputs without submit"},
		"long metadata":   {func(v *slack.ModalViewRequest) { v.PrivateMetadata = long(3001) }, "3001 characters, of 3000"},
		"a long callback": {func(v *slack.ModalViewRequest) { v.CallbackID = long(256) }, "256 characters, of 255"},
		"a home":          {func(v *slack.ModalViewRequest) { v.Type = slack.VTHomeTab }, "its type is home, not modal"},
		"101 blocks": {func(v *slack.ModalViewRequest) {
			v.Blocks.BlockSet = many(101, func(int) slack.Block { return section("x") })
		}, "101 blocks, of 100"},
		"no blocks": {func(v *slack.ModalViewRequest) { v.Blocks.BlockSet = []slack.Block{} }, "no blocks"},
		"a long label": {func(v *slack.ModalViewRequest) {
			v.Blocks.BlockSet = []slack.Block{slack.NewInputBlock("i", plain(long(2001)), nil, slack.NewPlainTextInputBlockElement(nil, "t"))}
		}, "2001 characters, of 2000"},
		"a button for one": {func(v *slack.ModalViewRequest) {
			v.Blocks.BlockSet = []slack.Block{slack.NewInputBlock("i", plain("x"), nil, button("b", "x"))}
		}, `"button" has no place in a block input`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, "invalid_arguments", bad.oddity, func(_ stage, app *slack.Client) error {
				view := good
				bad.change(&view)
				_, err := app.OpenView("any", view)
				return err
			})
		})
	}
}

// raw calls a method as no client of ours would.
func raw(st stage, method, contentType, body string) error {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, st.URL()+method, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Authorization", "Bearer "+st.team.BotToken())
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var answer bytes.Buffer
	if _, err := answer.ReadFrom(resp.Body); err != nil {
		return err
	}
	_, after, found := strings.Cut(answer.String(), `"error":"`)
	if !found {
		return nil
	}
	code, _, _ := strings.Cut(after, `"`)
	return errors.New(code)
}

const form = "application/x-www-form-urlencoded"

func TestRefusesWrongCalls(t *testing.T) {
	t.Parallel()
	type do = func(st stage, app *slack.Client) error
	say := func(channel string, options ...slack.MsgOption) do {
		return func(st stage, app *slack.Client) error {
			if channel == "" {
				channel = st.support.ID()
			}
			_, _, err := app.PostMessage(channel, options...)
			return err
		}
	}
	text := slack.MsgOptionText("x", false)
	for name, bad := range map[string]struct {
		do            do
		error, oddity string
	}{
		"a method not there":  {func(st stage, _ *slack.Client) error { return raw(st, "chat.shout", form, "") }, "unknown_method", "there is no method chat.shout"},
		"an argument missing": {func(st stage, _ *slack.Client) error { return raw(st, "chat.delete", form, "channel=C1") }, "invalid_arguments", "the argument ts is missing"},
		"JSON where none goes": {func(st stage, _ *slack.Client) error {
			return raw(st, "users.info", "application/json", `{"user":"U1"}`)
		}, "invalid_post_type", "it takes no JSON"},
		"JSON that is none": {func(st stage, _ *slack.Client) error {
			return raw(st, "chat.postMessage", "application/json", `{"channel`)
		}, "invalid_json", "cannot be read"},
		"plain text": {func(st stage, _ *slack.Client) error { return raw(st, "chat.postMessage", "text/plain", `x`) }, "invalid_post_type", "cannot be read"},
		"no token":   {func(st stage, _ *slack.Client) error { _, err := client(st.Server, "").AuthTest(); return err }, "not_authed", "no token"},
		"an app's token": {func(st stage, _ *slack.Client) error {
			_, err := client(st.Server, st.AppToken()).AuthTest()
			return err
		}, "not_allowed_token_type", "an app-level token"},
		"a bot's for a socket":  {func(st stage, _ *slack.Client) error { return raw(st, "apps.connections.open", form, "") }, "not_allowed_token_type", "a bot token"},
		"nothing to say":        {say(""), "no_text", "nothing to say"},
		"too much to say":       {say("", slack.MsgOptionText(long(40001), false)), "msg_too_long", "40001 characters, of 40000"},
		"a thread never there":  {say("", text, slack.MsgOptionTS("1.000001")), "thread_not_found", "no message of suporte"},
		"metadata without type": {say("", text, slack.MsgOptionMetadata(slack.SlackMetadata{EventPayload: map[string]any{"a": 1}})), "invalid_metadata_schema", "event_type"},
		"metadata too large":    {say("", text, slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "x", EventPayload: map[string]any{"a": long(9000)}})), "metadata_too_large", "over 8192 bytes"},
		"as a user":             {say("", text, slack.MsgOptionAsUser(true)), "as_user_not_supported", "classic"},
		"nobody's DM":           {say("U404", text), "channel_not_found", "nobody is U404"},
		"an unfurl": {func(st stage, app *slack.Client) error {
			_, _, _, err := app.UnfurlMessage(st.support.ID(), "1.1", nil)
			return err
		}, "cannot_unfurl_url", "no domains"},
		"another's message edited": {func(st stage, app *slack.Client) error {
			_, _, _, err := app.UpdateMessage(st.support.ID(), st.bia.Says(st.support, "meu").TS, text)
			return err
		}, "cant_update_message", "Bia Souza's"},
		"another's message deleted": {func(st stage, app *slack.Client) error {
			_, _, err := app.DeleteMessage(st.support.ID(), st.bia.Says(st.support, "meu").TS)
			return err
		}, "cant_delete_message", "Bia Souza's"},
		"a long edit": {func(st stage, app *slack.Client) error {
			_, ts, err := app.PostMessage(st.support.ID(), text)
			if err != nil {
				return err
			}
			_, _, _, err = app.UpdateMessage(st.support.ID(), ts, slack.MsgOptionText(long(4001), false))
			return err
		}, "msg_too_long", "4001 characters, of 4000"},
		"an emoji itself": {func(st stage, app *slack.Client) error {
			return app.AddReaction("👀", slack.NewRefToMessage(st.support.ID(), st.bia.Says(st.support, "x").TS))
		}, "invalid_name", "no emoji's name"},
		"an emoji in colons": {func(st stage, app *slack.Client) error {
			return app.AddReaction(":eyes:", slack.NewRefToMessage(st.support.ID(), st.bia.Says(st.support, "x").TS))
		}, "invalid_name", "no emoji's name"},
		"a trigger of one's own": {func(_ stage, app *slack.Client) error {
			_, err := app.OpenView("1.2.3", slack.ModalViewRequest{Type: slack.VTModal, Title: plain("T"), Blocks: slack.Blocks{BlockSet: []slack.Block{section("x")}}})
			return err
		}, "invalid_trigger_id", "never given"},
		"a DM with a bot": {func(st stage, app *slack.Client) error {
			_, _, _, err := app.OpenConversation(&slack.OpenConversationParameters{Users: []string{st.team.OtherBot("CI").ID()}})
			return err
		}, "cannot_dm_bot", "CI is a bot"},
		"a file of no size": {func(st stage, _ *slack.Client) error {
			return raw(st, "files.getUploadURLExternal", form, url.Values{"filename": {"x"}, "length": {"0"}}.Encode())
		}, "invalid_arguments", "length"},
		"a client's secret": {func(st stage, _ *slack.Client) error {
			_, err := slack.GetOAuthV2Response(http.DefaultClient, st.ClientID(), "guess", st.team.InstallCode(), "", slack.OAuthOptionAPIURL(st.URL()))
			return err
		}, "bad_client_secret", "another"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, bad.error, bad.oddity, bad.do)
		})
	}
}

// What a right client may meet: an error of Slack's, and no oddity.
func TestAnswersAsSlackDoes(t *testing.T) {
	t.Parallel()
	type do = func(st stage, app *slack.Client) error
	post := func(channel string, app *slack.Client, options ...slack.MsgOption) error {
		_, _, err := app.PostMessage(channel, append(options, slack.MsgOptionText("x", false))...)
		return err
	}
	for name, one := range map[string]struct {
		do    do
		error string
	}{
		"a token never given": {func(st stage, _ *slack.Client) error { _, err := client(st.Server, "xoxb-x").AuthTest(); return err }, "invalid_auth"},
		"a channel not there": {func(_ stage, app *slack.Client) error { return post("C404", app) }, "channel_not_found"},
		"a private channel without it": {func(st stage, app *slack.Client) error {
			return post(st.team.PrivateChannel("p", st.bia).ID(), app)
		}, "channel_not_found"},
		"a public channel without it": {func(st stage, app *slack.Client) error {
			st.team.Withdraw("chat:write.public")
			return post(st.team.Channel("p", st.bia).ID(), app)
		}, "not_in_channel"},
		"an archived channel": {func(st stage, app *slack.Client) error {
			st.support.Archive()
			return post(st.support.ID(), app)
		}, "is_archived"},
		"no scope to post": {func(st stage, app *slack.Client) error {
			st.team.Withdraw("chat:write")
			return post(st.support.ID(), app)
		}, "missing_scope"},
		"no scope for a name": {func(st stage, app *slack.Client) error {
			st.team.Withdraw("chat:write.customize")
			return post(st.support.ID(), app, slack.MsgOptionUsername("Ana"))
		}, "missing_scope"},
		"a message gone meanwhile": {func(st stage, app *slack.Client) error {
			m := st.bia.Says(st.support, "x")
			st.bia.Deletes(m)
			return app.AddReaction("eyes", slack.NewRefToMessage(st.support.ID(), m.TS))
		}, "message_not_found"},
		"a user outside": {func(st stage, app *slack.Client) error {
			_, err := app.PostEphemeral(st.support.ID(), st.team.Member("Zé", "").ID(), slack.MsgOptionText("x", false))
			return err
		}, "user_not_in_channel"},
		"nobody with that address": {func(_ stage, app *slack.Client) error { _, err := app.GetUserByEmail("z@z.example"); return err }, "users_not_found"},
		"a code used twice": {func(st stage, _ *slack.Client) error {
			code := st.team.InstallCode()
			var err error
			for range 2 {
				_, err = slack.GetOAuthV2Response(http.DefaultClient, st.ClientID(), st.ClientSecret(), code, "", slack.OAuthOptionAPIURL(st.URL()))
			}
			return err
		}, "invalid_code"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, one.error, "", one.do)
		})
	}
}

func TestStrangeButAnswered(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		do     func(st stage, app *slack.Client) error
		oddity string
	}{
		"an argument nobody knows": {func(st stage, _ *slack.Client) error {
			return raw(st, "chat.postMessage", form, url.Values{"channel": {st.support.ID()}, "text": {"x"}, "colour": {"red"}}.Encode())
		}, "there is no argument colour"},
		"names made into mentions": {func(st stage, app *slack.Client) error {
			_, _, err := app.PostMessage(st.support.ID(), slack.MsgOptionText("@bia", false), slack.MsgOptionLinkNames(true))
			return err
		}, "make mentions"},
		"a reply for a root": {func(st stage, app *slack.Client) error {
			reply := st.bia.Replies(st.bia.Says(st.support, "x"), "y")
			_, _, err := app.PostMessage(st.support.ID(), slack.MsgOptionText("x", false), slack.MsgOptionTS(reply.TS))
			return err
		}, "is a reply"},
		"blocks without a text": {func(st stage, app *slack.Client) error {
			_, _, err := app.PostMessage(st.support.ID(), slack.MsgOptionBlocks(section("x")))
			return err
		}, "blocks without a text"},
		"somewhere else": {func(st stage, _ *slack.Client) error { return raw(st, "../login", form, "") }, "a request for POST"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := staged(t)
			if err := one.do(st, client(st.Server, st.team.BotToken())); err != nil {
				t.Errorf("it answered %v", err)
			}
			if odd := st.Oddities(); len(odd) != 1 || !strings.Contains(odd[0], one.oddity) {
				t.Errorf("noticed: %q, not %q", odd, one.oddity)
			}
		})
	}
}

func TestMissingScopeIsNamed(t *testing.T) {
	t.Parallel()
	st := staged(t)
	st.team.Grant("chat:write", "users:read")
	_, err := client(st.Server, st.team.BotToken()).GetUserByEmail("bia@aurora.example")
	var answer slack.SlackErrorResponse
	if !errors.As(err, &answer) || answer.Needed != "users:read.email" || answer.Provided != "chat:write,users:read" {
		t.Errorf("it answered %+v", err)
	}
	if bia, err := client(st.Server, st.team.BotToken()).GetUserInfo(st.bia.ID()); err != nil || bia.Profile.Email != "" {
		t.Errorf("without the scope her address is %q, %v", bia.Profile.Email, err)
	}
}

func TestMentionsAreNoted(t *testing.T) {
	t.Parallel()
	st := staged(t)
	app := client(st.Server, st.team.BotToken())
	for _, text := range []string{"&lt;!channel&gt; não", "oi <!here>", "<@" + st.bia.ID() + "> viu?", "<!subteam^S123|@x>"} {
		if _, _, err := app.PostMessage(st.support.ID(), slack.MsgOptionText(text, false)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := app.PostEphemeral(st.support.ID(), st.bia.ID(), slack.MsgOptionText("x", false), slack.MsgOptionBlocks(section("<!everyone>"))); err != nil {
		t.Fatal(err)
	}
	want := []string{"<!here>", "<@" + st.bia.ID() + ">", "<!subteam^S123|@x>", "<!everyone>"}
	if got := st.Mentions(); !slices.Equal(slices.Compact(got), want) {
		t.Errorf("it called %q, not %q", got, want)
	}
}
