// Package bottest holds the suites that every implementation of the runtime's
// stores passes: TestInboxStore, TestOutboxStore, TestLeases. (core/coretest has
// those of the engine's.) Clock is a bot.Clock that a test moves by hand.
//
// Promises: a suite names the sentence of the contract that an implementation
// breaks. It invents names of its own, so a store need not be empty; it moves no
// clock but the one it passes in.
package bottest
