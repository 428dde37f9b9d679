package email

import (
	"context"
	"strings"
	"testing"

	"recado/channels/email/letter"
	"recado/core/message"
)

// verdictNone is our exchanger saying that it found nothing to check by.
const verdictNone = "Authentication-Results: " + trusted + "; dmarc=none; spf=none; dkim=none\r\n"

// spoof is one way to be taken for somebody else, named by where it was published.
// The victim is ana@cliente.example, the attacker has mau.example.
type spoof struct {
	name  string
	head  string // CRLF is added to each line
	from  string // whom the mail names; empty: nobody
	proof message.Proof
	doubt message.Doubt
}

const (
	victim   = "ana@cliente.example"
	attacker = "x@mau.example"
)

// saysOurs is what our exchanger wrote on top, above the hop by which it took the mail.
func saysOurs(results string) string {
	return "Authentication-Results: " + trusted + "; " + results + "\n" +
		"Received: from out.mau.example (out.mau.example [203.0.113.9]) by " + trusted + " with ESMTPS id 1\n"
}

// What the exchanger checked was mau.example, and passed; the mail shows ana somehow.
var checkedMau = saysOurs("spf=pass smtp.mailfrom=mau.example; dkim=pass header.d=mau.example; dmarc=pass header.from=mau.example")

