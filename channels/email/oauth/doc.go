// Package oauth gets the access tokens with which a mail server lets us in instead
// of a password (RFC 6749; SASL XOAUTH2 and OAUTHBEARER, RFC 7628, are spoken by
// channels/email).
//
// Promises: a token is fetched once and used until shortly before its end, however
// many ask. A refresh token that the provider replaces is kept before it is used
// (Microsoft replaces it with each use): in the channel's Memory, sealed with a key
// that is made of the configured refresh token, so that all processes share it, the
// database alone gives nothing away, and a newly configured one puts an end to what
// was kept for the old. No token or secret is ever in an error. What only a person can
// mend is a *Refused; everything else is worth another try.
//
// It knows nothing of mail.
package oauth
