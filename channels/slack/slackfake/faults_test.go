package slackfake_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"recado/channels/slack/slackfake"
)

func TestCallsGoWrong(t *testing.T) {
	t.Parallel()
	st := staged(t)
	app := client(st.Server, st.team.BotToken())
	post := func(text string) error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _, err := app.PostMessageContext(ctx, st.support.ID(), slack.MsgOptionText(text, false))
		return err
	}
	for name, one := range map[string]struct {
		fault slackfake.Fault
		there bool
		is    func(error) bool
	}{
		"503": {slackfake.Status(http.StatusServiceUnavailable), false, func(err error) bool { var s slack.StatusCodeError; return errors.As(err, &s) && s.Code == 503 }},
		"429": {slackfake.Limited(7), false, func(err error) bool {
			var l *slack.RateLimitedError
			return errors.As(err, &l) && l.RetryAfter == 7*time.Second
		}},
		"an error":    {slackfake.Error("internal_error"), false, func(err error) bool { return err.Error() == "internal_error" }},
		"cut before":  {slackfake.CutBefore, false, func(err error) bool { return err != nil }},
		"cut after":   {slackfake.CutAfter, true, func(err error) bool { return err != nil }},
		"hangs":       {slackfake.Hang, false, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
		"hangs after": {slackfake.HangAfter, true, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }},
	} {
		st.Break("chat.postMessage", 1, one.fault)
		if err := post(name); err == nil || !one.is(err) {
			t.Errorf("%s: %v", name, err)
		}
		there := slices.ContainsFunc(st.support.Messages(), func(m *slackfake.Message) bool { return m.Text == name })
		if there != one.there {
			t.Errorf("%s: it stands there: %v", name, there)
		}
	}
	if err := post("por fim"); err != nil {
		t.Error(err)
	}
	st.Break("", 3, slackfake.Status(500))
	st.Mend()
	if _, err := app.AuthTest(); err != nil {
		t.Error(err)
	}
}

