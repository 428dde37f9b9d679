package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

// authority is a token server. It replaces refresh tokens as Microsoft does.
type authority struct {
	*httptest.Server
	t       *testing.T
	mu      sync.Mutex
	current string // the refresh token that it takes
	rotate  bool
	refuse  string // code of RFC 6749 section 5.2
	broken  bool
	life    int // seconds; 0 is not told
	asked   []map[string]string
}

func newAuthority(t *testing.T) *authority {
	a := &authority{t: t, current: "first-refresh", life: 3600}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	form := map[string]string{}
	for name := range r.PostForm {
		form[name] = r.PostForm.Get(name)
	}
	a.asked = append(a.asked, form)
	w.Header().Set("Content-Type", "application/json")
	refuse := a.refuse
	if form["grant_type"] == "refresh_token" && form["refresh_token"] != a.current {
		refuse = "invalid_grant"
	}
	answer := map[string]any{}
	switch {
	case a.broken:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case refuse != "":
		w.WriteHeader(http.StatusBadRequest)
		answer["error"], answer["error_description"] = refuse, "AADSTS70008: "+form["refresh_token"]+" has expired"
	default:
		answer["access_token"], answer["token_type"] = fmt.Sprintf("access-%d", len(a.asked)), "Bearer"
		if a.life > 0 {
			answer["expires_in"] = a.life
		}
		if a.rotate {
			a.current = fmt.Sprintf("refresh-after-%d", len(a.asked))
			answer["refresh_token"] = a.current
		}
	}
	text, err := json.Marshal(answer)
	if err == nil {
		_, err = w.Write(text)
	}
	if err != nil {
		a.t.Error(err)
	}
}

func (a *authority) change(f func()) { a.mu.Lock(); defer a.mu.Unlock(); f() }

func (a *authority) count() int { a.mu.Lock(); defer a.mu.Unlock(); return len(a.asked) }

type memory struct {
	values map[string]string
	down   error
}

func (m *memory) Load(_ context.Context, name string) (string, error) { return m.values[name], m.down }

func (m *memory) Save(_ context.Context, name, value string) error {
	if m.down == nil {
		m.values[name] = value
	}
	return m.down
}

type bench struct {
	*authority
	memory *memory
	now    time.Time
}

