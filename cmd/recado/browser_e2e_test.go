package main_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"recado/testenv"
)

// rate opens a rating page in headless Chromium, chooses stars, writes a comment,
// sends, and returns the heading of the page that follows.
func rate(t *testing.T, url string, service, solution int, comment string) (heading string) {
	t.Helper()
	ctx := browser(t)
	err := chromedp.Do(ctx,
		chromedp.Navigate(url),
		chromedp.Click(star("service", service)),
		chromedp.Click(star("solution", solution)),
		chromedp.SendKeys(chromedp.ID("comment"), comment),
	)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS("button")))
	if err != nil {
		t.Fatal(err)
	}
	if resp.Status != 200 {
		t.Errorf("the page answered with %d", resp.Status)
	}
	heading, err = chromedp.Run(ctx, chromedp.Text(chromedp.CSS("h1")))
	if err != nil {
		t.Fatal(err)
	}
	return heading
}

// star is what a finger touches.
func star(side string, n int) chromedp.CSS {
	return chromedp.CSS(fmt.Sprintf(`label:has(input[name=%q][value="%d"])`, side, n))
}

// browser starts a Chromium that can reach this machine alone.
func browser(t *testing.T) context.Context {
	t.Helper()
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(testenv.Chromium(t)),
		chromedp.NoSandbox, // as root there is no other way
		chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
	)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}
