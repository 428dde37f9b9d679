package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"recado/channels/whatsapp/watest"
)

// A number is linked, looked at and unlinked beside a desk that serves: it waits for the
// link, takes it up, and waits again.
func TestWhatsAppIsLinkedBesideARunningDesk(t *testing.T) {
	s := watest.New(t)
	environ := []string{"HTTPS_PROXY=" + s.Proxy(), "NO_PROXY=", "no_proxy=", "SSL_CERT_FILE=" + s.CertFile()}
	config := filepath.Join(t.TempDir(), "recado.yaml")
	write(t, config, fmt.Sprintf("data: %s\nexample: true\ndesk: {register: suporte@team.example}\nhours: {always: true}\nweb: {listen: '%s'}\nsmtp_in: {listen: '%s'}\n"+
		"chat: {quiet: {whatsapp: 0s}}\nwhatsapp: [{account: principal}]\n", filepath.Join(t.TempDir(), "data"), freePort(t), freePort(t)))
	desk, ana := s.Account(deskNumber, "Suporte Aurora"), s.Phone(anaNumber, "Ana")
	runs := func(args ...string) *program {
		return startFile(t, forWhatsApp.path(t), environ, append(args, "-c", config)...)
	}

	serving := runs("serve")
	serving.says(time.Minute, "está no ar")
	pairing := runs("whatsapp", "pair", "--phone", "+"+deskNumber)
	pairing.says(time.Minute, "Type in:")
	code := toType.FindString(string(pairing.output()))
	if err := desk.Enter(code); err != nil {
		t.Fatalf("%q: %v", code, err)
	}
	if got := pairing.ends(time.Minute); got != 0 {
		t.Fatalf("pair ended with %d", got)
	}
	pairing.says(time.Second, "Linked as +"+deskNumber)
	ana.Say(desk, "O CT-e não autoriza desde ontem")
	ana.Hear(func(words string) bool { return strings.Contains(words, "Não, abrir chamado") })
	ana.Say(desk, "2")
	ana.Hear(func(words string) bool { return strings.Contains(words, "aberto") })

	status := runs("whatsapp", "status")
	status.says(time.Minute, "linked as +"+deskNumber)
	status.says(time.Second, "the phone was last seen on ")
	runs("whatsapp", "unpair", "--yes").says(time.Minute, "is not linked any more")
	eventually(t, time.Minute, "WhatsApp forgets the desk", func() bool { return !desk.Online() })
	serving.terminate()
	if got := serving.ends(time.Minute); got != 0 {
		t.Errorf("serve ended with %d", got)
	}
}

// A newcomer links the number on a page of the desk that serves, by the link that the
// command prints. Nothing of it is in the log.
func TestWhatsAppIsLinkedOnAPage(t *testing.T) {
	t.Parallel()
	c := newChats(t, settings{})
	serving := c.runs("serve")
	serving.says(time.Minute, "está no ar")
	asking := c.runs("whatsapp", "pair", "--page")
	if got := asking.ends(time.Minute); got != 0 {
		t.Fatalf("it ended with %d:\n%s", got, asking.output())
	}
	page := pairPage.FindString(string(asking.output()))
	if page == "" {
		t.Fatalf("no link in\n%s", asking.output())
	}
	opened := func(fields url.Values) string {
		t.Helper()
		get := func() (*http.Response, error) { return http.Get(page) }
		if fields != nil {
			get = func() (*http.Response, error) { return http.PostForm(page, fields) }
		}
		answer, err := get()
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if answer.StatusCode == http.StatusServiceUnavailable {
			return "" // the program says that it is there before all of it is
		}
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("%s, %v:\n%s", answer.Status, err, body)
		}
		return string(body)
	}
	eventually(t, time.Minute, "the page with its buttons", func() bool { return strings.Contains(opened(nil), "Mostrar o código QR") })
	var code string
	eventually(t, time.Minute, "a code to type in", func() bool {
		code = toType.FindString(opened(url.Values{"do": {"type"}, "phone": {"+" + deskNumber}}))
		return code != ""
	})
	if err := c.number.Enter(code); err != nil {
		t.Fatalf("%q: %v", code, err)
	}
	eventually(t, time.Minute, "the page sees the link", func() bool { return strings.Contains(opened(nil), "O número é &#43;"+deskNumber) })
	eventually(t, time.Minute, "the desk takes it up", func() bool { return partUp(t, c.pages, "whatsapp principal") })
	if again := c.runs("whatsapp", "pair", "--page"); again.ends(time.Minute) == 0 {
		t.Error("a linked number has a page to be linked")
	}
	if log := string(serving.output()); strings.Contains(log, code) || strings.Contains(log, page[strings.LastIndex(page, "/"):]) {
		t.Errorf("the log has what was secret:\n%s", log)
	}
}

var pairPage = regexp.MustCompile(`http\S+/pair/\S+`)
