package slack

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"recado/core/message"
)

// overHTTP makes Slack post to the channel, which has no socket.
func overHTTP(t *testing.T) (*desk, *httptest.Server) {
	t.Helper()
	d := newDesk(t, func(o *Options) { o.AppToken = "" })
	s := httptest.NewServer(d.c.Hook())
	t.Cleanup(s.Close)
	d.fake.PostTo(s.URL, s.URL, s.URL)
	return d, s
}

func TestWhatHappensComesByHTTP(t *testing.T) {
	d, _ := overHTTP(t)
	d.run()
	root := d.work.Bot().Says(d.room, "chamado")
	d.bia.Replies(root, "oi")
	if in := d.hear(1); in.Text != "oi" || in.Kind != message.Text {
		t.Errorf("heard %+v", in)
	}
	if failed := d.bia.Command(d.room, "/recado", "fila da Bia").Await(); failed != "" {
		t.Errorf("the command: %s", failed)
	}
	in := d.hear(2)
	if in.Kind != message.Command || in.Text != "fila da Bia" || in.Choice != "/recado" || in.Trigger == "" || in.Room != d.to() {
		t.Errorf("heard %+v", in)
	}
	d.send(message.Outbound{ID: newID(), Text: "Como vai?", Choices: []message.Choice{{Value: "v1", Label: "Bem"}}})
	asked := d.room.Messages()[1]
	if failed := d.bia.Presses(asked, "Bem").Await(); failed != "" {
		t.Errorf("the button: %s", failed)
	}
	if in := d.hear(3); in.Kind != message.Press || in.Choice != "v1" || in.Target.ID != asked.UpstreamID() {
		t.Errorf("heard %+v", in)
	}
	if n := d.count(); n != 3 {
		t.Errorf("%d items", n)
	}
}

// The same event by another attempt, and by the other road, is the same item.
func TestOneActHasOneKey(t *testing.T) {
	d, _ := overHTTP(t)
	d.fake.DuplicateEvents(1)
	d.run()
	d.bia.Says(d.room, "oi")
	byHTTP := d.hear(1)
	if n := d.count(); n != 1 {
		t.Errorf("a repeat became another item: %d", n)
	}
	event := node{"type": "event_callback", "event_id": "Ev9", "team_id": d.work.ID(), "event": map[string]any{
		"type": "message", "channel": d.room.ID(), "user": d.bia.ID(), "text": "oi", "ts": strings.TrimPrefix(byHTTP.Key.ID, d.room.ID()+"/"), "channel_type": "channel",
	}}
	if a := d.c.decode(ofEvents, event); a.in.Key != byHTTP.Key {
		t.Errorf("by socket it is %s, by HTTP %s", a.in.Key, byHTTP.Key)
	}
}

func TestOnlySlackMayPost(t *testing.T) {
	d, s := overHTTP(t)
	d.run()
	now := time.Now()
	body := fmt.Sprintf(`{"type":"event_callback","event_id":"Ev1","team_id":%q,"event":{"type":"message","channel":%q,"user":%q,"text":"oi","ts":"1712345678.000100"}}`,
		d.work.ID(), d.room.ID(), d.bia.ID())
	post := func(body string, h http.Header, method string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header = h
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	sign := func(body string, at time.Time) http.Header { return d.fake.Sign([]byte(body), at.Unix()) }
	for name, c := range map[string]struct {
		body   string
		header http.Header
		method string
		want   int
	}{
		"unsigned":               {body, http.Header{}, "POST", 401},
		"signed for other words": {body, sign("{}", now), "POST", 401},
		"old":                    {body, sign(body, now.Add(-6*time.Minute)), "POST", 401},
		"from the future":        {body, sign(body, now.Add(6*time.Minute)), "POST", 401},
		"read":                   {"", sign("", now), "GET", 405},
		"too large":              {strings.Repeat("x", mostBody+1), sign("", now), "POST", 413},
		"what nobody can read":   {"{", sign("{", now), "POST", 200},
		"a form of nothing":      {"%zz", sign("%zz", now), "POST", 200},
		"ssl_check":              {"ssl_check=1", sign("ssl_check=1", now), "POST", 200},
	} {
		if got := post(c.body, c.header, c.method); got != c.want {
			t.Errorf("%s: answered %d, want %d", name, got, c.want)
		}
	}
	if n := d.count(); n != 0 {
		t.Fatalf("%d items came of it", n)
	}
	if got := post(body, sign(body, now), "POST"); got != 200 || d.hear(1).Text != "oi" {
		t.Errorf("what is signed: %d", got)
	}
	challenge := `{"type":"url_verification","challenge":"abc"}`
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(challenge))
	r.Header = sign(challenge, now)
	d.c.Hook().ServeHTTP(w, r)
	if w.Code != 200 || w.Body.String() != "abc" {
		t.Errorf("the address is verified with %d %q", w.Code, w.Body)
	}
}

// What is not committed in time is not acknowledged, and comes again.
func TestPostedAgainUntilItIsCommitted(t *testing.T) {
	d, _ := overHTTP(t)
	refused := 0
	d.heard.fail = func() error {
		if refused++; refused < 4 {
			return fmt.Errorf("away")
		}
		return nil
	}
	d.run()
	d.bia.Says(d.room, "oi")
	d.hear(1)
	if n := d.count(); n != 1 {
		t.Errorf("%d items", n)
	}
}

func TestPostingsAreToldApart(t *testing.T) {
	for body, want := range map[string]string{
		`{"a":1}`: ofEvents, "payload=" + url.QueryEscape(`{"type":"x"}`): ofInteractions, "command=%2Frecado&text=a": ofCommands, "": ofCommands,
	} {
		if kind, _ := posting([]byte(body)); kind != want {
			t.Errorf("%q is %s", body, kind)
		}
	}
}
