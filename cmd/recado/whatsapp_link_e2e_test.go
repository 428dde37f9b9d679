package main_test

import (
	"fmt"
	"path/filepath"
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
