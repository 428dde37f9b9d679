package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rsc.io/qr"

	"recado/channels/web"
)

// numbers is a desk with one number.
type numbers struct {
	page web.PairingPage
	err  error
	did  []string
}

func (n *numbers) Pairing(_ context.Context, account string) (web.PairingPage, error) {
	if account != "principal" {
		return web.PairingPage{}, web.ErrNoPairing
	}
	return n.page, n.err
}

func (n *numbers) Begin(_ context.Context, account, phone string) error {
	n.did = append(n.did, "begin "+account+" "+phone)
	return n.err
}

func (n *numbers) Stop(_ context.Context, account string) error {
	n.did = append(n.did, "stop "+account)
	return n.err
}

const aCode = "https://wa.me/settings/linked_devices#2@secretref,bm9pc2U=,aWRlbnRpdHk=,c2VjcmV0,web"

func newPairDesk(t *testing.T) (*desk, *numbers, string) {
	t.Helper()
	n := &numbers{}
	d := newDesk(t, func(o *web.Options) { o.Pairings = n })
	u, err := url.Parse(d.channel.URL(web.PairingLink("principal"), noon))
	if err != nil {
		t.Fatal(err)
	}
	return d, n, u.Path
}

func (d *desk) posts(path string, fields url.Values) *httptest.ResponseRecorder {
	d.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return d.do(r)
}

var runs = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// drawn is the picture of a page, as the dark squares inside its white border.
func drawn(t *testing.T, body string) map[[2]int]bool {
	t.Helper()
	dark := map[[2]int]bool{}
	for _, m := range runs.FindAllStringSubmatch(body, -1) {
		var n [4]int
		for i := range n {
			n[i], _ = strconv.Atoi(m[i+1])
		}
		if n[2] != n[3] {
			t.Fatalf("a run is not closed: %s", m[0])
		}
		for i := range n[2] {
			dark[[2]int{n[0] + i - 4, n[1] - 4}] = true
		}
	}
	return dark
}

// The page draws the code of the moment, square by square, and asks nobody for it.
func TestPairShowsThePicture(t *testing.T) {
	d, n, path := newPairDesk(t)
	n.page = web.PairingPage{QR: aCode}
	w := d.get(path)
	want(t, w, 200, `<meta http-equiv="refresh" content="5">`, `role="img"`, "Dispositivos conectados", "aponte a câmera", "Prefiro digitar")
	code, err := qr.Encode(aCode, qr.L)
	if err != nil {
		t.Fatal(err)
	}
	dark := drawn(t, w.Body.String())
	for y := range code.Size {
		for x := range code.Size {
			if dark[[2]int{x, y}] != code.Black(x, y) {
				t.Fatalf("the square %d, %d is wrong", x, y)
			}
			delete(dark, [2]int{x, y})
		}
	}
	if len(dark) != 0 {
		t.Errorf("%d squares are outside", len(dark))
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "img-src") {
		t.Errorf("the policy is %s", csp)
	}
	if strings.Contains(w.Body.String(), "secretref") {
		t.Error("the code stands in the page in letters")
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("it may be cached: %s", got)
	}
	n.page.Typed = "ABCD-EFGH"
	for lang, words := range map[string]string{"pt-BR": "Conectar com número de telefone", "en": "Link with phone number instead", "es": "Vincular con el número de teléfono"} {
		want(t, d.get(path+"?lang="+lang), 200, ">ABCD-EFGH<", words)
	}
	if typing := d.get(path + "?type=1"); strings.Contains(typing.Body.String(), "refresh") || !strings.Contains(typing.Body.String(), `name="phone"`) {
		t.Error("who types a number is interrupted")
	}
}

