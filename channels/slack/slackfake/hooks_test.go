package slackfake_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"recado/channels/slack/slackfake"
)

// posted is what came to the app by HTTP.
type posted struct {
	path, body string
	header     http.Header
}

// listening is an app that takes events by HTTP: answer says what it answers.
type listening struct {
	url    string
	mu     sync.Mutex
	got    chan posted
	answer func(posted) (status int, header http.Header, body string)
}

func listen(t *testing.T, st stage) *listening {
	t.Helper()
	l := &listening{got: make(chan posted, 100)}
	l.answer = func(posted) (int, http.Header, string) { return http.StatusOK, nil, "" }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		verifier, err := slack.NewSecretsVerifier(r.Header, st.SigningSecret())
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = verifier.Write(body)
		if err := verifier.Ensure(); err != nil {
			t.Errorf("signature: %v", err)
		}
		var challenge slackevents.ChallengeResponse
		if json.Unmarshal(body, &challenge) == nil && challenge.Challenge != "" {
			_, _ = io.WriteString(w, challenge.Challenge)
			return
		}
		p := posted{path: r.URL.Path, body: string(body), header: r.Header}
		l.mu.Lock()
		status, header, out := l.answer(p)
		l.mu.Unlock()
		maps.Copy(w.Header(), header)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, out)
		l.got <- p
	}))
	t.Cleanup(server.Close)
	l.url = server.URL
	st.PostTo(l.url+"/events", l.url+"/interactive", l.url+"/commands")
	return l
}

func (l *listening) next(t *testing.T, path string) posted {
	t.Helper()
	select {
	case p := <-l.got:
		if p.path != path {
			t.Fatalf("%s came, not %s: %s", p.path, path, p.body)
		}
		return p
	case <-time.After(30 * time.Second):
		t.Fatalf("nothing came to %s", path)
	}
	return posted{}
}

func TestEventsByHTTP(t *testing.T) {
	t.Parallel()
	st := staged(t)
	l := listen(t, st)
	st.bia.Says(st.support, "oi")
	first := l.next(t, "/events")
	e, err := slackevents.ParseEvent(json.RawMessage(first.body), slackevents.OptionNoVerifyToken())
	if m, ok := e.InnerEvent.Data.(*slackevents.MessageEvent); err != nil || !ok || m.Text != "oi" || first.header.Get("X-Slack-Retry-Num") != "" {
		t.Errorf("came %s, %v", first.body, err)
	}
	tries := 0
	l.mu.Lock()
	l.answer = func(posted) (int, http.Header, string) {
		tries++
		if tries == 1 {
			return http.StatusInternalServerError, nil, ""
		}
		return http.StatusOK, nil, ""
	}
	l.mu.Unlock()
	st.bia.Says(st.support, "de novo")
	if p := l.next(t, "/events"); p.header.Get("X-Slack-Retry-Num") != "" {
		t.Errorf("it began with retry %s", p.header.Get("X-Slack-Retry-Num"))
	}
	if p := l.next(t, "/events"); p.header.Get("X-Slack-Retry-Num") != "1" || p.header.Get("X-Slack-Retry-Reason") != "http_error" {
		t.Errorf("it came again with %v", p.header)
	}
	l.mu.Lock()
	l.answer = func(posted) (int, http.Header, string) {
		return http.StatusServiceUnavailable, http.Header{"X-Slack-No-Retry": {"1"}}, ""
	}
	l.mu.Unlock()
	st.bia.Says(st.support, "não insista")
	l.next(t, "/events")
	st.AwaitSettled()
	if lost := st.Lost(); len(lost) != 1 {
		t.Errorf("lost %q", lost)
	}
}

func TestInteractionsByHTTP(t *testing.T) {
	t.Parallel()
	st := staged(t)
	l := listen(t, st)
	app := client(st.Server, st.team.BotToken())
	l.mu.Lock()
	l.answer = func(p posted) (int, http.Header, string) {
		if p.path == "/commands" {
			return http.StatusOK, nil, "um instante"
		}
		return http.StatusOK, nil, ""
	}
	l.mu.Unlock()
	act := st.bia.Command(st.support, "/recado", "fila & cia")
	p := l.next(t, "/commands")
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(p.body))
	r.Header.Set("Content-Type", form)
	command, err := slack.SlashCommandParse(r)
	if err != nil || command.Text != "fila & cia" || command.UserID != st.bia.ID() || command.TriggerID == "" {
		t.Errorf("command %+v, %v", command, err)
	}
	if why := act.Await(); why != "" {
		t.Errorf("bia saw %q", why)
	}
	st.bia.AwaitEphemeral(slackfake.Saying("um instante"))

	if _, _, err := app.PostMessage(st.support.ID(), slack.MsgOptionText("x", false), slack.MsgOptionBlocks(section("cartão"), actions("a", button("take", "Assumir")))); err != nil {
		t.Fatal(err)
	}
	card := st.support.Await(slackfake.Saying("cartão"))
	for path := ""; path != "/events"; { // the app's own message comes back
		path = (<-l.got).path
	}
	st.bia.Presses(card, "take")
	p = l.next(t, "/interactive")
	r = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(p.body))
	r.Header.Set("Content-Type", form)
	press, err := slack.InteractionCallbackParse(r)
	if err != nil || press.ActionCallback.BlockActions[0].ActionID != "take" {
		t.Errorf("press %+v, %v", press, err)
	}
}

func TestResponseURL(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	act := st.bia.Command(st.support, "/recado", "fila")
	to := next[slack.SlashCommand](t, d, nil).ResponseURL
	answer := func(options ...slack.MsgOption) error {
		_, _, err := d.PostMessage("", options...)
		return err
	}
	if err := answer(slack.MsgOptionResponseURL(to, slack.ResponseTypeEphemeral), slack.MsgOptionText("só para Bia", false)); err != nil {
		t.Error(err)
	}
	st.bia.AwaitEphemeral(slackfake.Saying("só para Bia"))
	if err := answer(slack.MsgOptionResponseURL(to, slack.ResponseTypeInChannel), slack.MsgOptionText("para todos", false)); err != nil {
		t.Error(err)
	}
	card := st.support.Await(slackfake.Saying("para todos"))
	if n := len(act.Answers()); n != 2 {
		t.Errorf("%d answers", n)
	}
	for range 3 {
		if err := answer(slack.MsgOptionResponseURL(to, slack.ResponseTypeEphemeral), slack.MsgOptionText("x", false)); err != nil {
			t.Error(err)
		}
	}
	if err := answer(slack.MsgOptionResponseURL(to, slack.ResponseTypeEphemeral), slack.MsgOptionText("x", false)); err == nil {
		t.Error("a sixth answer was taken")
	}
	st.bia.Shortcut(card, "x")
	about := next(t, d, func(c slack.InteractionCallback) bool { return c.Type == slack.InteractionTypeMessageAction }).ResponseURL
	if err := answer(slack.MsgOptionReplaceOriginal(about), slack.MsgOptionText("outro", false)); err != nil {
		t.Error(err)
	}
	card.AwaitChange(slackfake.Saying("outro"))
	if err := answer(slack.MsgOptionDeleteOriginal(about)); err != nil {
		t.Error(err)
	}
	card.AwaitDeleted()
	if odd := st.Oddities(); !slices.Equal(odd, nil) {
		t.Errorf("noticed %q", odd)
	}
}
