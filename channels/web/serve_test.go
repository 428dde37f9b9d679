package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"recado/channels/web"
	"recado/core/message"
)

func metricsOf(t *testing.T) prometheus.Gatherer {
	t.Helper()
	reg := prometheus.NewRegistry()
	c := prometheus.NewCounter(prometheus.CounterOpts{Name: "recado_turns_total", Help: "Turns."})
	c.Add(3)
	reg.MustRegister(c)
	return reg
}

func parts(up bool) func(context.Context) []web.Part {
	return func(context.Context) []web.Part {
		return []web.Part{{Name: "sql", Up: up, Vital: true, Detail: "sqlite"}, {Name: "whatsapp", Detail: "signed out"}}
	}
}

func TestWhoSeesTheMachine(t *testing.T) {
	const local, stranger = "127.0.0.1:1000", "203.0.113.1:1000"
	for name, tc := range map[string]struct {
		admin, peer, host, forwarded string
		private                      bool
	}{
		"this machine":                   {"", local, "localhost:8080", "", true},
		"this machine by IPv6":           {"", "[::1]:1000", "[::1]:8080", "", true},
		"a stranger":                     {"", stranger, "suporte.example", "", false},
		"a stranger who lies about Host": {"", stranger, "localhost", "", false},
		"a stranger through a proxy":     {"", local, "localhost", "203.0.113.1", false},
		"a page that rebinds its name":   {"", local, "evil.example:8080", "", false},
		"this machine, but admin apart":  {"127.0.0.1:9", local, "localhost", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, func(o *web.Options) { o.AdminAddr, o.Gatherer, o.Ready = tc.admin, metricsOf(t), parts(true) })
			ask := func(path string) *httptest.ResponseRecorder {
				r := httptest.NewRequest(http.MethodGet, path, nil)
				r.RemoteAddr, r.Host = tc.peer, tc.host
				if tc.forwarded != "" {
					r.Header.Set("X-Forwarded-For", tc.forwarded)
				}
				return d.do(r)
			}
			metrics := ask("/metrics")
			if got := strings.Contains(metrics.Body.String(), "recado_turns_total 3"); got != tc.private || (metrics.Code == 200) != tc.private {
				t.Errorf("metrics: %d\n%s", metrics.Code, metrics.Body)
			}
			ready := ask("/readyz")
			want(t, ready, 200, `"ready":true`)
			if got := strings.Contains(ready.Body.String(), "sqlite"); got != tc.private {
				t.Errorf("readiness says %s", ready.Body)
			}
			want(t, ask("/healthz"), 200, "recado is alive")
		})
	}
}

func TestReadiness(t *testing.T) {
	d := newDesk(t, func(o *web.Options) { o.Ready = parts(false) })
	w := httptest.NewRecorder()
	d.channel.AdminHandler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	want(t, w, 503)
	const body = `{"ready":false,"parts":[{"name":"sql","up":false,"vital":true,"detail":"sqlite"},` +
		`{"name":"whatsapp","up":false,"vital":false,"detail":"signed out"}]}`
	if got := strings.TrimSpace(w.Body.String()); got != body {
		t.Errorf("readiness is\n%s\nwant\n%s", got, body)
	}
	want(t, newDesk(t).get("/readyz"), 200, `{"ready":true}`)
}

// TestRunDrains holds a rating in the sink while Run is told to end.
func TestRunDrains(t *testing.T) {
	defer goleak.VerifyNone(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, func(o *web.Options) { o.Listener = l })
	entered, release := make(chan struct{}), make(chan struct{})
	d.sink.fail = func() error { close(entered); <-release; return nil }
	if d.channel.State().Up {
		t.Error("up before Run")
	}

	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.channel.Run(ctx, d.sink) }()

	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answered := make(chan string, 1)
	go func() {
		form := formRequest(d.path(), "nonce", "n", "service", "5")
		resp, err := client.Post("http://"+l.Addr().String()+d.path(), form.Header.Get("Content-Type"), form.Body)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		answered <- string(body) + errText(err)
	}()
	<-entered
	if s := d.channel.State(); !s.Up || !strings.Contains(s.Detail, l.Addr().String()) {
		t.Errorf("state while serving is %+v", s)
	}
	cancel()
	for refused := false; !refused; { // until Run has noticed
		conn, err := net.Dial("tcp", l.Addr().String())
		if refused = err != nil; !refused {
			_ = conn.Close()
		}
	}
	select {
	case err := <-ended:
		t.Fatalf("Run returned %v while a rating was at work", err)
	default:
	}
	close(release)
	if body := <-answered; !strings.Contains(body, "Obrigado!") {
		t.Errorf("the person was told\n%s", body)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run returned %v", err)
	}
	if d.channel.State().Up {
		t.Error("up after Run")
	}
}

