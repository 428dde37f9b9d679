package web_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// screen shows pages as a computer does.
func screen(width, height int64, scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		chromedp.EmulateViewport(width, height),
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			return err
		}),
	)
}

// TestBrowserHeld looks at the page on the smallest phone and on a computer, in the
// light and the dark: nothing runs off the side, and every button fits a thumb.
func TestBrowserHeld(t *testing.T) {
	ctx := browser(t)
	for _, scheme := range []string{"light", "dark"} {
		for name, show := range map[string]chromedp.Action[chromedp.Void]{"phone": screen(320, 1120, scheme), "desktop": screen(1100, 1120, scheme)} {
			d, q := newHeldDesk(t)
			server := httptest.NewServer(d.handler)
			path := server.URL + d.heldPath(bia)
			do(ctx, t, show, chromedp.Navigate(path))
			picture(ctx, t, "held-"+name+"-"+scheme)
			for _, long := range []string{"", strings.Repeat("Assuntoquenaoacaba", 9)} {
				if long != "" {
					q.page.Subject, q.page.Text, q.page.Files, q.page.From = long, strings.Repeat(long, 30), []string{long}, long+"@longe.example"
				}
				for _, lang := range []string{"pt-BR", "en", "es"} {
					do(ctx, t, chromedp.Navigate(path+"?lang="+lang))
					inside := ask(ctx, t, chromedp.Evaluate[bool](`document.documentElement.scrollWidth <= innerWidth`))
					small := ask(ctx, t, chromedp.Evaluate[int](`[...document.querySelectorAll('button')].filter(b => b.offsetHeight < 44).length`))
					if !inside || small != 0 {
						t.Errorf("%s %s %s: inside %v, %d small buttons", name, scheme, lang, inside, small)
					}
				}
			}
			server.Close()
		}
	}
}

// TestBrowserHeldByKeyboard releases without a pointer: the first stop is the release, the
// second the discard. The page says what was noted.
func TestBrowserHeldByKeyboard(t *testing.T) {
	ctx := browser(t)
	for i, verdict := range []string{"release", "discard"} {
		d, q := newHeldDesk(t)
		server := httptest.NewServer(d.handler)
		do(ctx, t, phone(320, "light"), chromedp.Navigate(server.URL+d.heldPath(bia)))
		for range i + 1 {
			do(ctx, t, chromedp.KeyEvent(kb.Tab))
		}
		if got := ask(ctx, t, chromedp.Evaluate[string](`document.activeElement.value || document.activeElement.outerHTML`)); got != verdict {
			t.Errorf("tab %d is at %q", i+1, got)
		}
		resp, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(kb.Enter))
		if err != nil {
			t.Fatal(err)
		}
		if resp.Status != 200 || len(d.sink.items) != 1 || d.sink.items[0].Choice != verdict {
			t.Errorf("status %d, handed in %+v", resp.Status, d.sink.items)
		}
		picture(ctx, t, fmt.Sprintf("held-noted-%s", verdict))
		q.page.Ended, q.page.Released = true, verdict == "release"
		do(ctx, t, chromedp.Navigate(server.URL+d.heldPath(bia)))
		picture(ctx, t, fmt.Sprintf("held-decided-%s", verdict))
		server.Close()
	}
}
