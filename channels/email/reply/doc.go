// Package reply finds what a person wrote in a mail that may quote earlier ones.
//
// Promises: own lines come out as they went in and in their order, none is made up;
// in doubt a line is kept; a text of which nothing would be left is kept whole. It
// is linear in the length of its input, and uses RE2 only. It does no I/O, and
// never deletes: the whole text stays with the caller.
package reply
