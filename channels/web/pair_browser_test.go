package web_test

import (
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"recado/channels/web"
)

// TestBrowserPairs links a number as its owner sees it: asks for the picture by keyboard,
// sees it without scrolling, and is told when it was scanned, without doing anything.
func TestBrowserPairs(t *testing.T) {
	ctx := browser(t)
	for _, scheme := range []string{"light", "dark"} {
		d, n, path := newPairDesk(t)
		server := httptest.NewServer(d.handler)
		do(ctx, t, phone(360, scheme), chromedp.Navigate(server.URL+path))
		picture(ctx, t, "pair-start-"+scheme)
		do(ctx, t, chromedp.KeyEvent(kb.Tab))
		n.page = web.PairingPage{QR: aCode}
		if _, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(kb.Enter)); err != nil {
			t.Fatal(err)
		}
		if len(n.did) != 1 || n.did[0] != "begin principal " {
			t.Errorf("did %q", n.did)
		}
		do(ctx, t, screen(900, 900, scheme))
		if !ask(ctx, t, chromedp.Evaluate[bool](`document.querySelector('.qr').getBoundingClientRect().bottom <= innerHeight`)) {
			t.Error("the picture is below the screen")
		}
		picture(ctx, t, "pair-qr-"+scheme)
		n.page.Typed = "ABCD-EFGH"
		for _, lang := range []string{"pt-BR", "en", "es"} {
			do(ctx, t, phone(320, scheme), chromedp.Navigate(server.URL+path+"?lang="+lang))
			if !ask(ctx, t, chromedp.Evaluate[bool](`document.documentElement.scrollWidth <= innerWidth`)) {
				t.Errorf("%s runs off the side", lang)
			}
			if lang == "pt-BR" {
				picture(ctx, t, "pair-code-"+scheme)
			}
		}
		n.page = web.PairingPage{Number: "5511988880000"}
		do(ctx, t, chromedp.WaitVisible(chromedp.CSS(".done"))) // the page loads itself anew
		picture(ctx, t, "pair-done-"+scheme)
		server.Close()
	}
}
