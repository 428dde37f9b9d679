package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"recado/channels/web"
	"recado/core/message"
)

const (
	heldItem = "Q-ABCDEFGHIJ"
	bia      = "01890000-0000-7000-8000-0000000000b1"
)

// quarantine knows one item, and that Bia may decide about it.
type quarantine struct {
	page  web.HeldPage
	err   error
	asked int
}

func (q *quarantine) Held(_ context.Context, item, person string) (web.HeldPage, error) {
	q.asked++
	switch {
	case q.err != nil:
		return web.HeldPage{}, q.err
	case item != heldItem:
		return web.HeldPage{}, web.ErrNotHeld
	case person != bia:
		return web.HeldPage{}, web.ErrNotTheirs
	}
	return q.page, nil
}

func heldPage() web.HeldPage {
	return web.HeldPage{
		Ref: heldItem, From: "ana@aurora.example", Name: "Ana Souza", Subject: "CT-e não autoriza", Releasable: true, Language: "pt-BR",
		Text:  "Bom dia,\n\no CT-e não autoriza desde ontem. Podem reenviar o lote 4512?\n\nAna",
		Files: []string{"nota.pdf (20 KB)", "print.png (312 KB)"}, By: "Rui",
		Words: func(lang string) web.HeldWords {
			return map[string]web.HeldWords{
				"pt-BR": {"o servidor de e-mail diz que ela não veio de aurora.example (dmarc=fail)", "hoje 09:00", "hoje 09:16"},
				"en":    {"the mail server says that it didn't come from aurora.example (dmarc=fail)", "today 09:00", "today 09:16"},
				"es":    {"el servidor de correo dice que no vino de aurora.example (dmarc=fail)", "hoy 09:00", "hoy 09:16"},
			}[lang]
		},
		Others: []web.HeldOther{{ID: "Q-2222222222", Subject: "Oferta imperdível", From: "x@longe.example"}},
	}
}

func newHeldDesk(t *testing.T, change ...func(*web.Options)) (*desk, *quarantine) {
	t.Helper()
	q := &quarantine{page: heldPage()}
	return newDesk(t, append([]func(*web.Options){func(o *web.Options) { o.Quarantine = q }}, change...)...), q
}

// heldPath is the way to the page of the item, as it was sent to somebody.
func (d *desk) heldPath(person string) string {
	d.t.Helper()
	u, err := url.Parse(d.channel.URL(message.Link{Purpose: "held", Subject: heldItem + "/" + person}, noon))
	if err != nil {
		d.t.Fatal(err)
	}
	return u.Path
}

var formField = regexp.MustCompile(`name="form" value="([^"]+)"`)

func formOf(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	m := formField.FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("no form in the page:\n%s", w.Body)
	}
	return m[1]
}

func TestHeldLookingRecordsNothing(t *testing.T) {
	d, _ := newHeldDesk(t)
	path := d.heldPath(bia)
	form := formOf(t, d.get(path))
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		if w := d.do(httptest.NewRequest(method, path+"?verdict=release&form="+form, nil)); w.Code != http.StatusOK {
			t.Errorf("%s: status %d", method, w.Code)
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
		if w := d.do(httptest.NewRequest(method, path, nil)); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: status %d", method, w.Code)
		}
	}
	if len(d.sink.items) != 0 {
		t.Errorf("looking handed in %+v", d.sink.items)
	}
}

func TestHeldShowsTheItemAsPlainText(t *testing.T) {
	d, q := newHeldDesk(t)
	q.page.Text = "<script>alert(1)</script>\x1b[31m\n<img src=\"https://evil.example/pixel\"> https://evil.example/x"
	q.page.Subject = `"><a href="https://evil.example">`
	w := d.get(d.heldPath(bia))
	want(t, w, 200, `<html lang="pt-BR">`, heldItem, "ana@aurora.example", "endereço de Ana Souza", "nota.pdf (20 KB)", "não veio de aurora.example",
		"&lt;script&gt;alert(1)&lt;/script&gt;[31m", "como escrita por Ana Souza", `value="release"`, `value="discard"`)
	for _, alive := range []string{"<script", "<img", `href="https://evil`, "\x1b"} {
		if strings.Contains(w.Body.String(), alive) {
			t.Errorf("%q is alive in\n%s", alive, w.Body)
		}
	}
	if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "img-src") {
		t.Errorf("the policy is %s", csp)
	}
	q.page.Releasable, q.page.Name = false, ""
	if w := d.get(d.heldPath(bia)); strings.Contains(w.Body.String(), `value="release"`) || !strings.Contains(w.Body.String(), "Não há o que liberar") {
		t.Errorf("what cannot be released:\n%s", w.Body)
	}
}

