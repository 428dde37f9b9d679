package sender

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"recado/channels/email/letter"
)

// What the exchangers that people use write on top of a mail, in their order and form.
// The names are invented.
var exchangers = []struct {
	name  string
	trust Trust
	head  string
	doubt string // empty: ana@cliente.example is proved
}{
	{"Gmail", Trust{Exchangers: []string{"mx.google.com"}}, `Delivered-To: suporte@desk.example
Received: by 2002:a05:6102:22c6:0:0:0:0 with SMTP id a6csp126141vsh; Tue, 28 Sep 2026 20:57:32 -0700 (PDT)
X-Received: by 2002:a92:ca4e:: with SMTP id q14mr39.1632887852170; Tue, 28 Sep 2026 20:57:32 -0700 (PDT)
ARC-Seal: i=1; a=rsa-sha256; t=1632887852; cv=none; d=google.com; s=arc-20160816; b=AA==
ARC-Authentication-Results: i=1; mx.google.com; dkim=pass header.i=@cliente.example header.s=s1 header.b=AbC123; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=cliente.example
Return-Path: <ana@cliente.example>
Received: from out.cliente.example (out.cliente.example. [203.0.113.5]) by mx.google.com with ESMTPS id x1 for <suporte@desk.example>
Received-SPF: pass (google.com: domain of ana@cliente.example designates 203.0.113.5 as permitted sender) client-ip=203.0.113.5;
Authentication-Results: mx.google.com;
       dkim=pass header.i=@cliente.example header.s=s1 header.b=AbC123;
       dkim=pass header.i=@cliente.example header.s=s2 header.b="Ab+/C=";
       spf=pass (google.com: domain of ana@cliente.example designates 203.0.113.5 as permitted sender) smtp.mailfrom=ana@cliente.example;
       dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=cliente.example
Received: by out.cliente.example with SMTP id 1`, ""},
	{"Gmail, a domain without a policy", Trust{Exchangers: []string{"mx.google.com"}}, `Received: by 2002:a05:6102:22c6:0:0:0:0 with SMTP id a6csp126141vsh; Tue, 28 Sep 2026 20:57:32 -0700 (PDT)
Authentication-Results: mx.google.com;
       dkim=neutral (body hash did not verify) header.i=@lista.example header.s=s1 header.b=AbC123;
       spf=pass (google.com: domain of ana@cliente.example designates 203.0.113.5 as permitted sender) smtp.mailfrom=ana@cliente.example`, ""},
	{"Exchange Online", microsoftOnly, exchangeOnline("spf=pass (sender IP is 203.0.113.5)\n smtp.mailfrom=cliente.example; dkim=pass (signature was verified)\n header.d=cliente.example;dmarc=pass action=none\n header.from=cliente.example;compauth=pass reason=100"), ""},
	{"Exchange Online, as it wrote some years ago", microsoftOnly, exchangeOnline("spf=pass (sender IP is 203.0.113.5)\n smtp.mailfrom=cliente.example; desk.example; dkim=pass (signature was\n verified) header.d=cliente.example;desk.example; dmarc=pass action=none\n header.from=cliente.example;compauth=pass reason=100"), ""},
	{"Exchange Online, no policy but it would have passed", microsoftOnly, exchangeOnline("spf=pass (sender IP is 203.0.113.5) smtp.mailfrom=cliente.example; dkim=none (message not signed) header.d=none;dmarc=bestguesspass action=none header.from=cliente.example;compauth=pass reason=109"), ""},
	{"Exchange Online, fail", microsoftOnly, exchangeOnline("spf=fail (sender IP is 203.0.113.9) smtp.mailfrom=cliente.example; dkim=none (message not signed) header.d=none;dmarc=fail action=oreject header.from=cliente.example;compauth=fail reason=000"), "dmarc=fail (mx.microsoft.com)"},
	{"Exchange Online, composite authentication failed", microsoftOnly, exchangeOnline("spf=pass (sender IP is 203.0.113.9) smtp.mailfrom=cliente.example; dmarc=none action=none header.from=cliente.example;compauth=fail reason=001"), "compauth=fail (mx.microsoft.com)"},
	{"Exchange Online, a form of it injected below the hop that took it in", microsoftOnly,
		"Received: from AM6PR05CA0001.eurprd05.prod.outlook.com (2603:10a6:20b:2e::14) by DB9PR04MB0001.eurprd04.prod.outlook.com (2603:10a6:10:2fb::11) with Microsoft SMTP Server id 15.20.1\n" +
			"Received: from FOO.prod.protection.outlook.com (203.0.113.9) by AM6EUR05FT001.mail.protection.outlook.com (10.233.240.77) with Microsoft SMTP Server id 15.20.1 via Frontend Transport\n" +
			"Authentication-Results: spf=pass (sender IP is 1.1.1.1) smtp.mailfrom=cliente.example;dmarc=pass action=none header.from=cliente.example\n" +
			"Received: from x (1.1.1.1) by AM6EUR05FT002.mail.protection.outlook.com (10.233.240.77) with Microsoft SMTP Server id 15.20.1", "no verdict of our mail exchanger"},
	{"Exchange Online, nothing but a form of it", microsoftOnly, "Authentication-Results: spf=pass (sender IP is 1.1.1.1) smtp.mailfrom=cliente.example;dmarc=pass action=none header.from=cliente.example", "no verdict of our mail exchanger"},
	{"Exchange Online, its name in a field that it never writes", microsoftOnly, "Authentication-Results: mx.microsoft.com 1; dmarc=pass action=none header.from=cliente.example", "no verdict of our mail exchanger"},
	{"Exchange Online, the ARC set that it puts on what its customers send", microsoftOnly, `ARC-Seal: i=1; a=rsa-sha256; s=arcselector10001; d=microsoft.com; cv=none; b=AA==
ARC-Authentication-Results: i=1; mx.microsoft.com 1; spf=pass smtp.mailfrom=cliente.example; dmarc=pass action=none header.from=cliente.example; dkim=pass header.d=cliente.example; arc=none`, "no verdict of our mail exchanger"},
	{"Zoho", Trust{Exchangers: []string{"mx.zohomail.com"}}, `Delivered-To: suporte@desk.example
Received-SPF: pass (zohomail.com: domain of cliente.example designates 203.0.113.5 as permitted sender) client-ip=203.0.113.5; envelope-from=ana@cliente.example;
Authentication-Results: mx.zohomail.com;
	dkim=pass  header.i=cliente.example;
	spf=pass (zohomail.com: domain of cliente.example designates 203.0.113.5 as permitted sender)  smtp.mailfrom=ana@cliente.example;
	dmarc=pass(p=reject dis=none)  header.from=<ana@cliente.example>
Received: from out.cliente.example (out.cliente.example [203.0.113.5]) by mx.zohomail.com with SMTPS id 1`, ""},
	{"Fastmail", Trust{Exchangers: []string{"*.messagingengine.com"}}, `Return-Path: <ana@cliente.example>
Received: from compute1.internal (compute1.nyi.internal [10.202.2.41]) by sloti1d1t01 (Cyrus 3.9) with LMTPA; Mon, 01 Jun 2026 10:00:00 -0400
Received: from mx6 ([10.202.2.205]) by compute1.internal (LMTPProxy); Mon, 01 Jun 2026 10:00:00 -0400
Received: from mx6.messagingengine.com (localhost [127.0.0.1]) by mailmx.nyi.internal (Postfix) with ESMTP id 1
ARC-Authentication-Results: i=1; mx6.messagingengine.com; x-csa=none; dmarc=pass policy.published-domain-policy=none header.from=cliente.example
Authentication-Results: mx6.messagingengine.com;
    x-csa=none;
    x-me-sender=none;
    x-ptr=pass smtp.helo=out.cliente.example policy.ptr=out.cliente.example;
    bimi=skipped (DMARC Policy is not at enforcement);
    arc=none (no signatures found);
    dkim=pass (2048-bit rsa key sha256) header.d=cliente.example header.i=@cliente.example header.b=AbC1 header.a=rsa-sha256 header.s=s1 x-bits=2048;
    dmarc=pass policy.published-domain-policy=none policy.applied-disposition=none policy.evaluated-disposition=none (p=none,d=none,d.eval=none) policy.policy-from=p header.from=cliente.example;
    iprev=pass smtp.remote-ip=203.0.113.5 (out.cliente.example);
    spf=pass smtp.mailfrom=ana@cliente.example smtp.helo=out.cliente.example
Received: from out.cliente.example by mx6.messagingengine.com (Postfix) with ESMTPS`, ""},
	{"Postfix with rspamd, LMTP to Dovecot", Trust{Exchangers: []string{"mx.desk.example"}}, `Return-Path: <ana@cliente.example>
Delivered-To: suporte@desk.example
Received: from mx.desk.example ([172.22.1.253]) by imap.desk.example with LMTP id 1 (envelope-from <ana@cliente.example>)
Received: from out.cliente.example (out.cliente.example [203.0.113.5]) by mx.desk.example (Postfix) with ESMTPS id 1
X-Spamd-Bar: /
Authentication-Results: mx.desk.example;
	dkim=pass header.d=cliente.example header.s=s1 header.b=AbC123;
	dmarc=pass (policy=none) header.from=cliente.example;
	spf=pass (mx.desk.example: domain of ana@cliente.example designates 203.0.113.5 as permitted sender) smtp.mailfrom=ana@cliente.example
Received: from laptop by out.cliente.example`, ""},
	{"Postfix with rspamd, handed in with a password", Trust{Exchangers: []string{"mx.desk.example"}}, `Received: from laptop (unknown [198.51.100.7]) by mx.desk.example (Postfix) with ESMTPSA id 1
Authentication-Results: mx.desk.example;
	auth=pass smtp.auth=ana@cliente.example smtp.mailfrom=ana@cliente.example`, ""},
	{"the same password, another From", Trust{Exchangers: []string{"mx.desk.example"}}, `Received: from laptop (unknown [198.51.100.7]) by mx.desk.example (Postfix) with ESMTPSA id 1
Authentication-Results: mx.desk.example;
	auth=pass smtp.auth=bia@cliente.example smtp.mailfrom=ana@cliente.example`, "nothing passed for cliente.example (mx.desk.example)"},
	{"OpenDMARC over OpenDKIM, below the hop", Trust{Exchangers: []string{"mx.desk.example"}}, `Received: from out.cliente.example (out.cliente.example [203.0.113.5]) by mx.desk.example (Postfix) with ESMTPS id 1
DMARC-Filter: OpenDMARC Filter v1.4.2 mx.desk.example 1
Authentication-Results: mx.desk.example; dmarc=pass (p=none dis=none) header.from=cliente.example
Authentication-Results: mx.desk.example; spf=pass smtp.mailfrom=cliente.example
DKIM-Filter: OpenDKIM Filter v2.11.0 mx.desk.example 1
Authentication-Results: mx.desk.example;
	dkim=pass (2048-bit key; unprotected) header.d=cliente.example header.i=@cliente.example header.a=rsa-sha256 header.s=s1 header.b=AbC123;
	dkim-atps=neutral`, ""},
	{"OpenDKIM, OpenDMARC and policyd-spf above the hop, no policy", Trust{Exchangers: []string{"mx.desk.example"}}, `Authentication-Results: mx.desk.example; dmarc=none (p=none dis=none) header.from=cliente.example
DKIM-Filter: OpenDKIM Filter v2.11.0 mx.desk.example 1
Authentication-Results: mx.desk.example; dkim=pass header.d=cliente.example header.b=AbC123
Authentication-Results: mx.desk.example; spf=softfail (mailfrom) smtp.mailfrom=cliente.example (client-ip=203.0.113.5; helo=x)
Received: from out.cliente.example (out.cliente.example [203.0.113.5]) by mx.desk.example (Postfix) with ESMTPS id 1`, ""},
	{"policyd-spf on top, OpenDMARC's fail below the hop", Trust{Exchangers: []string{"mx.desk.example"}}, `Authentication-Results: mx.desk.example; spf=pass (mailfrom) smtp.mailfrom=bounces.cliente.example
Received: from out.cliente.example (out.cliente.example [203.0.113.5]) by mx.desk.example (Postfix) with ESMTPS id 1
Authentication-Results: mx.desk.example; dmarc=fail (p=reject dis=none) header.from=cliente.example`, "dmarc=fail (mx.desk.example)"},
	{"Amazon WorkMail", Trust{Exchangers: []string{"amazonses.com"}}, `Return-Path: <ana@cliente.example>
Received: from out.cliente.example (out.cliente.example [203.0.113.5]) by inbound-smtp.us-east-1.amazonaws.com with SMTP id 1 for suporte@desk.example
X-SES-Spam-Verdict: PASS
Received-SPF: pass (spfCheck: domain of cliente.example designates 203.0.113.5 as permitted sender) client-ip=203.0.113.5; envelope-from=ana@cliente.example; helo=out.cliente.example;
Authentication-Results: amazonses.com;
 spf=pass (spfCheck: domain of cliente.example designates 203.0.113.5 as permitted sender) client-ip=203.0.113.5; envelope-from=ana@cliente.example; helo=out.cliente.example;
 dkim=pass header.i=@cliente.example;
 dmarc=pass header.from=cliente.example;
X-SES-RECEIPT: AEFBQUFB`, ""},
	{"a forwarder that is named, its chain whole", forwarders, forwarded("arc=pass (i=1)", "lista.example", "cliente.example"), ""},
	{"a forwarder that is not named", Trust{Exchangers: forwarders.Exchangers}, forwarded("arc=pass (i=1)", "lista.example", "cliente.example"), "dmarc=fail (mx.desk.example)"},
	{"another sealer than the named one", forwarders, forwarded("arc=pass (i=1)", "mau.example", "cliente.example"), "dmarc=fail (mx.desk.example)"},
	{"a named forwarder, its chain broken", forwarders, forwarded("arc=fail (i=1)", "lista.example", "cliente.example"), "dmarc=fail (mx.desk.example)"},
	{"a named forwarder that our exchanger did not check", forwarders, forwarded("iprev=pass", "lista.example", "cliente.example"), "dmarc=fail (mx.desk.example)"},
	{"a named forwarder saw another From", forwarders, forwarded("arc=pass (i=1)", "lista.example", "mau.example"), "dmarc=fail (mx.desk.example)"},
	{"a named forwarder's set, and a stranger's after it", forwarders, "ARC-Seal: i=2; cv=pass; d=mau.example; b=A\nARC-Authentication-Results: i=2; mx.mau.example; dmarc=fail\n" + forwarded("arc=pass (i=2)", "lista.example", "cliente.example"), "dmarc=fail (mx.desk.example)"},
}

