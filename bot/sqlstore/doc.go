// Package sqlstore is all the SQL of the desk: one text for SQLite and
// PostgreSQL. A *DB is the engine's dialogue.Store, the inbox.Store, the
// outbox.Store and bot.Leases; DB.Sessions and DB.Memory are the rest.
//
// Promises: Update returns once its effects are durable; a failed Update leaves
// nothing behind, neither in the database nor in the tickets, people and surveys
// that it was given to store. Callers that are ready together share a commit, and
// one that fails spoils nothing for the others (group.go says how). What changed
// meanwhile is dialogue.ErrConflict, another owner dialogue.ErrFenced. Both
// databases answer alike: a nil and an empty slice come back as nil, times as UTC
// microseconds, texts without NUL and broken UTF-8, which PostgreSQL refuses.
//
// It decides nothing about the desk: rights, transitions and wording are the
// core's. What it keeps in memory (cache.go) is checked against counts in the
// database before each use, so several processes may share one.
//
// It fails with the database's error wrapped in what was being done. Update may run
// its function again, so that one changes nothing but tx. An old version, or another
// owner, may be told by Update only, and not by the call inside it. A lost
// connection is opened again by the next caller. Open refuses a schema newer than
// the program, and a SQLite file on which the settings of rule 10 do not hold.
//
// Tests use a SQLite file in a temporary folder; that is the fake, and there is
// no other (see core/coretest).
package sqlstore
