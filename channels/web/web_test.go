package web_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"recado/channels"
	"recado/channels/web"
	"recado/core/message"
	"recado/sign"
)

const survey = "01890000-0000-7000-8000-00000000abcd"

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// desk is a web channel with a fake of everything around it.
type desk struct {
	t       *testing.T
	opts    web.Options
	channel *web.Channel
	sink    *sink
	surveys *surveys
	log     bytes.Buffer
	handler http.Handler
}

// sink keeps what it is given, unless told to fail.
type sink struct {
	mu    sync.Mutex
	fail  func() error
	items []message.Inbound
}

func (s *sink) Accept(ctx context.Context, items ...message.Inbound) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.fail != nil {
		if err := s.fail(); err != nil {
			return err
		}
	}
	s.items = append(s.items, items...)
	return nil
}

// surveys knows one survey.
type surveys struct {
	page web.RatingPage
	err  error
}

func (s *surveys) Survey(_ context.Context, id string) (web.RatingPage, error) {
	if s.err != nil {
		return web.RatingPage{}, s.err
	}
	if id != survey {
		return web.RatingPage{}, web.ErrNoSurvey
	}
	return s.page, nil
}

func newDesk(t *testing.T, change ...func(*web.Options)) *desk {
	t.Helper()
	signer, err := sign.New(bytes.Repeat([]byte{7}, sign.MinKey))
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, sink: &sink{}, surveys: &surveys{page: web.RatingPage{
		Number: "2026-000042", Subject: "CT-e não autoriza", Agent: "Bia", Language: "pt-BR",
	}}}
	d.opts = web.Options{
		Addr: "127.0.0.1:0", BaseURL: "https://suporte.example", Desk: "Suporte Aurora",
		Signer: signer, Surveys: d.surveys, Clock: func() time.Time { return noon },
		Log: slog.New(slog.NewTextHandler(&d.log, nil)),
	}
	for _, f := range change {
		f(&d.opts)
	}
	if d.channel, err = web.New(d.opts); err != nil {
		t.Fatal(err)
	}
	d.handler = d.channel.Handler(d.sink)
	return d
}

// path is the way to the survey's page.
func (d *desk) path() string {
	d.t.Helper()
	u, err := url.Parse(d.channel.URL(message.Link{Purpose: "rate", Subject: survey}, noon))
	if err != nil {
		d.t.Fatal(err)
	}
	return u.Path
}

func (d *desk) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w
}

func (d *desk) get(path string) *httptest.ResponseRecorder {
	return d.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form as a browser does from our own page.
func (d *desk) post(path string, fields ...string) *httptest.ResponseRecorder {
	return d.do(formRequest(path, fields...))
}

func formRequest(path string, fields ...string) *http.Request {
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

var nonceField = regexp.MustCompile(`name="nonce" value="([^"]+)"`)

// nonceOf is the nonce of a form that was shown.
func nonceOf(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	m := nonceField.FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("no nonce in the page:\n%s", w.Body)
	}
	return m[1]
}

func want(t *testing.T, w *httptest.ResponseRecorder, status int, texts ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status is %d, want %d", w.Code, status)
	}
	for _, s := range texts {
		if !strings.Contains(w.Body.String(), s) {
			t.Errorf("%q is not in the page:\n%s", s, w.Body)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	good := newDesk(t).opts
	for name, spoil := range map[string]func(*web.Options){
		"no signer":             func(o *web.Options) { o.Signer = nil },
		"no clock":              func(o *web.Options) { o.Clock = nil },
		"no surveys":            func(o *web.Options) { o.Surveys = nil },
		"no address":            func(o *web.Options) { o.Addr = "" },
		"no base URL":           func(o *web.Options) { o.BaseURL = "" },
		"a base without scheme": func(o *web.Options) { o.BaseURL = "suporte.example" },
		"a base with a query":   func(o *web.Options) { o.BaseURL = "https://suporte.example/?a=b" },
		"a base with a user":    func(o *web.Options) { o.BaseURL = "https://eu@suporte.example" },
		"a base of mail":        func(o *web.Options) { o.BaseURL = "mailto:suporte@example.com" },
	} {
		t.Run(name, func(t *testing.T) {
			opts := good
			spoil(&opts)
			if _, err := web.New(opts); err == nil {
				t.Error("New took it")
			}
		})
	}
}

func TestURL(t *testing.T) {
	link := message.Link{Purpose: "rate", Subject: survey}
	d := newDesk(t, func(o *web.Options) { o.BaseURL = "https://example.com/suporte/"; o.LinkTTL = time.Hour })
	got := d.channel.URL(link, noon)
	token, ok := strings.CutPrefix(got, "https://example.com/suporte/rate/")
	if !ok {
		t.Fatalf("the link is %q", got)
	}
	for name, tc := range map[string]struct {
		at   time.Time
		want error
	}{
		"in time": {noon.Add(time.Hour), nil},
		"late":    {noon.Add(time.Hour + time.Second), sign.ErrExpired},
	} {
		subject, err := d.opts.Signer.VerifyLink("rate", token, tc.at)
		if !errors.Is(err, tc.want) || (err == nil && subject != survey) {
			t.Errorf("%s: %q, %v", name, subject, err)
		}
	}
	if got := d.channel.URL(message.Link{Purpose: "dashboard", Subject: "x"}, noon); got != "" {
		t.Errorf("a page that does not exist has the link %q", got)
	}
}

func TestSendIsRefusedForGood(t *testing.T) {
	_, err := newDesk(t).channel.Send(t.Context(), message.Outbound{ID: "1", To: message.Address{Channel: message.Web, ID: survey}})
	var classed *channels.Error
	if !errors.As(err, &classed) || classed.Kind != channels.Permanent {
		t.Errorf("Send returned %v", err)
	}
}
