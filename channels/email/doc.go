// Package email is the e-mail channel: mail comes in by IMAP (Mailbox) or by SMTP
// (Listener), and goes out by SMTP.
//
// Promises: every mail ends in exactly one Inbound, whatever it holds; one that
// cannot be understood is handed in with its raw form kept and a subject that says
// so. Nothing is acknowledged (cursor, \Seen, 250) before Sink.Accept returned nil.
// Each part of a mail is text, a kept file or a Refusal. A sender counts as proved
// only by a token that was given to that address, or by what a trusted mail
// exchanger of ours wrote on top (RFC 8601). Machine mail is marked (RFC 3834,
// RFC 3464, RFC 5965). What goes out names itself automatic, bears a Message-ID
// that is known beforehand, and no text can add a header to it.
//
// It does not decide who may do what, follow threads, filter by time or answer
// anything. It fails by waiting: a lost server, sink or file store means trying
// again with growing pauses; only a refused password or a missing folder ends
// Mailbox.Run, because nobody but a person can mend these.
package email
