package web_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"recado/channels/web"
	"recado/core/message"
)

func TestLookingRecordsNothing(t *testing.T) {
	d := newDesk(t)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		w := d.do(httptest.NewRequest(method, d.path()+"?service=5&solution=5&nonce=x", nil))
		if w.Code != http.StatusOK {
			t.Errorf("%s: status %d", method, w.Code)
		}
	}
	if len(d.sink.items) != 0 {
		t.Errorf("looking handed in %+v", d.sink.items)
	}
}

func TestFormShowsWhatIsRated(t *testing.T) {
	d := newDesk(t)
	d.surveys.page.Subject = `<b>"CT-e" & cia</b>`
	w := d.get(d.path())
	want(t, w, 200, `<html lang="pt-BR">`, "Suporte Aurora", "Chamado 2026-000042", "Bia ajudou bem você?",
		"&lt;b&gt;&#34;CT-e&#34; &amp; cia&lt;/b&gt;", "4 de 5, Gostei", "<fieldset>", `maxlength="2000"`)
	if n := strings.Count(w.Body.String(), `type="radio"`); n != 10 {
		t.Errorf("%d radio buttons, want 10", n)
	}
	if strings.Contains(w.Body.String(), " checked") {
		t.Error("a star is chosen before anybody chose")
	}
}

func TestFormShowsEarlierStars(t *testing.T) {
	d := newDesk(t)
	d.surveys.page.Stars = web.Stars{Service: 4, Solution: 2, Comment: "demorou"}
	want(t, d.get(d.path()), 200,
		`name="service" value="4" checked`, `name="solution" value="2" checked`, ">demorou</textarea>", "Você já avaliou")
}

func TestPostRecords(t *testing.T) {
	d := newDesk(t)
	nonce := nonceOf(t, d.get(d.path()))
	w := d.post(d.path(), "nonce", nonce, "service", "5", "solution", "4", "comment", " ótimo\r\nmesmo\x00 ", "lang", "pt-BR")
	want(t, w, 200, "Obrigado!", "5 de 5", "4 de 5", "Gostei muito")
	if len(d.sink.items) != 1 {
		t.Fatalf("%d items", len(d.sink.items))
	}
	in := d.sink.items[0]
	if err := in.Check(); err != nil {
		t.Error(err)
	}
	from := message.Address{Channel: message.Web, ID: survey}
	if in.Kind != message.Rating || in.From != from || in.Proof != message.ByToken || in.Conversation != "web/web/"+survey {
		t.Errorf("handed in %+v", in)
	}
	if in.Key.Channel != message.Web || in.Key.Account != "web" || !strings.HasPrefix(in.Key.ID, "rate/"+survey+"/") {
		t.Errorf("key is %s", in.Key)
	}
	if !in.ReceivedAt.Equal(noon) {
		t.Errorf("received at %v", in.ReceivedAt)
	}
	form := map[string]string{"survey": survey, "service": "5", "solution": "4", "comment": "ótimo\nmesmo", "language": "pt-BR"}
	if !maps.Equal(in.Form, form) {
		t.Errorf("form is %v, want %v", in.Form, form)
	}
}

func TestOneSideIsEnough(t *testing.T) {
	d := newDesk(t)
	w := d.post(d.path(), "nonce", "n", "solution", "2")
	want(t, w, 200, "2 de 5")
	if _, ok := d.sink.items[0].Form[web.FieldService]; ok || d.sink.items[0].Form[web.FieldSolution] != "2" {
		t.Errorf("form is %v", d.sink.items[0].Form)
	}
}

func TestKeyTellsAClickFromAChangedMind(t *testing.T) {
	d := newDesk(t)
	key := func(fields ...string) message.Key {
		want(t, d.post(d.path(), fields...), 200)
		return d.sink.items[len(d.sink.items)-1].Key
	}
	first := key("nonce", "a", "service", "5", "comment", "bom")
	for name, tc := range map[string]struct {
		fields []string
		same   bool
	}{
		"a double click":      {[]string{"nonce", "a", "service", "5", "comment", "bom"}, true},
		"other stars":         {[]string{"nonce", "a", "service", "1", "comment", "bom"}, false},
		"another side":        {[]string{"nonce", "a", "solution", "5", "comment", "bom"}, false},
		"another comment":     {[]string{"nonce", "a", "service", "5", "comment", "ruim"}, false},
		"the form shown anew": {[]string{"nonce", "b", "service", "5", "comment", "bom"}, false},
	} {
		if got := key(tc.fields...); (got == first) != tc.same {
			t.Errorf("%s: keys %s and %s", name, first, got)
		}
	}
	if a, b := nonceOf(t, d.get(d.path())), nonceOf(t, d.get(d.path())); a == b {
		t.Error("two showings of the form have one nonce")
	}
}