// In each of these the check was of one domain, and a careless reader sees another.
var fromSpoofs = []spoof{
	{"Composition Kills 6.1: two From fields, the victim's first", checkedMau + "From: ana@cliente.example\nFrom: x@mau.example", "", "", "two From fields"},
	{"Composition Kills 6.1: two From fields, the victim's last", checkedMau + "From: x@mau.example\nFrom: ana@cliente.example", "", "", "two From fields"},
	{"Composition Kills 6.1: a blank before the colon of the second From", checkedMau + "From : ana@cliente.example\nFrom: x@mau.example", "", "", "two From fields"},
	{"Composition Kills 6.1: a folded blank before the only From", checkedMau + " From: ana@cliente.example\nFrom: x@mau.example", attacker, "", "From field written strangely"},
	{"Composition Kills 6.1: NUL in the name of a field", checkedMau + "From\x00: ana@cliente.example\nFrom: x@mau.example", attacker, "", "NUL in the head"},
	{"Composition Kills 6.1: Sender instead of From", saysOurs("dmarc=pass header.from=cliente.example") + "Sender: ana@cliente.example", "", "", "no From field"},
	{"Composition Kills 6.1: Resent-From is nobody", checkedMau + "Resent-From: ana@cliente.example\nFrom: x@mau.example", attacker, message.ByUpstream, ""},
	{"Reply-To is nobody (RFC 5322 3.6.2)", checkedMau + "Reply-To: ana@cliente.example\nFrom: x@mau.example", attacker, message.ByUpstream, ""},
	{"Composition Kills 6.2: two addresses in From (RFC 7489 6.6.1)", checkedMau + "From: ana@cliente.example, x@mau.example", "", "", "two addresses in From"},
	{"Composition Kills 6.2: two in brackets, without a comma", checkedMau + "From: <ana@cliente.example><x@mau.example>", "", "", "From can be read in two ways"},
	{"Composition Kills 6.2: an escaped comma between two", checkedMau + `From: <ana@cliente.example>\,<x@mau.example>`, "", "", "From can be read in two ways"},
	{"Composition Kills 6.2: NUL cuts the address short", saysOurs("dmarc=pass header.from=cliente.example") + "From: ana@cliente.example\x00@mau.example", "", "", "NUL in the head"},
	{"Composition Kills 6.2: an encoded word for an address", checkedMau + "From: =?utf-8?B?YW5hQGNsaWVudGUuZXhhbXBsZQ==?= <x@mau.example>", attacker, message.ByUpstream, ""},
	{"Composition Kills 6.2: the whole From in an encoded word", saysOurs("dmarc=pass header.from=cliente.example") + "From: =?utf-8?B?PGFuYUBjbGllbnRlLmV4YW1wbGU+?=", "", "", "no address in From"},
	{"Composition Kills 6.2: encoded victim, then the attacker", checkedMau + "From: =?utf-8?B?PGFuYUBjbGllbnRlLmV4YW1wbGU+?=, <x@mau.example>", attacker, "", "From can be read in two ways"},
	{"Composition Kills 6.2: a route before the address (RFC 5322 4.4)", saysOurs("dmarc=pass header.from=cliente.example") + "From: <@mau.example,@a.example:ana@cliente.example>", `"@mau.example,@a.example:ana"@cliente.example`, "", "From can be read in two ways"},
	{"Composition Kills 6.2: a comment within the address", checkedMau + "From: <ana@cliente.example(x@mau.example)>", "ana@cliente.example", "", "From can be read in two ways"},
	{"Composition Kills 6.3: a quoted address as the name", checkedMau + `From: "ana@cliente.example" <x@mau.example>`, attacker, message.ByUpstream, ""},
	{"Weak Links A12: blanks push the true address out of sight", checkedMau + `From: "ana@cliente.example                                        " <x@mau.example>`, attacker, message.ByUpstream, ""},
	{"Weak Links A13: a quoted local part that holds an address", checkedMau + `From: "ana@cliente.example,"@mau.example`, `"ana@cliente.example,"@mau.example`, message.ByUpstream, ""},
	{"Weak Links A14: direction marks turn the name round (RFC 5322, UTR 36)", checkedMau + "From: \u202Eelpmaxe.etneilc@ana\u202C <x@mau.example>", attacker, "", "From can be read in two ways"},
	{"RFC 6854: a group in From", saysOurs("dmarc=pass header.from=cliente.example") + "From: Time: ana@cliente.example;", victim, "", "a group in From"},
	{"RFC 6854: an empty group", saysOurs("dmarc=none") + "From: undisclosed:;", "", "", "no address in From"},
	{"RFC 5322 3.6.2: an empty From", saysOurs("dmarc=none") + "From:", "", "", "no address in From"},
	{"RFC 5322 3.6.2: a From with a name only", saysOurs("dmarc=none; spf=pass smtp.mailfrom=cliente.example") + "From: Ana Souza", "", "", "no address in From"},
	{"RFC 5322 2.2.3: From folded before the true address", checkedMau + "From: \"ana@cliente.example\"\n\t<x@mau.example>", attacker, message.ByUpstream, ""},
	{"RFC 5322 2.2.3: From folded in the middle of a quoted name", checkedMau + "From: \"ana@cliente.example\n <ana@cliente.example>\" <x@mau.example>", attacker, message.ByUpstream, ""},
	{"RFC 5890: a Cyrillic letter in the domain is another domain", saysOurs("dmarc=pass header.from=xn--liente-hrf.example") + "From: ana@\u0441liente.example", "ana@xn--liente-hrf.example", message.ByUpstream, ""},
	{"RFC 5890: the homograph, checked as the victim's", saysOurs("dmarc=pass header.from=cliente.example") + "From: ana@\u0441liente.example", "ana@xn--liente-hrf.example", "", "dmarc=pass for another domain (mx.desk.example)"},
	{"RFC 6532, UTR 36: the Kelvin sign in the local part is no k", saysOurs("dmarc=pass header.from=cliente.example") + "From: \u212Aa@cliente.example", "\u212Aa@cliente.example", message.ByUpstream, ""},
	{"RFC 1034 3.1: a trailing dot is the same domain", saysOurs("dmarc=pass header.from=cliente.example") + "From: <ana@cliente.example.>", victim, message.ByUpstream, ""},
	{"RFC 5321 4.1.2: a percent route is one local part of the attacker's", checkedMau + "From: <ana%cliente.example@mau.example>", "ana%cliente.example@mau.example", message.ByUpstream, ""},
	{"RFC 5322 2.2: a bare CR makes a second From", checkedMau + "Subject: a\rFrom: ana@cliente.example\nFrom: x@mau.example", "", "", "two From fields"},
	{"RFC 5322 2.2: bare CRs end the head before the true From", saysOurs("dmarc=pass header.from=mau.example") + "From: ana@cliente.example\r\rFrom: x@mau.example", victim, "", "bare CR in the head"},
}

