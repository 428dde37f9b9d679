// Package play reads and runs transcripts: text files in which people speak with
// the desk and say what they expect of it. docs/transcripts.md is the format.
//
// Promises: a transcript is checked whole before anything runs, and a mistake in
// it is named with its line; what is expected is compared with what was really
// sent, and a difference shows both; a step that expects nothing can fail like
// any other. It knows nothing of Recado's insides: a Stage is the desk.
package play