func TestFailingSinkKeepsTheForm(t *testing.T) {
	for name, fail := range map[string]func() error{
		"an error": func() error { return errors.New("SQLITE_BUSY: secret") },
		"a panic":  func() error { panic("a bug") },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.sink.fail = fail
			w := d.post(d.path(), "nonce", "n1", "service", "5", "solution", "3", "comment", "quase <tudo> bem")
			want(t, w, 503, "O que você marcou continua aqui", `name="service" value="5" checked`,
				`name="solution" value="3" checked`, "quase &lt;tudo&gt; bem</textarea>", `value="n1"`)
			if w.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			if strings.Contains(w.Body.String(), "SQLITE") || strings.Contains(w.Body.String(), "Obrigado!") {
				t.Errorf("the page says\n%s", w.Body)
			}
			d.sink.fail = nil
			want(t, d.post(d.path(), "nonce", nonceOf(t, w), "service", "5", "solution", "3", "comment", "quase <tudo> bem"), 200, "Obrigado!")
			if len(d.sink.items) != 1 {
				t.Errorf("%d items", len(d.sink.items))
			}
		})
	}
}

func TestALostConnectionDoesNotUndoTheClick(t *testing.T) {
	d := newDesk(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d.do(formRequest(d.path(), "nonce", "n", "service", "5").WithContext(ctx))
	if len(d.sink.items) != 1 {
		t.Errorf("%d items", len(d.sink.items))
	}
}

func TestStoreAwayKeepsTheForm(t *testing.T) {
	d := newDesk(t)
	d.surveys.err = errors.New("connection refused")
	want(t, d.get(d.path()), 503, "Não consegui abrir a página agora")
	want(t, d.post(d.path(), "nonce", "n", "service", "2", "comment", "oi"), 503, `value="2" checked`, "oi</textarea>")
	if len(d.sink.items) != 0 {
		t.Error("handed in without knowing the survey")
	}
	if strings.Contains(d.log.String(), d.path()) {
		t.Error("the log holds a token")
	}
}

func TestWhatIsNotARating(t *testing.T) {
	d := newDesk(t)
	for name, tc := range map[string]struct {
		fields []string
		status int
		text   string
	}{
		"nothing chosen":    {[]string{"nonce", "n", "comment", "só um comentário"}, 422, "só um comentário</textarea>"},
		"stars off the row": {[]string{"nonce", "n", "service", "6", "solution", "0"}, 422, "Escolha pelo menos uma nota"},
		"words for stars":   {[]string{"nonce", "n", "service", "cinco"}, 422, "Escolha pelo menos uma nota"},
		"a long comment":    {[]string{"nonce", "n", "service", "5", "comment", strings.Repeat("ã", 2001)}, 422, "passou de 2000 letras"},
		"a huge body":       {[]string{"nonce", "n", "service", "5", "comment", strings.Repeat("a", 40<<10)}, 400, "Não deu para receber"},
		"a huge nonce":      {[]string{"nonce", strings.Repeat("n", 65), "service", "5"}, 400, "Não deu para receber"},
	} {
		t.Run(name, func(t *testing.T) { want(t, d.post(d.path(), tc.fields...), tc.status, tc.text) })
	}
	if len(d.sink.items) != 0 {
		t.Errorf("handed in %+v", d.sink.items)
	}
	want(t, d.post(d.path(), "nonce", "n", "service", "5", "comment", strings.Repeat("😀", 2000)), 200)
}

func TestTokens(t *testing.T) {
	d := newDesk(t)
	rate := func(purpose, subject string, expires time.Time) string {
		return "/rate/" + d.opts.Signer.Link(purpose, subject, expires)
	}
	later := noon.Add(time.Hour)
	for name, tc := range map[string]struct {
		path   string
		status int
		text   string
	}{
		"good":                       {d.path(), 200, "Chamado 2026-000042"},
		"in upper case":              {"/rate/" + strings.ToUpper(strings.TrimPrefix(d.path(), "/rate/")), 200, "2026-000042"},
		"with a full stop taken in":  {d.path() + ".", 200, "2026-000042"},
		"expired":                    {rate("rate", survey, noon.Add(-time.Second)), 410, "Este link venceu"},
		"cut":                        {d.path()[:len(d.path())-3], 404, "Este link não abriu"},
		"for another page":           {rate("confirm", survey, later), 404, "Este link não abriu"},
		"of a survey that is gone":   {rate("rate", "other", later), 404, "Este link não abriu"},
		"no token":                   {"/rate/", 404, "Não achei esta página"},
		"a longer path":              {d.path() + "/x", 404, "Não achei esta página"},
		"not even letters":           {"/rate/%00%ff", 404, "Este link não abriu"},
		"a page that does not exist": {"/admin", 404, "Não achei esta página"},
		"the front door":             {"/", 200, "O suporte está no ar"},
	} {
		t.Run(name, func(t *testing.T) {
			want(t, d.get(tc.path), tc.status, tc.text)
			if tc.status != 200 {
				w := d.post(tc.path, "nonce", "n", "service", "5")
				want(t, w, tc.status, tc.text)
			}
		})
	}
	d.surveys.err = web.ErrSurveyOver
	want(t, d.get(d.path()), 410, "Este link venceu")
	want(t, d.post(d.path(), "nonce", "n", "service", "5"), 410, "Este link venceu")
	if len(d.sink.items) != 0 {
		t.Errorf("handed in %+v", d.sink.items)
	}
}

func TestMethods(t *testing.T) {
	d := newDesk(t)
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
		w := d.do(httptest.NewRequest(method, d.path(), nil))
		if w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD, POST" {
			t.Errorf("%s: %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
}

func TestOnlyOurOwnFormCounts(t *testing.T) {
	for name, tc := range map[string]struct {
		site, origin string
		status       int
	}{
		"our page":                         {"same-origin", "null", 200},
		"a reload":                         {"none", "", 200},
		"a sibling of our host":            {"same-site", "https://blog.example", 403},
		"another site":                     {"cross-site", "https://evil.example", 403},
		"a browser that tells nothing":     {"", "", 200},
		"an old one under no-referrer":     {"", "null", 200},
		"an old one with our origin":       {"", "https://suporte.example", 200},
		"an old one, host behind a proxy":  {"", "http://inside.example", 200},
		"an old one with another's origin": {"", "https://evil.example", 403},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			r := formRequest(d.path(), "nonce", "n", "service", "5")
			r.Host = "inside.example"
			r.Header.Set("Sec-Fetch-Site", tc.site)
			r.Header.Set("Origin", tc.origin)
			w := d.do(r)
			want(t, w, tc.status)
			if (len(d.sink.items) == 1) != (tc.status == 200) {
				t.Errorf("%d items", len(d.sink.items))
			}
		})
	}
}

