// Package notice decides who hears what, when and on which channel, and holds
// every word that Recado says: one catalogue for each language.
//
// Promises: each key has a text in pt-BR, en and es (a test compares them); a
// notice goes only to addresses that were verified and that may hear of the
// ticket; nobody is told twice on one address, nor told what they just did where
// they did it (D1). The schedule of reminders (D5) is pure arithmetic over a
// calendar. It posts nothing: core/dialogue does, in the transaction of the change.
package notice
