package email

import (
	"context"
	"flag"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"recado/core/message"
	catalogues "recado/core/notice"
	"recado/testenv"
)

var pictures = flag.String("pictures", "", "folder for pictures of mails, such as ../../docs/img")

// specimen is one kind of mail, with the words of the catalogue.
type specimen struct {
	name string
	out  message.Outbound
}

func specimens(t testing.TB, lang string) []specimen {
	t.Helper()
	catalogue, err := catalogues.Load()
	if err != nil {
		t.Fatal(err)
	}
	words := map[string][3]string{ // subject, the agent's answer, the customer's question
		"pt-BR": {"CT-e não autoriza desde ontem", "Oi, Ana! Reenviamos o lote e ele já *passou*.\nPode conferir, por favor? O passo a passo está em https://ajuda.aurora.example/cte/539", "Não consigo emitir CT-e desde ontem à tarde.\nAparece a rejeição 539."},
		"en":    {"Invoices are rejected since yesterday", "Hi Ana! We sent the batch again and it *went through*.\nCould you check, please? The steps are at https://help.aurora.example/cte/539", "I can't issue invoices since yesterday afternoon.\nIt says rejection 539."},
		"es":    {"Las facturas fallan desde ayer", "¡Hola, Ana! Reenviamos el lote y ya *pasó*.\n¿Puedes revisarlo, por favor? Los pasos están en https://ayuda.aurora.example/cte/539", "No puedo emitir facturas desde ayer por la tarde.\nAparece el rechazo 539."},
	}[lang]
	word := func(key string) string { return catalogue.Word(lang, key) }
	data := catalogues.Data{
		"Name": "Ana", "By": "Bia", "Requester": "Ana Souza", "Number": "2026-000042", "Subject": words[0], "Title": words[0], "Text": words[1], "About": "Fiscal › CT-e",
		"Severity": word("level.high"), "Files": 0, "Articles": "", "Defect": "", "Folded": false, "Caution": "", "Seen": "", "Chat": false, "Last": "", "Until": "30/11 18:00", "Audience": "Ana (email), Carlos (whatsapp)",
		"Code": "481 592", "Minutes": 15, "Desk": "Suporte Aurora", "State": word("list.state.open"), "From": 1, "To": 3, "Total": "3", "Protocol": "2026-000042",
		"Why": word("failure.mailbox-full"), "Who": "", "Address": "", "Via": "", "Again": false, "Gone": false,
	}
	made := func(name, key string, change func(*message.Outbound, catalogues.Data)) specimen {
		with := maps.Clone(data)
		out := noticeOf(lang, words[0])
		if change != nil {
			change(&out, with)
		}
		text, err := catalogue.Text(lang, key, with)
		if err != nil {
			t.Fatal(err)
		}
		out.Text = text
		for i, c := range out.Choices {
			if i == 0 {
				out.Text += "\n"
			}
			out.Text += fmt.Sprintf("\n*%d.* %s", i+1, c.Label)
		}
		return specimen{name, out}
	}
	return []specimen{
		made("opened", "opened.mail", nil),
		made("answered", "notice.answered.requester", func(o *message.Outbound, _ catalogues.Data) {
			o.Quote = words[2]
			o.Attachments = []message.Attachment{{Name: "lote-539.pdf", MediaType: "application/pdf", Size: 48_300}, {Name: "retorno.xml", MediaType: "text/xml", Size: 2_100}}
		}),
		made("reminder", "notice.reminder.requester", func(_ *message.Outbound, d catalogues.Data) { d["Last"], _, _ = strings.Cut(words[1], "\n") }),
		made("warning", "notice.warning.requester", nil),
		made("closed", "notice.closed.requester", func(o *message.Outbound, _ catalogues.Data) {
			o.Link = &message.Link{Label: word("rate.link"), URL: "https://suporte.aurora.example/r/abc"}
		}),
		made("code", "access.code-mail", func(o *message.Outbound, _ catalogues.Data) { o.Number, o.Subject = "", "Suporte Aurora" }),
		made("list", "list.page", func(o *message.Outbound, d catalogues.Data) {
			d["Title"], o.Number = word("list.title.mine"), ""
			for i, s := range []string{words[0], "MDF-e · " + word("status.waiting"), "Recado · " + word("status.in-progress")} {
				o.Choices = append(o.Choices, message.Choice{Label: fmt.Sprintf("2026-0000%d · %s", 42-i, s)})
			}
		}),
		made("team", "notice.opened.team", func(_ *message.Outbound, d catalogues.Data) { d["Text"] = words[2] }),
		made("undelivered", "notice.undelivered", func(_ *message.Outbound, d catalogues.Data) {
			d["Who"], d["Address"], d["About"] = "Carlos Prado", "carlos@cliente.example", ""
		}),
	}
}