var (
	microsoftOnly = Trust{Exchangers: []string{microsoft}}
	forwarders    = Trust{Exchangers: []string{"mx.desk.example"}, Sealers: []string{"Lista.example"}}
)

func exchangeOnline(results string) string {
	return `Received: from AM0PR04MB0001.eurprd04.prod.outlook.com (2603:10a6:208:be::14)
 by DB9PR04MB0001.eurprd04.prod.outlook.com (2603:10a6:10:2fb::11) with HTTPS; Mon, 1 Jun 2026 10:00:00 +0000
ARC-Seal: i=2; a=rsa-sha256; s=arcselector10001; d=microsoft.com; cv=pass; b=AA==
Received: from AM6EUR05FT001.eop-eur05.prod.protection.outlook.com
 (2603:10a6:20b:2e:cafe::b7) by AM6PR05CA0001.outlook.office365.com
 (2603:10a6:20b:2e::14) with Microsoft SMTP Server (version=TLS1_3,
 cipher=TLS_AES_256_GCM_SHA384) id 15.20.8534.21 via Frontend Transport; Mon, 1 Jun 2026 10:00:00 +0000
Authentication-Results: ` + results + `
Received-SPF: Pass (protection.outlook.com: domain of cliente.example designates 203.0.113.5 as permitted sender) receiver=protection.outlook.com; client-ip=203.0.113.5; helo=out.cliente.example; pr=C
Received: from out.cliente.example (203.0.113.5) by
 AM6EUR05FT001.mail.protection.outlook.com (10.233.240.77) with Microsoft
 SMTP Server (version=TLS1_3) id 15.20.8534.20 via Frontend Transport; Mon, 1 Jun 2026 10:00:00 +0000`
}

