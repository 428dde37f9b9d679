// Package local is WhatsApp, e-mail, Slack and the web without any of them: a Hub
// of pretend upstreams, through which transcripts and `recado chat` speak as any
// person on any channel.
//
// A Hub stands for the world outside and outlives the channels made from it, as a
// mail server outlives our process. Hub.Say does what a person does, and the item
// that reaches the Sink is what the real channel would have made of it: a reply by
// mail carries references and the token of the address it was sent to, a button
// gives the value that was offered. What the Sink does not take waits in the Hub
// and is handed in again, in order, also by the next process. What Recado sends is
// kept with its time, so that a reader may ask what a person was sent since a Mark.
// Faults can be put between: a channel that is away, an address that is dead, an
// answer that comes too late.
//
// Promises: it opens no connection; the same lines in the same order get the same
// keys, and a repeated Send the same upstream id; a Hub is safe for concurrent use.
// It does not imitate the formats of the wire, such as MIME: the tests of the real
// channels do. Terminal is about lines in and out, and starts no program.
package local