func noticeOf(lang, subject string) message.Outbound {
	return message.Outbound{
		ID: "n", To: message.Address{Channel: message.Email, ID: "ana@cliente.example"}, Language: lang, Number: "2026-000042",
		Subject: "[2026-000042] " + subject,
	}
}

// Every kind of mail in every language: under Gmail's clip, with a twin in text, and
// without marks left in either.
func TestEveryKindOfMail(t *testing.T) {
	d := testDesk(t)
	for _, lang := range catalogues.Languages() {
		for _, s := range specimens(t, lang) {
			page, plain := d.htmlBody(s.out), plainBody(s.out)
			if len(page) > 20<<10 {
				t.Errorf("%s %s: %d bytes of HTML", lang, s.name, len(page))
			}
			if strings.Contains(plain, "*") || strings.Contains(page, "{BODY}") || strings.Contains(page, "*<") {
				t.Errorf("%s %s: marks are left:\n%s", lang, s.name, plain)
			}
			if !strings.Contains(page, `lang="`+lang+`"`) {
				t.Errorf("%s %s: the page does not say its language", lang, s.name)
			}
		}
	}
}

// TestPictures writes the contact sheets of docs/mail.md:
// go test ./channels/email -run TestPictures -pictures ../../docs/img.
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("asked for by -pictures")
	}
	chromium := testenv.Chromium(t)
	d := testDesk(t)
	var page string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
	}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(chromium), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	shoot := func(name, scheme, sheet string, width int64) {
		page = sheet
		shot, err := photograph(ctx, server.URL+"/"+name, scheme, width)
		if err == nil {
			err = os.WriteFile(filepath.Join(*pictures, name+".png"), shot, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, lang := range catalogues.Languages() {
		all := specimens(t, lang)
		for _, scheme := range []string{"light", "dark"} {
			shoot("mail-"+lang+"-"+scheme, scheme, sheetOf(d, all), 1600)
		}
		if lang == "pt-BR" {
			shoot("mail-plain", "light", plainSheet(all), 1600)
		}
	}
}

func photograph(ctx context.Context, url, scheme string, width int64) ([]byte, error) {
	err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900),
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			})
			return err
		}),
		chromedp.Navigate(url), chromedp.WaitVisible("#ready"))
	if err != nil {
		return nil, err
	}
	return chromedp.Run(ctx, chromedp.FullScreenshot(100))
}

// sheetOf shows each mail as wide as a desk's window and as narrow as a small phone.
func sheetOf(d *desk, all []specimen) string {
	var b strings.Builder
	b.WriteString(sheetHead)
	for _, s := range all {
		src := html.EscapeString(d.htmlBody(s.out))
		fmt.Fprintf(&b, `<div class="pair"><h2>%s</h2><iframe width="640" srcdoc="%s"></iframe><iframe width="320" srcdoc="%s"></iframe></div>`, s.name, src, src)
	}
	return b.String() + sheetEnd
}

func plainSheet(all []specimen) string {
	var b strings.Builder
	b.WriteString(sheetHead)
	for _, s := range all {
		fmt.Fprintf(&b, `<div class="pair"><h2>%s</h2><pre>%s</pre></div>`, s.name, html.EscapeString(plainBody(s.out)))
	}
	return b.String() + sheetEnd
}

const (
	sheetHead = `<!DOCTYPE html><meta charset="utf-8"><style>body{margin:20px;background:#cfd4da;font:13px sans-serif;columns:2;column-gap:16px;zoom:.75}
@media (prefers-color-scheme:dark){body{background:#000}h2{color:#ccc}}
.pair{break-inside:avoid;margin-bottom:16px;white-space:nowrap}h2{margin:0 0 4px;font-size:15px}iframe{border:0;vertical-align:top;margin-right:8px}
pre{background:#fff;padding:14px;font:14px/1.4 monospace;white-space:pre-wrap;margin:0;width:900px;box-sizing:border-box}</style>`
	sheetEnd = `<script>onload=()=>{for(const f of document.querySelectorAll("iframe"))f.style.height=f.contentDocument.documentElement.scrollHeight+"px"
document.body.insertAdjacentHTML("beforeend","<i id=ready style=color:transparent>.</i>")}</script>`
)
