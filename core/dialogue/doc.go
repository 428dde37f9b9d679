// Package dialogue is the conversation engine: it takes a turn to its effects.
//
//	load    what the turn is about: person, session, ticket (Store.View)
//	ask     the assistant, with no transaction open
//	decide  a Plan: a value that says what changes and what is said
//	apply   the Plan in one transaction (Plan.Apply)
//
// Promises: one Plan for a turn, and applying it twice in two attempts does the
// same; nobody sees or changes a ticket that ticket.MaySee hides from them; a
// sender is whom the channel or a code proved (rule 7); what a person writes is
// never swallowed: it is an answer, a command, part of a ticket, or it is asked
// about; each item ends with an outcome. With the assistant away it goes on
// without, and says nothing odd (rule 4). It never sends: it posts.
//
// Prepare fails only for failures of the store; the caller tries the turn again.
package dialogue