func TestHeldDecides(t *testing.T) {
	for verdict, says := range map[string]string{"release": "vai ser liberada", "discard": "vai ser descartada"} {
		d, _ := newHeldDesk(t)
		path := d.heldPath(bia)
		form := formOf(t, d.get(path))
		want(t, d.post(path, "form", form, "verdict", verdict), 200, says)
		want(t, d.post(path, "form", form, "verdict", verdict), 200, says)
		if len(d.sink.items) != 2 || d.sink.items[0].Key != d.sink.items[1].Key {
			t.Fatalf("%s: a double click is %+v", verdict, d.sink.items)
		}
		in := d.sink.items[0]
		from := message.Address{Channel: message.Web, ID: heldItem + "/" + bia}
		if in.Kind != message.Verdict || in.From != from || in.Proof != message.ByToken || in.Choice != verdict || in.Check() != nil ||
			in.Key.ID != "held/"+from.ID+"/"+verdict || !in.ReceivedAt.Equal(noon) {
			t.Errorf("handed in %+v", in)
		}
	}
}

// TestHeldRefuses: whatever is not a button of our own page, looked at by whom the link was
// sent to and in time, hands nothing in and says so.
func TestHeldRefuses(t *testing.T) {
	d, q := newHeldDesk(t)
	path := d.heldPath(bia)
	form := formOf(t, d.get(path))
	other := formOf(t, d.get(d.heldPath(bia)))
	signer := d.opts.Signer
	late := d.opts.Clock().Add(-time.Second)
	link := func(purpose, subject string, until time.Time) string {
		return "/held/" + signer.Link(purpose, subject, until)
	}
	inTime := noon.Add(time.Hour)
	for name, tc := range map[string]struct {
		path   string
		fields []string
		status int
		says   string
	}{
		"no form":                 {path, []string{"verdict", "release"}, 403, "Não deu para receber"},
		"a made-up form":          {path, []string{"form", "aaaa.bbbb", "verdict", "release"}, 403, "Não deu para receber"},
		"a form of another item":  {path, []string{"form", signer.Link("held-form", "Q-2222222222/"+bia, inTime), "verdict", "release"}, 403, "Não deu para receber"},
		"a form of another agent": {path, []string{"form", signer.Link("held-form", heldItem+"/rui", inTime), "verdict", "release"}, 403, "Não deu para receber"},
		"the link as the form":    {path, []string{"form", strings.TrimPrefix(path, "/held/"), "verdict", "release"}, 403, "Não deu para receber"},
		"a form of yesterday":     {path, []string{"form", signer.Link("held-form", heldItem+"/"+bia, late), "verdict", "release"}, 403, "aberta tempo demais"},
		"no verdict":              {path, []string{"form", form}, 403, "Não deu para receber"},
		"a verdict of nobody's":   {path, []string{"form", form, "verdict", "delete"}, 403, "Não deu para receber"},
		"a link that expired":     {link("held", heldItem+"/"+bia, late), []string{"form", other, "verdict", "release"}, 410, "Este link venceu"},
		"a link of a rating":      {link("rate", heldItem+"/"+bia, inTime), []string{"form", form, "verdict", "release"}, 404, "não abriu"},
		"a forged link":           {path[:len(path)-1] + "x", []string{"form", form, "verdict", "release"}, 404, "não abriu"},
		"an item that is not there": {link("held", "Q-2222222222/"+bia, inTime),
			[]string{"form", signer.Link("held-form", "Q-2222222222/"+bia, inTime), "verdict", "release"}, 410, "não está mais aqui"},
		"an agent who may not": {link("held", heldItem+"/rui", inTime),
			[]string{"form", signer.Link("held-form", heldItem+"/rui", inTime), "verdict", "release"}, 403, "Não é você que decide"},
	} {
		t.Run(name, func(t *testing.T) {
			want(t, d.post(tc.path, tc.fields...), tc.status, tc.says)
			if len(d.sink.items) > 0 {
				t.Errorf("handed in %+v", d.sink.items)
			}
		})
	}
	r := formRequest(path, "form", form, "verdict", "release")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	want(t, d.do(r), 403, "Não deu para receber")
	q.err = errors.New("database is locked")
	want(t, d.post(path, "form", form, "verdict", "release"), 503, "Tivemos um problema")
	if len(d.sink.items) > 0 {
		t.Errorf("handed in %+v", d.sink.items)
	}
}

