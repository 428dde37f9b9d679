// Package sender says who wrote a mail, and whether that is proved (rule 7).
//
// Promises: a mail names somebody only by the single address of its single From
// field. It is proved only by what a trusted mail exchanger of ours wrote on top
// (RFC 8601), or by our own check of SPF (RFC 7208), DKIM (RFC 6376) and DMARC
// (RFC 7489), aligned with that address. In doubt it is not proved, and the doubt
// is said in a few words that the team can read. What a sender can write never
// counts as what we wrote.
package sender