func TestTooManyRequests(t *testing.T) {
	now := noon
	d := newDesk(t, func(o *web.Options) {
		o.PerSecond, o.Burst, o.Clock = 1, 3, func() time.Time { return now }
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	})
	ask := func(peer, forwarded string) int {
		r := httptest.NewRequest(http.MethodGet, d.path(), nil)
		r.RemoteAddr = peer
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		return d.do(r).Code
	}
	for range 3 {
		ask("203.0.113.1:1000", "")
		ask("[2001:db8:0:1::1]:1000", "")
		ask("10.1.1.1:1000", "198.51.100.7, 203.0.113.9")
	}
	for name, tc := range map[string]struct {
		peer, forwarded string
		status          int
	}{
		"the same address, another port":   {"203.0.113.1:2000", "", 429},
		"a lie about it":                   {"203.0.113.1:2000", "192.0.2.1", 429},
		"a neighbour":                      {"203.0.113.2:1000", "", 200},
		"the same IPv6 customer":           {"[2001:db8:0:1:ffff::2]:1000", "", 429},
		"another IPv6 customer":            {"[2001:db8:0:2::1]:1000", "", 200},
		"behind the proxy, a lie in front": {"10.1.1.2:1", "192.0.2.200, 203.0.113.9", 429},
		"behind the proxy, another person": {"10.1.1.1:1", "203.0.113.10", 200},
	} {
		if got := ask(tc.peer, tc.forwarded); got != tc.status {
			t.Errorf("%s: %d, want %d", name, got, tc.status)
		}
	}
	now = now.Add(time.Second)
	if got := ask("203.0.113.1:1000", ""); got != 200 {
		t.Errorf("a second later: %d", got)
	}
}

