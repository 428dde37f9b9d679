// Package inbox takes items in for good and brings each to its turn.
//
// Promises. Accept returns nil only when the items are committed (rule 1), and a
// repeated item changes nothing. Run brings the items of a conversation to the
// Handler in the order of acceptance, one turn at a time, conversations side by
// side (rule 3). Several processes share the work: each claims conversations and
// works under the claim's fence, so a process that lost a claim without noticing
// cannot commit. A burst of short lines is one turn. An item ends once, with the
// commit of its turn; until then it waits in the store, whatever dies.
//
// What it does not do. It knows nothing of what a turn means and opens no
// transaction: the Handler ends the items (dialogue.Tx.Finish) in the commit that
// has their effects.
//
// How it fails. A turn that fails is tried again with a growing pause; after
// Options.Attempts its items end with the outcome "failed", the team is told, and
// the conversation goes on. Not the item's fault, and so not counted, are: the end
// of the process, a claim that went to another process, a store that is away, and
// what Options.Away names. While the store is away, items wait.
package inbox