// In each of these the sender writes what our exchanger should have.
var resultSpoofs = []spoof{
	{"RFC 8601 1.6: injected, our exchanger's fail above it", saysOurs("dmarc=fail header.from=cliente.example") + "Authentication-Results: mx.desk.example; dmarc=pass header.from=cliente.example\nFrom: ana@cliente.example", victim, "", "dmarc=fail (mx.desk.example)"},
	{"RFC 8601 1.6: injected, our exchanger only found no DKIM", saysOurs("dkim=none") + "Authentication-Results: mx.desk.example; dmarc=pass header.from=cliente.example\nFrom: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"RFC 8601 1.6: injected right below ours, both below our hop", "Received: from out.mau.example by mx.desk.example with ESMTP id 1\nAuthentication-Results: mx.desk.example; dkim=none\nAuthentication-Results: mx.desk.example; dmarc=pass header.from=cliente.example\nReceived: from a by mx.desk.example with ESMTP id 0\nFrom: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"RFC 8601 5: another authserv-id, ours being silent", "Authentication-Results: mx.mau.example; dmarc=pass header.from=cliente.example\nFrom: ana@cliente.example", victim, "", "no verdict of our mail exchanger"},
	{"RFC 8601 5: another above ours, as a relay behind us would write", "Authentication-Results: mx.mau.example; dmarc=fail\n" + saysOurs("dmarc=pass header.from=cliente.example") + "From: ana@cliente.example", victim, "", "no verdict of our mail exchanger"},
	{"RFC 8601 2.2: our authserv-id as the beginning of another", "Authentication-Results: mx.desk.example.mau.example; dmarc=pass header.from=cliente.example\nFrom: ana@cliente.example", victim, "", "no verdict of our mail exchanger"},
	{"RFC 8601 2.2: our authserv-id as the end of another", "Authentication-Results: mau-mx.desk.example; dmarc=pass header.from=cliente.example\nFrom: ana@cliente.example", victim, "", "no verdict of our mail exchanger"},
	{"RFC 8601 2.2: our authserv-id cut short by a comment", "Authentication-Results: mx.desk.example(.mau.example; dmarc=pass header.from=cliente.example)\nFrom: ana@cliente.example", victim, "", "no verdict of our mail exchanger"},
	{"RFC 8601 2.2: our authserv-id in a comment", "Authentication-Results: (mx.desk.example) mx.mau.example; dmarc=pass header.from=cliente.example\nFrom: ana@cliente.example", victim, "", "no verdict of our mail exchanger"},
	{"RFC 8601 2.2: our authserv-id in other letters is ours", "Authentication-Results: MX.Desk.Example; dmarc=fail header.from=cliente.example\nFrom: ana@cliente.example", victim, "", "dmarc=fail (mx.desk.example)"},
	{"RFC 8601 2.2: an unknown version", "Authentication-Results: mx.desk.example 2; dmarc=pass header.from=cliente.example\nFrom: ana@cliente.example", victim, "", "no verdict of our mail exchanger"},
	{"RFC 8601 2.2: a result in a comment of ours", saysOurs("spf=fail (x; dmarc=pass header.from=cliente.example;) smtp.mailfrom=mau.example") + "From: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"RFC 8601 2.2: a result in a quoted MAIL FROM", saysOurs(`spf=pass smtp.mailfrom="; dmarc=pass header.from=cliente.example; x"@mau.example`) + "From: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"RFC 8601 2.2: an escaped quote in a quoted MAIL FROM", saysOurs(`spf=pass smtp.mailfrom="\"; dmarc=pass header.from=cliente.example; \""@mau.example`) + "From: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"RFC 8601 2.2: MAIL FROM with blanks, not quoted by a careless exchanger", saysOurs(`spf=pass smtp.mailfrom=ana@cliente.example x@mau.example`) + "From: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"Composition Kills 5.2: MAIL FROM put out of its quotes, dmarc twice", saysOurs(`spf=pass smtp.mailfrom=; dmarc=pass header.from=cliente.example; @mau.example; dmarc=fail header.from=cliente.example`) + "From: ana@cliente.example", victim, "", "dmarc=fail (mx.desk.example)"},
	{"Composition Kills 5.2: d= with an opening parenthesis", saysOurs(`dkim=pass header.d=cliente.example(.mau.example; spf=none`) + "From: ana@cliente.example", victim, "", "no verdict of our mail exchanger"},
	{"Composition Kills 5.2: d= with a whole comment in it", saysOurs(`dkim=pass header.d=cliente.example(.mau.example) header.b=x`) + "From: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"Composition Kills 5.2: d= with a comment in its middle", saysOurs(`dkim=pass header.d=cliente.example(.x).mau.example`) + "From: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"Composition Kills 5.2: d= with NUL", saysOurs("dkim=pass header.d=cliente.example\x00.mau.example") + "From: ana@cliente.example", victim, "", "NUL in the head"},
	{"Composition Kills 5.1: HELO passes, MAIL FROM is empty (RFC 7208 2.4)", saysOurs("spf=pass smtp.helo=cliente.example") + "From: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"RFC 7489 3.1.2: SPF passes for the attacker's envelope", saysOurs("spf=pass smtp.mailfrom=x@mau.example; dmarc=none") + "From: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"RFC 7489 3.1.1: DKIM passes for the attacker", saysOurs("dkim=pass header.d=mau.example header.i=@mau.example") + "From: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"RFC 6376 3.11: i= of the victim, d= of the attacker", saysOurs("dkim=pass header.d=mau.example header.i=@cliente.example") + "From: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"RFC 7489 6.6.2: dmarc=pass of another From", saysOurs("dmarc=pass header.from=mau.example") + "From: ana@cliente.example", victim, "", "dmarc=pass for another domain (mx.desk.example)"},
	{"RFC 7489 6.6.2: dmarc=pass that does not say of whom", saysOurs("dmarc=pass") + "From: ana@cliente.example", victim, "", "dmarc=pass for another domain (mx.desk.example)"},
	{"RFC 7489 6.6.2: dmarc=pass of the parent domain", saysOurs("dmarc=pass header.from=cliente.example") + "From: ana@rh.cliente.example", "ana@rh.cliente.example", "", "dmarc=pass for another domain (mx.desk.example)"},
	{"RFC 7489 3.2: a public suffix signs for all below it (com.br)", saysOurs("dkim=pass header.d=com.br") + "From: ana@cliente.com.br", "ana@cliente.com.br", "", "nothing passed for cliente.com.br (mx.desk.example)"},
	{"RFC 7489 3.2: a private public suffix (github.io)", saysOurs("dkim=pass header.d=github.io") + "From: ana@cliente.github.io", "ana@cliente.github.io", "", "nothing passed for cliente.github.io (mx.desk.example)"},
	{"RFC 7489 3.2: a neighbour below a private suffix", saysOurs("dkim=pass header.d=mau.github.io") + "From: ana@cliente.github.io", "ana@cliente.github.io", "", "nothing passed for cliente.github.io (mx.desk.example)"},
	{"RFC 7208 2.6.5: softfail is no pass", saysOurs("spf=softfail smtp.mailfrom=cliente.example") + "From: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"RFC 7208 9.1: Received-SPF is not read", "Received-SPF: pass (mx.desk.example: domain of cliente.example) client-ip=203.0.113.9; envelope-from=ana@cliente.example\n" + saysOurs("spf=none") + "From: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"RFC 8617 7.2: an ARC set that nobody checked", "ARC-Authentication-Results: i=1; mx.desk.example; dmarc=pass header.from=cliente.example\nARC-Seal: i=1; a=rsa-sha256; cv=none; d=desk.example; s=s; b=AA==\nFrom: ana@cliente.example", victim, "", "no verdict of our mail exchanger"},
	{"RFC 8601 4.1: results in another field's name", "X-Authentication-Results: mx.desk.example; dmarc=pass header.from=cliente.example\nAuthentication-Results-Original: mx.desk.example; dmarc=pass header.from=cliente.example\nFrom: ana@cliente.example", victim, "", "no verdict of our mail exchanger"},
	{"RFC 5322 2.2: a bare CR hides a field from who strips it", "Subject: x\rAuthentication-Results: mx.desk.example; dmarc=pass header.from=cliente.example\nFrom: ana@cliente.example", victim, "", "bare CR in the head"},
	{"RFC 5322 2.2: a bare LF hides a field from who strips it", "Subject: x\vAuthentication-Results: mx.desk.example; dmarc=pass header.from=cliente.example\nFrom: ana@cliente.example", victim, "", "bare LF in the head"},
	{"SRS: the forwarder's envelope aligns with nobody", saysOurs("spf=pass smtp.mailfrom=SRS0=HHH=TT=cliente.example=ana@mau.example; dmarc=none") + "From: ana@cliente.example", victim, "", "nothing passed for cliente.example (mx.desk.example)"},
	{"RFC 6377: a list that rewrote From speaks for itself", saysOurs("dmarc=pass header.from=lista.example") + "From: Ana via Lista <lista@lista.example>\nReply-To: ana@cliente.example\nX-Original-From: ana@cliente.example", "lista@lista.example", message.ByUpstream, ""},
}

// Each goes through the whole channel, as it comes from a mailbox.
func TestSpoofs(t *testing.T) {
	d := testDesk(t)
	for _, tt := range append(fromSpoofs, resultSpoofs...) {
		t.Run(tt.name, func(t *testing.T) {
			in, err := d.read(context.Background(), spoofed(tt.head), letter.Envelope{})
			if err != nil {
				t.Fatal(err)
			}
			if in.From.ID != tt.from || in.Proof != tt.proof || in.Doubt != tt.doubt {
				t.Errorf("from %q, proof %q, doubt %q; want %q, %q, %q", in.From.ID, in.Proof, in.Doubt, tt.from, tt.proof, tt.doubt)
			}
			if strings.Contains(in.FromName, "@") {
				t.Errorf("shown as %q", in.FromName)
			}
		})
	}
}

// spoofed writes the head as the wire has it. \v stands for a bare LF.
func spoofed(head string) []byte {
	head = strings.ReplaceAll(strings.ReplaceAll(head, "\n", "\r\n"), "\v", "\n")
	return []byte(head + "\r\nTo: suporte@desk.example\r\nSubject: x\r\n\r\ntexto\r\n")
}