func forwarded(arc, sealer, seen string) string {
	return "Authentication-Results: mx.desk.example; dmarc=fail header.from=cliente.example; spf=pass smtp.mailfrom=lista-bounces@lista.example; " + arc + "\n" +
		"Received: from lista.example (lista.example [198.51.100.1]) by mx.desk.example (Postfix) with ESMTPS id 1\n" +
		"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=" + sealer + "; s=s; b=AA==\n" +
		"ARC-Authentication-Results: i=1; mx.lista.example; dmarc=pass header.from=" + seen + "; dkim=pass header.d=" + seen
}

func TestExchangers(t *testing.T) {
	for _, tt := range exchangers {
		t.Run(tt.name, func(t *testing.T) {
			l := letter.Open(mailOf(tt.head, "ana@cliente.example"))
			v := Judge(&l, letter.Address{Local: "ana", Domain: "cliente.example"}, tt.trust)
			if v.Proved != (tt.doubt == "") || v.Doubt != tt.doubt {
				t.Errorf("%+v, want doubt %q", v, tt.doubt)
			}
			// The same head proves nobody else, nor anything to who trusts another.
			l = letter.Open(mailOf(tt.head, "bia@outra.example"))
			if v := Judge(&l, letter.Address{Local: "bia", Domain: "outra.example"}, tt.trust); v.Proved {
				t.Error("proves bia@outra.example as well")
			}
			l = letter.Open(mailOf(tt.head, "ana@cliente.example"))
			if v := Judge(&l, letter.Address{Local: "ana", Domain: "cliente.example"}, Trust{Exchangers: []string{"mx.outro.example"}}); v.Proved {
				t.Error("proves to who trusts another exchanger")
			}
		})
	}
}

