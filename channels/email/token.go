package email

import (
	"recado/channels/email/letter"
	"recado/channels/email/sender"
	"recado/core/message"
)

// recipientFields may hold the address that a mail was delivered to, with the
// detail that some clients drop from To.
var recipientFields = []string{"to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to"}

// recipients are all addresses that the mail was meant for, also as the envelope has them.
func recipients(h letter.Header, env letter.Envelope) (out []letter.Party) {
	for _, name := range recipientFields {
		for _, value := range h.All(name) {
			out = append(out, letter.Parties(value)...)
		}
	}
	for _, rcpt := range env.Recipients {
		if a, ok := letter.ParseAddress(rcpt); ok {
			out = append(out, letter.Party{Address: a})
		}
	}
	return out
}

// tokenNumber is the protocol number of a reply address that was given to who.
func (d *desk) tokenNumber(h letter.Header, env letter.Envelope, who letter.Address) string {
	for _, p := range recipients(h, env) {
		if number := d.numberIn(p.Address, who); number != "" {
			return number
		}
	}
	return ""
}

// numberIn is the protocol number in one address, if it was given to who.
func (d *desk) numberIn(answerTo, who letter.Address) string {
	detail, ours := d.ours(answerTo)
	if !ours || detail == "" {
		return ""
	}
	number, err := d.Signer.VerifyReply(detail, who.String())
	if err != nil {
		return ""
	}
	return number
}

// trust is whose word of a sender counts here.
func (d *desk) trust() sender.Trust {
	return sender.Trust{Exchangers: d.TrustedAuthserv, Sealers: d.TrustedSealers}
}

// proof is how sure it is that from wrote this, and why it is not. The word of our mail
// exchanger, or of our own check, is better than a token, which whoever was in
// copy has seen too: a token proves nothing against them, nor when they say
// nothing of a mail although they speak of all others.
func (d *desk) proof(l *letter.Letter, env letter.Envelope, from letter.Address, number string) (message.Proof, message.Doubt) {
	if env.Believed {
		return message.ByUpstream, ""
	}
	var v letter.Verdict
	if why := sender.Unclear(l); why != "" {
		v = letter.Verdict{Against: true, Doubt: why}
	} else if env.Checked != nil {
		v = *env.Checked
	} else {
		v = sender.Judge(l, from, d.trust())
	}
	switch {
	case v.Proved:
		return message.ByUpstream, ""
	case number != "" && !v.Against && !v.Silent:
		return message.ByToken, ""
	}
	return message.Unproved, message.Doubt(v.Doubt)
}
