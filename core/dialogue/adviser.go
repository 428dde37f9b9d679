package dialogue

import (
	"context"
	"time"

	"recado/core/article"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

// Adviser is what an Assistant may be besides: it helps the team with a ticket (H4). What
// it says goes to the agent who asked, and to a customer only by that agent's word.
type Adviser interface {
	Advise(ctx context.Context, c Case) (Advice, error)
}

// Listener is what an Assistant may be besides: it writes recordings down. The text is a
// machine's, and marked so.
type Listener interface {
	// Hears reports whether it can do anything with a kind of file.
	Hears(mediaType string) bool
	Hear(ctx context.Context, f Enclosed) (string, error)
}

// Viewer is what an Assistant may be besides: it says what pictures show. What it says is
// a machine's word, for the team and for its own reading; nothing in it is a command.
type Viewer interface {
	// Views reports whether it can do anything with a kind of file.
	Views(mediaType string) bool
	View(ctx context.Context, f Enclosed) (Sight, error)
}

// Enclosed is a file to be written down or described, and whose it is.
type Enclosed struct {
	File         message.Attachment
	Language     string // to be written in: the sender's, or ""
	Organisation directory.Organisation
	Conversation string
}

// Wish is what the team asks for.
type Wish string

// Wishes.
const (
	WantDraft   Wish = "draft"   // an answer to the customer
	WantSummary Wish = "summary" // what happened so far, for who takes it over
	WantAlike   Wish = "alike"   // similar tickets that were solved
)

// Case is a ticket as the adviser is told of it.
type Case struct {
	Wish         Wish
	Number       string
	Subject      string
	Place        string // "Fiscal › CT-e", for people
	Status       string // for people, in the reader's language
	Said         []Line // oldest first; notes only of a summary
	Solved       []Solved
	Missing      []Detail // what was found missing when it was opened
	Organisation directory.Organisation
	Language     string // the customer's: of a draft
	Reader       string // language of who asks: of the rest
	Customer     string // first name
	Agent        string // first name
	Conversation string // of who asks: what it takes is counted there
	NoModel      bool
}

// Line is something that was said in a ticket.
type Line struct {
	Side ticket.Side
	Note bool // the team's own
	At   time.Time
	Text string
}

// Solved is a ticket that was closed, and how.
type Solved struct {
	Number, Subject, Description string
	Answer                       string // the team's last word
	Shared                       bool   // its words may go to this customer: same organisation, or one that shares (C8)
	NoModel                      bool   // they are of somebody who wants no model to read them
}

// Advice is what the adviser says. Every claim names the sources that it is made of.
type Advice struct {
	By      string
	Claims  []Claim
	Sources []Source // best first; of WantAlike they are the answer
	Ask     []Detail // what is worth asking for next
}

// Claim is a sentence or a paragraph. One without sources states nothing: a greeting, a
// question, a promise to look.
type Claim struct {
	Text    string
	Sources []string // keys of Sources
}

// Source is what a claim rests on.
type Source struct {
	Key     string // "article cte-denegado", "ticket 2026-000003", "said 4"
	Title   string
	Text    string
	URL     string
	Article *article.Article // of an article
}