func mailOf(head, from string) []byte {
	return []byte(strings.ReplaceAll(head+"\nFrom: "+from+"\nSubject: x\n\ntexto\n", "\n", "\r\n"))
}

func TestParseAuthResults(t *testing.T) {
	tests := []struct{ field, want string }{
		{"mx.a 1; none", "mx.a"},
		{"MX.A; SPF = Pass smtp.mailfrom = A@B.example", "mx.a spf=pass[smtp.mailfrom=a@b.example]"},
		{`mx.a;dkim=fail reason="bad; dkim=pass" header.d=b`, "mx.a dkim=fail[header.d=b reason=bad; dkim=pass]"},
		{`"mx.a" (x (y) \) z); spf/1=pass`, "mx.a spf=pass[]"},
		{"mx.a; dkim=pass header.b=AbC+/= header.d=b", "mx.a dkim=pass[header.b=abc+/= header.d=b]"},
		{"mx.a; spf=pass;; dkim=none;", "mx.a spf=pass[] dkim=none[]"},
		{"spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=b", " spf=pass[smtp.mailfrom=b]"},
		{`mx.a; "dmarc=pass" header.from=b`, "mx.a"},
		{`mx.a; dmarc=pass "header.from=b"`, "mx.a"},
		{"mx.a; dmarc=pass header.from=b header.from=c", "mx.a"},
		{"mx.a; dmarc=pass header.from=b(c", "refused"},
		{"mx.a; dmarc=pass header.from=b(c)", "mx.a"},
		{"mx.a 2; dmarc=pass", "refused"},
		{"mx.a mx.b; dmarc=pass", "refused"},
		{`mx.a; dmarc=pass "`, "refused"},
		{"", "refused"},
		{";", "refused"},
	}
	for _, tt := range tests {
		if got := written(parseAuthResults(tt.field)); got != tt.want {
			t.Errorf("%q reads as %q, want %q", tt.field, got, tt.want)
		}
	}
}

func written(a authResults, ok bool) string {
	if !ok {
		return "refused"
	}
	var b strings.Builder
	b.WriteString(a.authserv)
	for _, r := range a.results {
		b.WriteString(" " + r.method + "=" + r.value + "[" + strings.Join(properties(r), " ") + "]")
	}
	return b.String()
}

func properties(r result) (all []string) {
	for _, name := range slices.Sorted(maps.Keys(r.props)) {
		all = append(all, name+"="+r.props[name])
	}
	return all
}
