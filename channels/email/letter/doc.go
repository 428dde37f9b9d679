// Package letter takes a mail apart: its head, its addresses, its MIME tree.
//
// Promises: Open never fails and never panics, whatever the bytes; each leaf of the
// MIME tree is counted once on the way in and once on the way out (read, kept,
// reported or damaged). What comes out is valid UTF-8 without control characters.
// An address that is taken can end neither a command nor a field.
//
// It decides nothing: who wrote, whether a machine did, and what of the words is a
// quote are the neighbours' (sender, machine, reply). It does no I/O.
package letter
