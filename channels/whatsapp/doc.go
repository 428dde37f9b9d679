// Package whatsapp is the WhatsApp channel: the desk's number as a linked device, over
// go.mau.fi/whatsmeow.
//
// Promises: a message is settled upstream only after Sink.Accept returned nil; what was
// not is delivered again at the next login, also after a crash, because its plain text
// is in whatsmeow's own store by then (a Signal ciphertext opens once). Each message
// becomes one Inbound: text, files that were downloaded at once, or a Refusal that says
// what could not be had. A message goes out under an id that was chosen beforehand
// (Foreteller). WhatsApp vouches for who wrote.
//
// It does not decide anything, keeps no history, makes no live message of history sync,
// and writes first to nobody: whom the desk may write to is the core's affair. It fails
// by waiting: a lost connection is made anew; what only a person can mend (logged out,
// banned, outdated) becomes a State in words, and sending answers channels.SignedOut.
package whatsapp
