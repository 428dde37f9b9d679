// Package coretest holds the suites that every implementation of the core's
// contracts passes: TestStore for dialogue.Store, TestSessions for
// dialogue.Sessions. (bot/bottest has those of the runtime's stores.)
//
// Promises: a suite names the contract's sentence that an implementation breaks.
// It needs an empty store, and leaves its data behind in it.
//
// There is no store in memory: a second implementation would have to keep up with
// the first in every rule of ordering, versions and rollback, and be believed
// instead of it. Tests that need a store open sqlstore on a file in t.TempDir(),
// which takes about 20 ms.
package coretest
