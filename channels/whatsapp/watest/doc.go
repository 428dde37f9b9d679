// Package watest is a WhatsApp Web server on loopback for tests: unmodified whatsmeow
// clients pair with it and talk through it.
//
// Promises: it speaks the real wire protocol (websocket, Noise handshake, binary XML,
// device pairing, key distribution, offline delivery, receipts, media) and sees
// ciphertext only, as the real server does. It checks what it is sent: a stanza that
// it does not know, an answer that no question asked for, or a message to nobody fails
// the test. Faults are injected by name (faults.go). What was not settled by its
// receiver is delivered again after the next login.
//
// It does not judge content, filter spam, keep app state, carry calls or channels, and
// it knows no rate limits but those that a test asks for. The protocol is inferred from
// whatsmeow's own source and from ../../../shared/research/whatsapp-server.md; only that
// client says whether it is right.
package watest
