package email

import (
	"strings"
	"testing"

	"recado/channels/email/letter"
	"recado/core/message"
)

const trusted = "mx.desk.example"

// Each row is a way to be, or to pretend to be, ana@cliente.example.
func TestProof(t *testing.T) {
	d := testDesk(t)
	token := "suporte+" + d.Signer.Reply("2026-000042", "ana@cliente.example") + "@desk.example"
	const ana = "From: Ana <ana@cliente.example>\r\n"
	const none = "Authentication-Results: " + trusted + "; dmarc=none header.from=cliente.example\r\n"
	ar := func(s string) string { return "Authentication-Results: " + s + "\r\n" }
	tests := []struct {
		name   string
		head   string
		proof  message.Proof
		number string
		from   string
	}{
		{"nothing but a From line", ana, message.Unproved, "", "ana@cliente.example"},
		{"dmarc passes", ar(trusted+"; dmarc=pass header.from=cliente.example") + ana, message.ByUpstream, "", "ana@cliente.example"},
		{"dmarc passes, Gmail's comments", ar(trusted+"; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=cliente.example") + ana, message.ByUpstream, "", "ana@cliente.example"},
		{"dmarc passes for another domain", ar(trusted+"; dmarc=pass header.from=mau.example") + ana, message.Unproved, "", "ana@cliente.example"},
		{"dmarc passes without saying for whom", ar(trusted+"; dmarc=pass") + ana, message.Unproved, "", "ana@cliente.example"},
		{"dmarc fails, spf of the same organisation passes", ar(trusted+"; dmarc=fail header.from=cliente.example; spf=pass smtp.mailfrom=cliente.example") + ana, message.Unproved, "", "ana@cliente.example"},
		{"no dmarc policy, spf aligned", ar(trusted+"; dmarc=none header.from=cliente.example; spf=pass smtp.mailfrom=ana@cliente.example") + ana, message.ByUpstream, "", "ana@cliente.example"},
		{"spf aligned, relaxed (RFC 7489 3.1.2)", ar(trusted+"; spf=pass smtp.mailfrom=bounces.cliente.example") + ana, message.ByUpstream, "", "ana@cliente.example"},
		{"spf passes for another domain", ar(trusted+"; spf=pass smtp.mailfrom=x@mau.example") + ana, message.Unproved, "", "ana@cliente.example"},
		{"spf softfail", ar(trusted+"; spf=softfail smtp.mailfrom=cliente.example") + ana, message.Unproved, "", "ana@cliente.example"},
		{"dkim aligned by d=", ar(trusted+"; dkim=pass header.d=cliente.example header.s=s1") + ana, message.ByUpstream, "", "ana@cliente.example"},
		{"dkim aligned by i=", ar(trusted+"; dkim=pass header.i=@cliente.example") + ana, message.ByUpstream, "", "ana@cliente.example"},
		{"dkim of a neighbour below a public suffix", ar(trusted+"; dkim=pass header.d=mau.com.br") + "From: ana@cliente.com.br\r\n", message.Unproved, "", "ana@cliente.com.br"},
		{"the authserv-id of somebody else (RFC 8601 5)", ar("mx.mau.example; dmarc=pass header.from=cliente.example") + ana, message.Unproved, "", "ana@cliente.example"},
		{"ours below somebody else's: injected (RFC 8601 7.1)", ar("mx.mau.example; dmarc=fail header.from=cliente.example") + ar(trusted+"; dmarc=pass header.from=cliente.example") + ana, message.Unproved, "", "ana@cliente.example"},
		{"ours twice: only the upper one counts", ar(trusted+"; dmarc=fail header.from=cliente.example") + ar(trusted+"; dmarc=pass header.from=cliente.example") + ana, message.Unproved, "", "ana@cliente.example"},
		{"result inside a comment", ar(trusted+"; spf=fail (; dmarc=pass header.from=cliente.example) smtp.mailfrom=mau.example") + ana, message.Unproved, "", "ana@cliente.example"},
		{"result inside a quoted address", ar(trusted+`; spf=fail smtp.mailfrom="; dmarc=pass header.from=cliente.example;"@mau.example`) + ana, message.Unproved, "", "ana@cliente.example"},
		{"comment never closed", ar(trusted+"; dmarc=pass header.from=cliente.example (x") + ana, message.Unproved, "", "ana@cliente.example"},
		{"property given twice", ar(trusted+"; dmarc=pass header.from=mau.example header.from=cliente.example") + ana, message.Unproved, "", "ana@cliente.example"},
		{"the id hidden behind a comment is still ours", ar("(x) "+trusted+" 1; dmarc=pass header.from=cliente.example") + ana, message.ByUpstream, "", "ana@cliente.example"},
		{"an unknown version (RFC 8601 2.2)", ar(trusted+" 2; dmarc=pass header.from=cliente.example") + ana, message.Unproved, "", "ana@cliente.example"},
		{"no authserv-id, as one provider writes it", ar("spf=pass smtp.mailfrom=cliente.example; dmarc=pass header.from=cliente.example") + ana, message.Unproved, "", "ana@cliente.example"},
		{"two From fields (RFC 5322 3.6)", ar(trusted+"; dmarc=pass header.from=cliente.example") + ana + "From: mau@mau.example\r\n", message.Unproved, "", ""},
		{"two addresses in From (RFC 7489 6.6.1)", ar(trusted+"; dmarc=pass header.from=cliente.example") + "From: ana@cliente.example, mau@mau.example\r\n", message.Unproved, "", ""},
		{"an address as the name", ar(trusted+"; dmarc=pass header.from=mau.example") + "From: \"ana@cliente.example\" <x@mau.example>\r\n", message.ByUpstream, "", "x@mau.example"},
		{"an address encoded into the name", ar(trusted+"; dmarc=pass header.from=mau.example") + "From: =?utf-8?q?ana=40cliente.example=3E_=3C?= <x@mau.example>\r\n", message.ByUpstream, "", "x@mau.example"},
		{"no From at all", ar(trusted+"; dmarc=pass header.from=cliente.example") + "Sender: ana@cliente.example\r\n", message.Unproved, "", ""},
		{"the token, in To", none + ana + "To: <" + token + ">\r\n", message.ByToken, "2026-000042", "ana@cliente.example"},
		{"the token, in capitals", none + ana + "To: <" + strings.ToUpper(token) + ">\r\n", message.ByToken, "2026-000042", "ana@cliente.example"},
		{"the token, only where delivery noted it", none + ana + "To: suporte@desk.example\r\nX-Original-To: " + token + "\r\n", message.ByToken, "2026-000042", "ana@cliente.example"},
		{"the token, in Cc among others", none + ana + "Cc: x@y.example, " + token + "\r\n", message.ByToken, "2026-000042", "ana@cliente.example"},
		{"the token and dmarc: the better one", ar(trusted+"; dmarc=pass header.from=cliente.example") + ana + "To: " + token + "\r\n", message.ByUpstream, "2026-000042", "ana@cliente.example"},
		{"the token, and our exchanger silent", ana + "To: " + token + "\r\n", message.Unproved, "2026-000042", "ana@cliente.example"},
		{"the token, and dmarc fails", ar(trusted+"; dmarc=fail header.from=cliente.example") + ana + "To: " + token + "\r\n", message.Unproved, "2026-000042", "ana@cliente.example"},
		{"the token, and spf of the sender's own domain fails", ar(trusted+"; spf=fail smtp.mailfrom=cliente.example") + ana + "To: " + token + "\r\n", message.Unproved, "2026-000042", "ana@cliente.example"},
		{"the token, and dns was away", ar(trusted+"; dmarc=temperror header.from=cliente.example") + ana + "To: " + token + "\r\n", message.ByToken, "2026-000042", "ana@cliente.example"},
		{"somebody else with the token of Ana", none + "From: mau@mau.example\r\nTo: " + token + "\r\n", message.Unproved, "", "mau@mau.example"},
		{"a token with another number", ana + "To: " + strings.Replace(token, "000042", "000043", 1) + "\r\n", message.Unproved, "", "ana@cliente.example"},
		{"the token at another domain", ana + "To: " + strings.Replace(token, "desk.example", "mau.example", 1) + "\r\n", message.Unproved, "", "ana@cliente.example"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in, _ := d.understand([]byte(tt.head+"Subject: x\r\n\r\ntexto\r\n"), letter.Envelope{})
			if in.Proof != tt.proof || in.Thread.Number != tt.number || in.From.ID != tt.from {
				t.Errorf("proof %q, number %q, from %q; want %q, %q, %q", in.Proof, in.Thread.Number, in.From.ID, tt.proof, tt.number, tt.from)
			}
		})
	}
}

func TestTokenFromTheEnvelope(t *testing.T) {
	d := testDesk(t)
	rcpt := "suporte+" + d.Signer.Reply("2026-000042", "ana@cliente.example") + "@desk.example"
	in, _ := d.understand([]byte("Authentication-Results: mx.desk.example; spf=none\r\nFrom: ana@cliente.example\r\n\r\nx"), letter.Envelope{Recipients: []string{rcpt}})
	if in.Proof != message.ByToken || in.Thread.Number != "2026-000042" {
		t.Errorf("proof %q, number %q", in.Proof, in.Thread.Number)
	}
}