// Looking begins nothing and ends nothing; a button does, and leads back to the page.
func TestPairDoesWhatIsPostedAlone(t *testing.T) {
	d, n, path := newPairDesk(t)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		want := 200
		if w := d.do(httptest.NewRequest(method, path+"?do=show&phone=5511999990000", nil)); w.Code != want {
			t.Errorf("%s: status %d", method, w.Code)
		}
	}
	if len(n.did) != 0 {
		t.Fatalf("looking did %q", n.did)
	}
	for _, fields := range []url.Values{{"do": {"show"}}, {"do": {"type"}, "phone": {" +55 11 98888-0000\x00 "}, "lang": {"es"}}, {"do": {"stop"}}} {
		w := d.posts(path, fields)
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "?lang=") {
			t.Errorf("%v: status %d to %q", fields, w.Code, w.Header().Get("Location"))
		}
	}
	if got := []string{"begin principal ", "begin principal +55 11 98888-0000", "stop principal"}; !slices.Equal(n.did, got) {
		t.Errorf("did %q", n.did)
	}
	foreign := httptest.NewRequest(http.MethodPost, path, strings.NewReader("do=show"))
	foreign.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	if w := d.do(foreign); w.Code != http.StatusForbidden {
		t.Errorf("another site began it: %d", w.Code)
	}
	if w := d.posts(path, url.Values{"do": {"dance"}}); w.Code != http.StatusBadRequest {
		t.Errorf("something else: %d", w.Code)
	}
	if len(n.did) != 3 {
		t.Errorf("did %q", n.did)
	}
	n.err = errors.New("nobody makes links")
	want(t, d.posts(path, url.Values{"do": {"show"}}), 503, "Não consegui falar com o resto")
}

// Each end has its words, the link of another page opens nothing, and a late one says how
// to get another. No code is logged.
func TestPairSaysHowItStands(t *testing.T) {
	d, n, path := newPairDesk(t)
	ends := map[string]string{
		"": "", "stopped": "não está mais valendo", "passkey": "chave de acesso", "bad-phone": "código do país", "old-phone": "antigo demais",
		"outdated": "versão mais nova", "busy": "Alguém já está", "failed": "Não deu certo", "never heard of": "Não deu certo",
	}
	for end, words := range ends {
		n.page = web.PairingPage{End: end}
		want(t, d.get(path), 200, words, `value="show"`)
	}
	n.page = web.PairingPage{Number: "5511988880000"}
	want(t, d.get(path), 200, "Pronto, está ligado", "5511988880000")
	n.page, n.err = web.PairingPage{QR: strings.Repeat("x", 4000)}, nil
	want(t, d.get(path), 503, "Tivemos um problema")
	n.err = errors.New("away")
	want(t, d.get(path), 503, "Tivemos um problema")

	n.page, n.err = web.PairingPage{QR: aCode, Typed: "ABCD-EFGH"}, nil
	d.get(path)
	for name, tc := range map[string]struct {
		url  string
		code int
	}{
		"of a survey":       {strings.Replace(d.path(), "/rate/", "/pair/", 1), 404},
		"of another number": {urlPath(t, d.channel.URL(web.PairingLink("vendas"), noon)), 404},
		"late":              {urlPath(t, d.channel.URL(web.PairingLink("principal"), noon.Add(-web.PairTTL-time.Second))), 410},
	} {
		if w := d.get(tc.url); w.Code != tc.code || strings.Contains(w.Body.String(), "ABCD-EFGH") {
			t.Errorf("%s: status %d", name, w.Code)
		}
	}
	if w := newDesk(t).get(path); w.Code != 404 {
		t.Errorf("a desk without numbers: %d", w.Code)
	}
	if log := d.log.String(); strings.Contains(log, "ABCD-EFGH") || strings.Contains(log, "secretref") {
		t.Errorf("the log has the code:\n%s", log)
	}
	u, err := web.PairingURL("https://suporte.example", d.opts.Signer, "principal", noon.Add(web.PairTTL))
	if err != nil || urlPath(t, u) != path {
		t.Errorf("%s, %v", u, err)
	}
}

func urlPath(t *testing.T, s string) string {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u.Path
}