func TestHeldIsDecidedOnce(t *testing.T) {
	for released, says := range map[bool][]string{
		true:  {"Já foi liberada", "Quem liberou foi Rui, hoje 09:16", "Already released", "Rui released it, today 09:16", "Ya fue liberado"},
		false: {"Já foi descartada", "Quem descartou foi Rui, hoje 09:16", "Already discarded", "Rui discarded it, today 09:16", "Ya fue descartado"},
	} {
		d, q := newHeldDesk(t)
		path := d.heldPath(bia)
		form := formOf(t, d.get(path))
		q.page.Ended, q.page.Released = true, released
		want(t, d.post(path, "form", form, "verdict", "discard"), 200, says[0], says[1])
		want(t, d.get(path+"?lang=en"), 200, says[2], says[3])
		want(t, d.get(path+"?lang=es"), 200, says[4])
		if len(d.sink.items) > 0 {
			t.Errorf("handed in %+v", d.sink.items)
		}
	}
}

func TestHeldSaysWhatIsWrongInEveryLanguage(t *testing.T) {
	d, _ := newHeldDesk(t)
	old := "/held/" + d.opts.Signer.Link("held", heldItem+"/"+bia, noon.Add(-time.Second))
	for lang, says := range map[string][3]string{
		"pt-BR": {"Este link venceu", "Não é você que decide esta", "Este link não abriu"},
		"en":    {"This link has expired", "This one is not yours to decide", "This link did not open"},
		"es":    {"Este enlace venció", "Este no te toca decidirlo", "Este enlace no se abrió"},
	} {
		want(t, d.get(old+"?lang="+lang), 410, says[0])
		want(t, d.get(d.heldPath("rui")+"?lang="+lang), 403, says[1])
		if w := d.get("/held/nada?lang=" + lang); w.Code != 404 {
			t.Errorf("%s: status %d", lang, w.Code)
		}
	}
}

// TestHeldOthers: the links to other items are for the same person, and hold no longer.
func TestHeldOthers(t *testing.T) {
	d, _ := newHeldDesk(t, func(o *web.Options) { o.HeldTTL = time.Hour })
	w := d.get(d.heldPath(bia))
	m := regexp.MustCompile(`href="https://suporte\.example/held/([^"]+)"`).FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("no other item in\n%s", w.Body)
	}
	subject, expires, err := d.opts.Signer.OpenLink("held", m[1], noon)
	if err != nil || subject != "Q-2222222222/"+bia || !expires.Equal(noon.Add(time.Hour)) {
		t.Errorf("leads to %q until %v, %v", subject, expires, err)
	}
}

func TestHeldKeepsTheButtonsWhenTheSinkFails(t *testing.T) {
	d, _ := newHeldDesk(t)
	path := d.heldPath(bia)
	d.sink.fail = func() error { return errors.New("database is locked") }
	w := d.post(path, "form", formOf(t, d.get(path)), "verdict", "release")
	want(t, w, 503, "Não consegui guardar a sua decisão", `value="release"`)
	d.sink.fail = nil
	want(t, d.post(path, "form", formOf(t, w), "verdict", "release"), 200, "vai ser liberada")
}

func TestNoQuarantineNoPage(t *testing.T) {
	d := newDesk(t)
	want(t, d.get(d.heldPath(bia)), 404, "Não achei esta página")
}
