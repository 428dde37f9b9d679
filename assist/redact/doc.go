// Package redact takes personal data and secrets out of a text before it leaves the
// desk, and puts them back into what comes back.
//
// Promises: what Hide replaces is found by form and, where there are some, by check
// digits: CPF, CNPJ (digits, and the alphanumeric one of July 2026), payment cards,
// access keys of fiscal documents, telephones, e-mail addresses, keys, tokens and
// passwords. A value has one placeholder, however often it is written. Restore of Hide
// is the text as it was, also when somebody wrote a placeholder themselves. Where a
// rule is in doubt it hides: a number too many hidden costs an assistant little. It is
// no proof of anonymity: names and what is told in words stay.
package redact