func newBench(t *testing.T) *bench {
	return &bench{authority: newAuthority(t), memory: &memory{values: map[string]string{}}, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
}

// process is a Source as a process that has just started has it.
func (b *bench) process(t *testing.T, change ...func(*Options)) *Source {
	t.Helper()
	o := Options{
		Provider: Provider{Name: "Aurora", Scopes: []string{"mail"}, Endpoint: oauth2.Endpoint{TokenURL: b.URL, AuthStyle: oauth2.AuthStyleInParams}},
		User:     "suporte@desk.example", ClientID: "recado", ClientSecret: "client-secret", RefreshToken: "first-refresh",
		Memory: b.memory, Clock: func() time.Time { return b.now },
	}
	for _, f := range change {
		f(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func token(t *testing.T, s *Source) string {
	t.Helper()
	got, err := s.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestTokenIsUsedUntilShortlyBeforeItsEnd(t *testing.T) {
	b := newBench(t)
	s := b.process(t)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() { _, _ = s.Token(t.Context()) })
	}
	wait.Wait()
	first := token(t, s)
	if n := b.count(); n != 1 {
		t.Errorf("asked %d times for what 21 wanted at once", n)
	}
	b.now = b.now.Add(time.Hour - early - time.Second)
	if token(t, s) != first {
		t.Error("replaced before its time")
	}
	b.now = b.now.Add(2 * time.Second)
	second := token(t, s)
	if second == first {
		t.Error("used until its very end")
	}
	s.Forget(t.Context(), first)
	if token(t, s) != second {
		t.Error("a token of earlier made us give up this one")
	}
	s.Forget(t.Context(), second)
	if token(t, s) == second {
		t.Error("used again after it was refused")
	}
	form := b.asked[0]
	if form["grant_type"] != "refresh_token" || form["refresh_token"] != "first-refresh" || form["client_id"] != "recado" || form["client_secret"] != "client-secret" {
		t.Errorf("asked with %v", form)
	}
}

func TestUnsaidLife(t *testing.T) {
	b := newBench(t)
	b.life = 0
	s := b.process(t)
	first := token(t, s)
	b.now = b.now.Add(unsaid)
	if token(t, s) == first {
		t.Error("a token without an end is used for ever")
	}
}

// Each use replaces the refresh token; a new process goes on with the last one, and so
// does one that ran beside it.
func TestReplacedRefreshTokenIsKept(t *testing.T) {
	b := newBench(t)
	b.rotate = true
	one, two := b.process(t), b.process(t)
	for range 3 {
		b.now = b.now.Add(2 * time.Hour)
		token(t, one)
		token(t, two)
	}
	token(t, b.process(t))
	for _, kept := range b.memory.values {
		if strings.Contains(kept, "refresh") || strings.Contains(kept, b.current) {
			t.Errorf("kept as it is: %s", kept)
		}
	}
}

func TestSigningInAgainBeatsWhatWasKept(t *testing.T) {
	b := newBench(t)
	b.rotate = true
	token(t, b.process(t))
	b.change(func() { b.current = "from a new signing in" })
	token(t, b.process(t, func(o *Options) { o.RefreshToken = "from a new signing in" }))
}

// A replacement that cannot be kept is an error before it is used: the next start would
// not have it.
func TestReplacementThatCannotBeKept(t *testing.T) {
	b := newBench(t)
	b.rotate = true
	b.memory.down = errors.New("the database is away")
	s := b.process(t)
	_, err := s.Token(t.Context())
	if _, final := errors.AsType[*Refused](err); err == nil || final || !errors.Is(err, b.memory.down) {
		t.Errorf("got %v", err)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		name, code string
		final      bool
		says       string
	}{
		{"the grant was withdrawn", "invalid_grant", true, "sign in again, and configure"},
		{"a second factor is due", "interaction_required", true, "sign in again, and configure"},
		{"the client is not known", "invalid_client", true, "compare client_id, client_secret"},
		{"the scope is not granted", "invalid_scope", true, "compare client_id"},
		{"the provider is in trouble", "temporarily_unavailable", false, "gave no access"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			b.refuse = c.code
			_, err := b.process(t).Token(t.Context())
			checkWords(t, err, c.final, c.says)
		})
	}
	t.Run("503 without a word", func(t *testing.T) {
		b := newBench(t)
		b.broken = true
		_, err := b.process(t).Token(t.Context())
		checkWords(t, err, false, "503")
	})
	t.Run("nobody answers", func(t *testing.T) {
		b := newBench(t)
		b.Close()
		_, err := b.process(t).Token(t.Context())
		checkWords(t, err, false, "asking Aurora")
	})
	t.Run("nobody answers in time", func(t *testing.T) {
		b := newBench(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := b.process(t).Token(ctx)
		checkWords(t, err, false, "canceled")
	})
}

func checkWords(t *testing.T, err error, final bool, says string) {
	t.Helper()
	if err == nil {
		t.Fatal("let in")
	}
	if _, is := errors.AsType[*Refused](err); is != final {
		t.Errorf("final %v, want %v: %v", is, final, err)
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("%q does not say %q", err, says)
	}
	for _, secret := range []string{"first-refresh", "client-secret"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%q tells a secret", err)
		}
	}
}

func TestApplicationSignsInForItself(t *testing.T) {
	b := newBench(t)
	s := b.process(t, func(o *Options) { o.RefreshToken, o.App = "", Microsoft("").App })
	token(t, s)
	if form := b.asked[0]; form["grant_type"] != "client_credentials" || form["scope"] != "https://outlook.office365.com/.default" {
		t.Errorf("asked with %v", form)
	}
	b.refuse = "invalid_grant"
	s.Forget(t.Context(), "access-1")
	_, err := s.Token(t.Context())
	checkWords(t, err, true, "refuses the application")
}

func TestPresets(t *testing.T) {
	for _, c := range []struct {
		name string
		p    Provider
		url  string
	}{
		{"Google", Google(), "https://oauth2.googleapis.com/token"},
		{"a tenant", Microsoft("aurora.example"), "https://login.microsoftonline.com/aurora.example/oauth2/v2.0/token"},
		{"any tenant", Microsoft(""), "https://login.microsoftonline.com/common/oauth2/v2.0/token"},
		{"by address", Custom("https://id.aurora.example/token", nil), "https://id.aurora.example/token"},
	} {
		if c.p.Endpoint.TokenURL != c.url {
			t.Errorf("%s: %s, want %s", c.name, c.p.Endpoint.TokenURL, c.url)
		}
	}
}
