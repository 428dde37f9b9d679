// Package slackfake is a Slack on loopback for tests: unmodified slack-go clients call
// its Web API, hold its Socket Mode connections, upload and download files through it.
//
// Promises: it speaks the real wire (form and JSON calls, websocket envelopes, signed
// event posts, multipart uploads) and keeps the state that the real one would: who is in
// which channel, what stands in which thread, who reacted, which modal is open. People
// are Go values that act (people.go) and see (await.go). What a client may rightly meet is
// answered with Slack's own error code. What a right client never sends (an argument that
// the method does not have, a block over its limits, an acknowledgement of nothing)
// is answered the same way and also fails the test; Oddities takes such things away for
// a test that provokes them. Faults are injected by method name (faults.go).
//
// Two deadlines of the real one hold here too: 3 s to acknowledge, 3 s to use a trigger.
// SetPatience stretches both for a busy machine. Events that were not acknowledged come
// again up to three times, after shorter waits than the real ones, which are none, a
// minute and five minutes; while no socket is open they wait for one.
//
// It does not render, search, unfurl, run workflows or know Enterprise Grid, and what it
// checks is what docs.slack.dev says and what slack-go's source shows. It shares no types
// with slack-go, so that a mistake there is not repeated here.
package slackfake
