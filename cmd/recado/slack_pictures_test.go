package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"flag"
	"html/template"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"recado/core/notice"
	"recado/testenv"
)

var slackPictures = flag.String("slack-pictures", "", "folder for pictures of Slack's cards, such as ../../docs/img/slack")

//go:embed testdata/slack/sheet.html
var slackSheet string

// TestSlackPictures writes the sheets of docs/slack-cards.md, from the golden files:
// go test ./cmd/recado -run TestSlackPictures -slack-pictures ../../docs/img/slack.
func TestSlackPictures(t *testing.T) {
	if *slackPictures == "" {
		t.Skip("asked for by -slack-pictures")
	}
	page := template.Must(template.New("sheet").Funcs(template.FuncMap{"mrkdwn": fromMrkdwn, "name": personOf, "said": saidOnSlack, "initial": initialOf}).Parse(slackSheet))
	var body strings.Builder
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(body.String()))
	}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(testenv.Chromium(t)), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	for _, lang := range notice.Languages() {
		for _, sheet := range []string{"thread", "forms", "rooms"} {
			body.Reset()
			views := slices.DeleteFunc(drawnViews(t, lang), func(v drawnView) bool { return v.Sheet != sheet })
			for i := range views {
				views[i].Shows = slices.DeleteFunc(views[i].Shows, func(s drawnShow) bool { return besides(sheet, s.Where) })
			}
			data := map[string]any{"Lang": lang, "Views": views}
			if err := page.Execute(&body, data); err != nil {
				t.Fatal(err)
			}
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(1480, 900), chromedp.Navigate(server.URL+"/"+lang+"-"+sheet), chromedp.WaitVisible("#ready")); err != nil {
				t.Fatal(err)
			}
			shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			if err == nil {
				err = os.WriteFile(filepath.Join(*slackPictures, sheet+"-"+lang+".png"), shot, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// besides reports whether something is only what happened meanwhile: in the tickets' threads,
// on sheets that show something else.
func besides(sheet, where string) bool {
	return sheet != "thread" && (where == "root" || where == "thread" || where == "direct" || where == "mark")
}

// onlyYou is what Slack itself writes over a message that one person alone sees.
var onlyYou = map[string]string{"pt-BR": "Visível apenas para você", "en": "Only visible to you", "es": "Solo visible para ti"}

// drawnView is a view of the golden file, opened as far as the template needs.
type drawnView struct {
	Sheet string
	Title string
	Lines []string
	Shows []drawnShow
}

type drawnShow struct {
	Where, To, Emoji, Only string
	Slack                  []map[string]any
}

func drawnViews(t *testing.T, lang string) (all []drawnView) {
	t.Helper()
	raw, err := os.ReadFile("testdata/slack/cards." + lang + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	for i, v := range readScenario(t, lang).views {
		all[i].Sheet, all[i].Lines = v.Sheet, v.lines
		for j := range all[i].Shows {
			all[i].Shows[j].Only = onlyYou[lang]
		}
	}
	return all
}

var onSlack = regexp.MustCompile(`^(\S+) on slack in (?:thread|room) \S+\s{2,}(.*)$`)

// saidOnSlack is what somebody of the team wrote, if a step is that.
func saidOnSlack(line string) []string {
	if m := onSlack.FindStringSubmatch(line); m != nil {
		return m[1:]
	}
	return nil
}

func personOf(to string) string { return strings.TrimPrefix(to, "U-") }

func initialOf(name string) string {
	for _, r := range name {
		return string(r)
	}
	return ""
}

// Marks of mrkdwn, as far as our texts have them.
var (
	mrkdwnLink   = regexp.MustCompile(`<(https?://[^|>]+|mailto:[^|>]+)(?:\|([^>]+))?>`)
	mrkdwnBold   = regexp.MustCompile(`(^|[\s(>])\*([^*\n]+)\*`)
	mrkdwnItalic = regexp.MustCompile(`(^|[\s(>])_([^_\n]+)_`)
)

// fromMrkdwn trusts its text: channels/slack escaped it when the golden file was written.
func fromMrkdwn(text string) template.HTML {
	text = mrkdwnLink.ReplaceAllStringFunc(text, func(link string) string {
		m := mrkdwnLink.FindStringSubmatch(link)
		label := m[2]
		if label == "" {
			label = m[1]
		}
		return "<a>" + label + "</a>"
	})
	text = mrkdwnBold.ReplaceAllString(text, "$1<b>$2</b>")
	text = mrkdwnItalic.ReplaceAllString(text, "$1<i>$2</i>")
	return template.HTML(strings.ReplaceAll(text, "\n", "<br>"))
}
