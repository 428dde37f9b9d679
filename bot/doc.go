// Package bot is the runtime: it joins channels, inbox, engine and outbox, starts
// and drains them, makes due what is due, and reports how all fares.
//
//	channel -> Bot.Accept -> inbox -> Engine.Prepare -> Plan.Apply and the end of the
//	items in one transaction -> outbox -> channel
//
// Promises. What holds a lease has one owner among all processes: an exclusive
// channel (receiving and sending), the outbox of any other channel, and the clock
// that makes things due. A lease is not used any more when it could be another's,
// and another process takes over within 15 s of its owner's death. An end of Run's
// context stops receiving first, then turns, then sending, and last gives up the
// leases, all within Options.DrainTimeout. Settle does the same work as Run, step
// by step in the calling goroutine, for a clock that stands still.
//
// What it does not do. It knows no ticket, no wording and no upstream. It does not
// serve HTTP: State and Metrics are values for whoever does.
//
// How it fails. Run returns an error only for what did not end when it was told to.
// A channel that ends with an error is shown as down, said so in the log, and
// started again with a growing pause. Panics of channels, of the engine and of
// plans are errors. While the store is away everything waits and is tried again.
package bot