func TestLanguageOfThePage(t *testing.T) {
	for name, tc := range map[string]struct {
		query, ticket, browser string
		want                   string
	}{
		"the ticket's":                       {"", "es", "en-US,en;q=0.9", "es"},
		"what the reader picked":             {"?lang=en", "es", "pt-BR", "en"},
		"the browser's when there is none":   {"", "", "fr;q=0.9,es-AR;q=0.8", "es"},
		"a ticket in a language we lack":     {"", "fi", "en-GB", "en"},
		"European Portuguese is read":        {"", "pt-PT", "en", "pt-BR"},
		"nothing known":                      {"", "", "", "pt-BR"},
		"nonsense":                           {"?lang=%3Cscript%3E", "??", "\x01", "pt-BR"},
		"a picked language that we lack":     {"?lang=fi", "es", "en", "es"},
		"a region of what the reader picked": {"?lang=es-419", "pt-BR", "", "es"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.surveys.page.Language = tc.ticket
			r := httptest.NewRequest(http.MethodGet, d.path()+tc.query, nil)
			r.Header.Set("Accept-Language", tc.browser)
			want(t, d.do(r), 200, `<html lang="`+tc.want+`">`, `name="lang" value="`+tc.want+`"`)
		})
	}
	d := newDesk(t)
	want(t, d.post(d.path()+"?lang=pt-BR", "nonce", "n", "service", "5", "lang", "es"), 200, "¡Gracias!")
	if got := d.sink.items[0].Form[web.FieldLanguage]; got != "es" {
		t.Errorf("language handed in is %q", got)
	}
}

var (
	styleElement = regexp.MustCompile(`(?s)<style>(.*)</style>`)
	otherPlaces  = regexp.MustCompile(`(?i)(https?:)?//|<script|\son[a-z]+=|\sstyle=|@import|url\(`)
)

func TestEveryPageIsClosedToTheWorld(t *testing.T) {
	d := newDesk(t)
	for name, w := range map[string]*httptest.ResponseRecorder{
		"the form":   d.get(d.path()),
		"the thanks": d.post(d.path(), "nonce", "n", "service", "5"),
		"an error":   d.get("/rate/x"),
	} {
		t.Run(name, func(t *testing.T) {
			m := styleElement.FindStringSubmatch(w.Body.String())
			if m == nil {
				t.Fatal("no style sheet")
			}
			sum := sha256.Sum256([]byte(m[1]))
			policy := w.Header().Get("Content-Security-Policy")
			if hash := base64.StdEncoding.EncodeToString(sum[:]); !strings.Contains(policy, "style-src 'sha256-"+hash+"'") {
				t.Errorf("policy %q does not allow the style sheet, which is %s", policy, hash)
			}
			for header, value := range map[string]string{
				"Cache-Control":          "no-store",
				"Referrer-Policy":        "no-referrer",
				"X-Content-Type-Options": "nosniff",
				"X-Frame-Options":        "DENY",
				"X-Robots-Tag":           "noindex, nofollow, noarchive",
				"Content-Type":           "text/html; charset=utf-8",
			} {
				if got := w.Header().Get(header); got != value {
					t.Errorf("%s is %q, want %q", header, got, value)
				}
			}
			for _, part := range []string{"default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
				if !strings.Contains(policy, part) {
					t.Errorf("policy %q lacks %s", policy, part)
				}
			}
			if got := otherPlaces.FindString(w.Body.String()); got != "" {
				t.Errorf("the page reaches out: %q", got)
			}
		})
	}
}
