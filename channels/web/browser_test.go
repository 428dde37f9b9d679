package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"recado/channels/web"
)

var screenshots = flag.String("screenshots", "", "folder for pictures of the pages, such as ../../docs/img")

// browser starts a headless Chromium that asks nobody but our test server.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := os.Getenv("RECADO_TEST_CHROMIUM")
	if path == "" {
		t.Skip("RECADO_TEST_CHROMIUM is not set; Debian's package chromium has /usr/bin/chromium")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	ctx, cancel = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

func do(ctx context.Context, t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func ask[T any](ctx context.Context, t *testing.T, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// phone shows pages as a phone does, in the light or the dark.
func phone(width int64, scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		chromedp.EmulateViewport(width, 740, chromedp.EmulatePortrait, chromedp.EmulateTouch),
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{
					{Name: "prefers-color-scheme", Value: scheme},
					{Name: "prefers-reduced-motion", Value: "reduce"},
				},
			})
			return err
		}),
	)
}

func picture(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	png := ask(ctx, t, chromedp.CaptureScreenshot())
	if *screenshots == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// starLabel is what a finger touches.
func starLabel(side string, n int) chromedp.CSS {
	return chromedp.CSS(fmt.Sprintf(`label:has(input[name=%q][value="%d"])`, side, n))
}

func TestBrowserRates(t *testing.T) {
	ctx := browser(t)
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) {
			d := newDesk(t)
			server := httptest.NewServer(d.handler)
			defer server.Close()

			do(ctx, t,
				phone(360, scheme),
				chromedp.Navigate(server.URL+d.path()),
				chromedp.Click(starLabel("service", 5)),
				chromedp.Click(starLabel("solution", 4)),
				chromedp.SendKeys(chromedp.ID("comment"), "A Bia resolveu rapidinho!"),
				chromedp.Blur(chromedp.ID("comment")),
			)
			picture(ctx, t, "rating-form-"+scheme)
			resp, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS("button")))
			if err != nil {
				t.Fatal(err)
			}
			if resp.Status != 200 {
				t.Errorf("status %d", resp.Status)
			}
			picture(ctx, t, "rating-thanks-"+scheme)
			if got := ask(ctx, t, chromedp.Text(chromedp.CSS("h1"))); got != "Obrigado!" {
				t.Errorf("the page says %q", got)
			}
			if len(d.sink.items) != 1 {
				t.Fatalf("%d items", len(d.sink.items))
			}
			form := d.sink.items[0].Form
			if form[web.FieldService] != "5" || form[web.FieldSolution] != "4" || form[web.FieldComment] != "A Bia resolveu rapidinho!" {
				t.Errorf("form is %v", form)
			}
		})
	}
}

// TestBrowserKeepsWhatWasChosen has the sink fail once: the same form is sent again.
func TestBrowserKeepsWhatWasChosen(t *testing.T) {
	ctx := browser(t)
	d := newDesk(t)
	server := httptest.NewServer(d.handler)
	defer server.Close()
	d.sink.fail = func() error { return errors.New("database is locked") }
	do(ctx, t,
		phone(360, "light"),
		chromedp.Navigate(server.URL+d.path()),
		chromedp.Click(starLabel("service", 3)),
		chromedp.SendKeys(chromedp.ID("comment"), "demorou"),
	)
	send := chromedp.Click(chromedp.CSS("button"))
	resp, err := chromedp.RunResponse(ctx, send)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Status != 503 {
		t.Errorf("status %d", resp.Status)
	}
	d.sink.fail = nil
	if _, err := chromedp.RunResponse(ctx, send); err != nil {
		t.Fatal(err)
	}
	if len(d.sink.items) != 1 {
		t.Fatalf("%d items", len(d.sink.items))
	}
	if f := d.sink.items[0].Form; f[web.FieldService] != "3" || f[web.FieldComment] != "demorou" {
		t.Errorf("form is %v", f)
	}
}

// TestBrowserKeyboard rates without a pointer.
func TestBrowserKeyboard(t *testing.T) {
	ctx := browser(t)
	d := newDesk(t)
	server := httptest.NewServer(d.handler)
	defer server.Close()
	do(ctx, t,
		chromedp.Navigate(server.URL+d.path()),
		chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(" "), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight),
		chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(" "), chromedp.KeyEvent(kb.ArrowRight),
		chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent("ok"),
		chromedp.KeyEvent(kb.Tab),
	)
	if _, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(kb.Enter)); err != nil {
		t.Fatal(err)
	}
	if len(d.sink.items) != 1 {
		t.Fatalf("%d items", len(d.sink.items))
	}
	if f := d.sink.items[0].Form; f[web.FieldService] != "3" || f[web.FieldSolution] != "2" || f[web.FieldComment] != "ok" {
		t.Errorf("form is %v", f)
	}
}

// TestBrowserTellsAScreenReader reads what assistive technology is given.
func TestBrowserTellsAScreenReader(t *testing.T) {
	ctx := browser(t)
	d := newDesk(t)
	server := httptest.NewServer(d.handler)
	defer server.Close()
	do(ctx, t, chromedp.Navigate(server.URL+d.path()))
	tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		t.Fatal(err)
	}
	var heard []string
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil || n.Name == nil {
			continue
		}
		switch role := text(n.Role); role {
		case "group", "radio", "textbox", "button", "heading":
			heard = append(heard, role+": "+text(n.Name))
		}
	}
	want := []string{
		"heading: Como foi o seu atendimento?",
		"group: Atendimento Bia ajudou bem você?",
		"radio: 1 de 5, Não gostei nada", "radio: 2 de 5, Não gostei", "radio: 3 de 5, Mais ou menos",
		"radio: 4 de 5, Gostei", "radio: 5 de 5, Gostei muito",
		"group: Solução E o problema, ficou bem resolvido?",
		"radio: 1 de 5, Não gostei nada", "radio: 2 de 5, Não gostei", "radio: 3 de 5, Mais ou menos",
		"radio: 4 de 5, Gostei", "radio: 5 de 5, Gostei muito",
		"textbox: Quer contar mais? se quiser",
		"button: Enviar avaliação",
	}
	// The tree comes in no order that a person would hear.
	slices.Sort(heard)
	slices.Sort(want)
	if !slices.Equal(heard, want) {
		t.Errorf("a screen reader hears\n%s\nwant\n%s", strings.Join(heard, "\n"), strings.Join(want, "\n"))
	}
}

// text is the string in v, empty when it holds none.
func text(v *accessibility.Value) (s string) {
	if json.Unmarshal(v.Value, &s) != nil {
		return ""
	}
	return s
}

// TestBrowserSmallestPhone looks for anything that runs off the side at 320 px,
// and for stars too small for a thumb.
func TestBrowserSmallestPhone(t *testing.T) {
	ctx := browser(t)
	d := newDesk(t)
	d.surveys.page.Subject = strings.Repeat("Assuntoquenaoacaba", 5)
	server := httptest.NewServer(d.handler)
	defer server.Close()
	for _, lang := range []string{"pt-BR", "en", "es"} {
		do(ctx, t, phone(320, "light"), chromedp.Navigate(server.URL+d.path()+"?lang="+lang))
		if wide := ask(ctx, t, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)); wide > 320 {
			t.Errorf("%s: the page is %d px wide", lang, wide)
		}
		small := ask(ctx, t, chromedp.Evaluate[int](
			`[...document.querySelectorAll('.stars label')].filter(l => l.offsetWidth < 44 || l.offsetHeight < 44).length`))
		if small != 0 {
			t.Errorf("%s: %d stars are under 44 px", lang, small)
		}
	}
}
