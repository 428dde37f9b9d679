// Package files keeps attachments and raw mails by their content: in a Folder, and in
// its sub-package s3 in a bucket. What they share is here too: digests, reading with a
// check, and Spool, which knows a digest before the bytes are sent on.
//
// Promises: what Keep returned is kept, whole, under the SHA-256 of its bytes, and the
// same bytes are kept once; a crash leaves no half file under a digest, and what it
// leaves aside is swept at the next start; Open checks that a digest is one before it
// touches anything, and a reader ends with ErrDamaged when the bytes are others by now.
// A full disk is an error of Keep, and the item is then not acknowledged upstream.
// Nothing is ever deleted: who may forget what is decided elsewhere. Only the user that
// runs the desk reads what is in a folder (0700, 0600).
package files
