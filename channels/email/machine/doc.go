// Package machine says which machine wrote a mail, if one did (RFC 3834, RFC 3464,
// RFC 5965), and reads delivery reports.
//
// Promises: it looks at the mail alone and changes nothing; in doubt a mail is a
// person's. What follows from it is decided by the core.
package machine
