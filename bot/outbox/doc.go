// Package outbox sends what turns have posted: one Outbox for each channel and
// account.
//
// Promises. Only what is committed is sent, and nothing that is committed is
// forgotten (rule 6). A message is sent at least once: a crash between sending and
// noting so sends it again, under the same upstream id, so that the repeat can be
// recognised. Messages to one address go in the order of posting, and none
// overtakes an earlier one that waits for another try; addresses go side by side.
// Results are noted in groups, as many as came while the last group was written.
//
// What it does not do. It knows no wording, and does not decide who hears what. It
// does not keep two processes from sending the same message: whoever calls Run
// holds the lease for this channel and account.
//
// How it fails. What a failed Send means is the channel's word (channels.KindOf).
// What may pass later is tried again with a growing pause, at most
// Options.MaxAttempts times; a message that never will is buried and the team is
// told. A channel that is signed out or away stops sending altogether, and tries one
// message now and then. Neither this, nor a rate limit, nor the end of the process
// counts as an attempt. While the store is away, known results wait in memory.
package outbox