func errText(err error) string {
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestRunServesAdminApart(t *testing.T) {
	main, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, func(o *web.Options) { o.Listener, o.AdminAddr, o.Gatherer = main, freeAddr(t), metricsOf(t) })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.channel.Run(ctx, d.sink) }()
	// The main listener is open from the start, and answers once both are.
	if got := fetch(t, "http://"+main.Addr().String()+"/metrics"); strings.Contains(got, "recado_turns_total") {
		t.Error("metrics are on the main address")
	}
	if got := fetch(t, "http://"+d.opts.AdminAddr+"/metrics"); !strings.Contains(got, "recado_turns_total 3") {
		t.Errorf("the admin address says\n%s", got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestRunSaysThatItCannotListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	d := newDesk(t, func(o *web.Options) { o.Addr = taken.Addr().String() })
	if err := d.channel.Run(t.Context(), d.sink); err == nil {
		t.Error("Run listened on a port that is taken")
	}
	d = newDesk(t, func(o *web.Options) { o.AdminAddr = taken.Addr().String() })
	if err := d.channel.Run(t.Context(), d.sink); err == nil {
		t.Error("Run listened on an admin port that is taken")
	}
}

func TestCheck(t *testing.T) {
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	recado := httptest.NewServer(newDesk(t).handler)
	defer recado.Close()
	addr := func(s *httptest.Server) string { return strings.TrimPrefix(s.URL, "http://") }

	for name, tc := range map[string]struct {
		addr, base string
		says       string // "" is fine
	}{
		"a free port":                      {"127.0.0.1:0", "https://suporte.example", ""},
		"Recado is running there":          {addr(recado), "https://suporte.example", ""},
		"another program is there":         {addr(other), "https://suporte.example", "another program listens"},
		"no port":                          {"127.0.0.1", "https://suporte.example", "not host:port"},
		"public, but links to the machine": {"0.0.0.0:0", "http://localhost:8080", "this machine only"},
		"all on this machine":              {"127.0.0.1:0", "http://localhost:8080", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, func(o *web.Options) { o.Addr, o.BaseURL = tc.addr, tc.base })
			err := d.channel.Check(t.Context())
			if (err == nil) != (tc.says == "") || (err != nil && !strings.Contains(err.Error(), tc.says)) {
				t.Errorf("Check says %v", err)
			}
		})
	}
}

// FuzzPost: whatever is posted, the answer is a page, and what is handed in is whole.
func FuzzPost(f *testing.F) {
	f.Add([]byte("nonce=n&service=5&solution=4&comment=bom&lang=pt-BR"))
	f.Add([]byte("service=9&comment=%00%ff"))
	f.Add([]byte("lang=%3Cscript%3E&service=1"))
	f.Add([]byte("%zz"))
	d := &desk{sink: &sink{}}
	f.Fuzz(func(t *testing.T, body []byte) {
		if d.channel == nil {
			d = newDesk(t, func(o *web.Options) { o.PerSecond, o.Burst = 1e9, 1e9 })
		}
		d.t, d.sink.items = t, nil
		r := httptest.NewRequest(http.MethodPost, d.path(), bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := d.do(r)
		if !strings.HasSuffix(w.Body.String(), "</html>\n") {
			t.Fatalf("status %d without a whole page:\n%s", w.Code, w.Body)
		}
		if (w.Code == http.StatusOK) != (len(d.sink.items) == 1) {
			t.Fatalf("status %d, and %d items", w.Code, len(d.sink.items))
		}
		for _, in := range d.sink.items {
			if err := errors.Join(in.Check(), unfit(in)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func unfit(in message.Inbound) error {
	if strings.ContainsAny(in.Form[web.FieldComment], "\x00\r\x1b") {
		return errors.New("the comment holds control characters")
	}
	return nil
}
