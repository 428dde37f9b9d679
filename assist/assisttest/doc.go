// Package assisttest is a language model's server that can be had anywhere: it answers
// chat completions, embeddings and transcriptions as OpenAI's reference describes them
// (platform.openai.com/docs/api-reference), from a script.
//
// Promises: it takes nothing that the reference does not allow, and says what was wrong
// (Objections, and status 400); so who passes here speaks the protocol. It plays what real
// servers do wrong, one mood after the other (Play, Always). It records what it was sent,
// for tests of what leaves the desk. Unless told otherwise it answers by the schema that
// it was given, the first value of each list. It listens on loopback (Start), or on
// nothing at all as an http.RoundTripper.
package assisttest