func TestGates(t *testing.T) {
	t.Parallel()
	st := staged(t)
	app := client(st.Server, st.team.BotToken())
	done := make(chan error)
	call := func() { _, _, err := app.PostMessage(st.support.ID(), slack.MsgOptionText("x", false)); done <- err }
	before := st.Hold("chat.postMessage")
	go call()
	before.Await()
	if n := len(st.support.Messages()); n != 0 {
		t.Errorf("%d messages before the effect", n)
	}
	before.Release()
	if err := <-done; err != nil {
		t.Error(err)
	}
	after := st.HoldAnswer("chat.postMessage")
	go call()
	after.Await()
	if n := len(st.support.Messages()); n != 2 {
		t.Errorf("%d messages after the effect", n)
	}
	after.Release()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRatesAreLimited(t *testing.T) {
	t.Parallel()
	st := staged(t)
	st.LimitRates()
	app := client(st.Server, st.team.BotToken())
	other := st.team.Channel("outro", st.team.Bot())
	limited := func(do func() error) (n int, wait time.Duration) {
		for range 100 {
			var limit *slack.RateLimitedError
			if err := do(); errors.As(err, &limit) {
				return n, limit.RetryAfter
			} else if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n, 0
	}
	post := func(c *slackfake.Channel) func() error {
		return func() error { _, _, err := app.PostMessage(c.ID(), slack.MsgOptionText("x", false)); return err }
	}
	if n, wait := limited(post(st.support)); n != 3 || wait < time.Second || wait > 3*time.Second {
		t.Errorf("%d messages at once, then %v", n, wait)
	}
	if err := post(other)(); err != nil {
		t.Errorf("another channel waits too: %v", err)
	}
	if n, wait := limited(func() error { _, err := app.GetUserGroups(); return err }); n != 20 || wait == 0 {
		t.Errorf("%d lists of groups a minute, then %v", n, wait)
	}
	if len(st.Disobeyed()) != 0 {
		t.Errorf("disobeyed %q", st.Disobeyed())
	}
	if err := post(st.support)(); err == nil || len(st.Disobeyed()) != 1 {
		t.Errorf("it may call before its time: %v, %q", err, st.Disobeyed())
	}
}

func TestFilesGoWrong(t *testing.T) {
	t.Parallel()
	st := staged(t)
	app := client(st.Server, st.team.BotToken())
	upload := func() (*slack.FileSummary, error) {
		return app.UploadFile(slack.UploadFileParameters{Reader: bytes.NewReader([]byte("abc")), FileSize: 3, Filename: "a.txt", Channel: st.support.ID()})
	}
	st.Break("upload", 1, slackfake.CutBefore)
	if _, err := upload(); err == nil {
		t.Error("cut, it succeeded")
	}
	st.SlowShares(1)
	file, err := upload()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(st.support.Messages()); n != 0 {
		t.Errorf("%d messages at once", n)
	}
	shares := func() int {
		info, _, _, err := app.GetFileInfo(file.ID, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		return len(info.Shares.Public)
	}
	if first, second := shares(), shares(); first != 0 || second != 1 {
		t.Errorf("shares were %d, then %d", first, second)
	}
	_, err = app.CompleteUploadExternalContext(t.Context(), slack.CompleteUploadExternalParameters{Files: []slack.FileSummary{{ID: file.ID}}, Channel: st.support.ID()})
	if err == nil {
		t.Error("completed twice")
	}
	wrong := slack.UploadFileParameters{Reader: bytes.NewReader([]byte("abcd")), FileSize: 3, Filename: "a.txt", Channel: st.support.ID()}
	if _, err := app.UploadFile(wrong); err == nil {
		t.Error("more than announced was taken")
	}
	if odd := st.Oddities(); len(odd) != 1 {
		t.Errorf("noticed %q", odd)
	}
}

func TestTokensRotateExpireAndEnd(t *testing.T) {
	t.Parallel()
	st := staged(t)
	auth := func(token string) string {
		if _, err := client(st.Server, token).AuthTest(); err != nil {
			return err.Error()
		}
		return ""
	}
	first := st.team.Rotate()
	refresh := func(with string) *slack.OAuthV2Response {
		t.Helper()
		r, err := slack.RefreshOAuthV2Token(http.DefaultClient, st.ClientID(), st.ClientSecret(), with, slack.OAuthOptionAPIURL(st.URL()))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	old := st.team.BotToken()
	second := refresh(first)
	if second.ExpiresIn != 12*60*60 || second.Team.ID != st.team.ID() || second.AccessToken == old {
		t.Errorf("it rotated to %+v", second)
	}
	if _, err := slack.RefreshOAuthV2Token(http.DefaultClient, st.ClientID(), st.ClientSecret(), first, slack.OAuthOptionAPIURL(st.URL())); err == nil {
		t.Error("a refresh token was good twice")
	}
	third := refresh(second.RefreshToken)
	if auth(old) != "token_revoked" || auth(second.AccessToken) != "" || auth(third.AccessToken) != "" {
		t.Errorf("of three: %q, %q, %q", auth(old), auth(second.AccessToken), auth(third.AccessToken))
	}
	st.team.ExpireToken()
	if got := auth(third.AccessToken); got != "token_expired" {
		t.Errorf("expired, it says %q", got)
	}
	other := st.Workspace("Outra")
	installed, err := slack.GetOAuthV2Response(http.DefaultClient, st.ClientID(), st.ClientSecret(), other.InstallCode(), "", slack.OAuthOptionAPIURL(st.URL()))
	if err != nil || installed.Team.ID != other.ID() || auth(installed.AccessToken) != "" {
		t.Errorf("installed %+v, %v", installed, err)
	}
	other.Uninstall()
	if got := auth(installed.AccessToken); got != "account_inactive" {
		t.Errorf("uninstalled, it says %q", got)
	}
}

func TestPeopleAndChannels(t *testing.T) {
	t.Parallel()
	st := staged(t)
	app := client(st.Server, st.team.BotToken())
	partner := st.Workspace("Parceira")
	zoe := partner.Member("Zoe Reis", "zoe@parceira.example")
	shared := st.team.SharedChannel("com-parceira", partner, st.bia, zoe, st.team.Bot())
	guest := st.team.Guest("Gil", "gil@fora.example")
	chiefs := st.team.Group("supervisores", st.caio)
	for who, want := range map[*slackfake.User]string{
		st.bia: "bia@aurora.example guest=false stranger=false", guest: "gil@fora.example guest=true stranger=false",
		zoe: " guest=false stranger=true", st.team.OtherBot("CI"): " guest=false stranger=false",
	} {
		info, err := app.GetUserInfo(who.ID())
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(info.Profile.Email, " guest=", info.IsRestricted, " stranger=", info.IsStranger); got != want {
			t.Errorf("%s is %q, not %q", who.Name(), got, want)
		}
	}
	if members, err := app.GetUserGroupMembers(chiefs.ID()); err != nil || !slices.Equal(members, []string{st.caio.ID()}) {
		t.Errorf("chiefs are %q, %v", members, err)
	}
	channels, _, err := app.GetConversations(&slack.GetConversationsParameters{Types: []string{"public_channel", "private_channel"}, Limit: 100})
	if err != nil || len(channels) != 2 || !channels[1].IsExtShared || !channels[0].IsMember {
		t.Errorf("channels are %+v, %v", channels, err)
	}
	members, _, err := app.GetUsersInConversation(&slack.GetUsersInConversationParameters{ChannelID: shared.ID()})
	if err != nil || len(members) != 3 {
		t.Errorf("members are %q, %v", members, err)
	}
	m := zoe.Says(shared, "oi")
	link, err := app.GetPermalink(&slack.PermalinkParameters{Channel: shared.ID(), Ts: m.TS})
	if err != nil || link == "" {
		t.Errorf("link %q, %v", link, err)
	}
	dm, _, _, err := app.OpenConversation(&slack.OpenConversationParameters{Users: []string{st.bia.ID()}})
	if err != nil || dm.ID != st.bia.DM().ID() {
		t.Errorf("DM %+v, %v", dm, err)
	}
	if _, _, _, err := app.JoinConversation(st.team.Channel("aberto", st.bia).ID()); err != nil {
		t.Error(err)
	}
	// Lists come in pages, and each page is asked for.
	for range 30 {
		st.team.Member("Alguém", "")
	}
	users, err := app.GetUsers(slack.GetUsersOptionLimit(10))
	if err != nil || len(users) != 35 {
		t.Errorf("%d users, %v", len(users), err)
	}
}

// A reply to a root that is gone stands in the channel itself, as Slack does it.
func TestReplyToNothing(t *testing.T) {
	t.Parallel()
	st := staged(t)
	app := client(st.Server, st.team.BotToken())
	root := st.bia.Says(st.support, "x")
	st.bia.Deletes(root)
	_, _, said, err := app.PostMessageWithResponse(st.support.ID(), slack.MsgOptionText("nota", false), slack.MsgOptionTS(root.TS))
	if err != nil || said.ThreadTimestamp != "" {
		t.Errorf("it stands in %q, %v", said.ThreadTimestamp, err)
	}
}
