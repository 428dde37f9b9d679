package email

import (
	"strings"
	"testing"

	"recado/channels/email/letter"
	"recado/core/message"
)

// Whatever a sender writes below what our exchanger wrote, it proves nobody but whom
// our exchanger passed; and without a word of our exchanger, nobody.
func FuzzProof(f *testing.F) {
	for _, s := range append(fromSpoofs, resultSpoofs...) {
		f.Add(s.head)
	}
	d := testDesk(f)
	f.Fuzz(func(t *testing.T, head string) {
		for _, verdict := range []string{
			checkedMau,
			saysOurs("dmarc=none; spf=pass smtp.mailfrom=mau.example"),
			"Received: from a by " + trusted + "\nAuthentication-Results: " + trusted + "; dkim=pass header.d=mau.example\n",
		} {
			in, _ := d.understand(spoofed(verdict+head), letter.Envelope{})
			if in.Proof != message.Unproved && in.From.ID != "" && !strings.HasSuffix(in.From.ID, "@mau.example") && !strings.HasSuffix(in.From.ID, ".mau.example") {
				t.Errorf("proves %q by\n%s", in.From.ID, verdict+head)
			}
			if (in.Proof == message.Unproved) != (in.Doubt != "") && in.Kind != message.Bounce && in.Auto != message.BounceDSN {
				t.Errorf("proof %q with doubt %q", in.Proof, in.Doubt)
			}
		}
		if strings.Contains(strings.ToLower(head), trusted) {
			return
		}
		if in, _ := d.understand(spoofed(head), letter.Envelope{}); in.Proof != message.Unproved {
			t.Errorf("proves %q without our exchanger by\n%s", in.From.ID, head)
		}
	})
}

// A reply address is good for whom it was signed, in any case of its letters, and for
// nobody and nothing else.
func FuzzReplyAddress(f *testing.F) {
	d := testDesk(f)
	signed := d.Signer.Reply("2026-000042", victim)
	for _, s := range []string{"suporte+" + signed + "@desk.example", "SUPORTE+" + strings.ToUpper(signed) + "@Desk.Example", "suporte+" + signed, `"suporte+` + signed + `"@desk.example`, "suporte+2026-000043.x@desk.example", "a, <suporte+" + signed + "@desk.example>"} {
		f.Add(s, victim)
		f.Add(s, attacker)
	}
	f.Fuzz(func(t *testing.T, to, who string) {
		a, ok := letter.ParseAddress(who)
		if !ok {
			return
		}
		h := letter.ParseHeader([]byte("To: " + to + "\r\n\r\n"))
		number := d.tokenNumber(h, letter.Envelope{Recipients: []string{to}}, a)
		if number != "" && (number != "2026-000042" || a.String() != victim || !strings.Contains(strings.ToLower(to), signed)) {
			t.Errorf("%q is good for %q of %s", to, number, a)
		}
	})
}
