// Package machine says which machine wrote a mail, if one did (RFC 3834, RFC 3464,
// RFC 5965, RFC 8098, RFC 2919), and reads what reports of delivery and complaints say.
//
// Promises: it looks at the mail alone and changes nothing. In doubt a mail is a
// person's: words alone never make it a machine's, since people write "undeliverable"
// too, forward bounces and quote them; it takes a sign that people's mail does not bear.
//
// What it does not do. It proves nothing: anybody can write a bounce. What follows
// from a report is decided by the core, which knows what we sent to whom.
package machine
