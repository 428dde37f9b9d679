// Package sender says who wrote a mail, and whether that is proved (rule 7).
//
// Promises: a mail names somebody only by the single address of its single From
// field; it is proved only by what a trusted mail exchanger of ours wrote on top
// (RFC 8601), aligned with that address (RFC 7489). In doubt it is not proved.
package sender
