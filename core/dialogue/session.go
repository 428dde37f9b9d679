package dialogue

import (
	"time"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/survey"
	"recado/core/ticket"
)

// Session is the half-finished part of a conversation: what was asked, and what a
// number would mean. It holds nothing that cannot be asked again (rule 5).
type Session struct {
	Topic   Topic            `json:"topic,omitempty"`
	Step    string           `json:"step,omitempty"`    // what was asked last, within the topic
	Choices []message.Choice `json:"choices,omitempty"` // what the numbers of the last question mean
	Ticket  ticket.ID        `json:"ticket,omitempty"`  // the ticket in focus
	Draft   *Draft           `json:"draft,omitempty"`   // the ticket being opened
	Aside   *Draft           `json:"aside,omitempty"`   // the one that was, before something else was looked at
	Query   *Listing         `json:"query,omitempty"`   // the list being paged through
	Survey  survey.ID        `json:"survey,omitempty"`  // the rating that was asked for
	Held    HeldID           `json:"held,omitempty"`    // the held item that the team was shown
	Words   string           `json:"words,omitempty"`   // something said, kept until it is known what it is for
	Asked   int              `json:"asked,omitempty"`   // how often the same question was asked in a row
	At      time.Time        `json:"at,omitzero"`       // of the last turn
	Pace    Paced            `json:"pace,omitzero"`     // how many turns of late

	Two directory.PersonID `json:"two,omitempty"` // who seems to be the same person; the team was told

	Unopened time.Time `json:"unopened,omitzero"` // when the team was last told of what could not be opened

	Language string `json:"language,omitempty"` // that a person nobody knows writes in
}

// Topic is what a conversation is about.
type Topic string

// Draft is a ticket that is being opened.
type Draft struct {
	Org      directory.OrgID `json:"org,omitempty"`
	Subject  string          `json:"subject,omitempty"`
	About    catalog.Path    `json:"about,omitzero"`
	Type     ticket.Type     `json:"type,omitempty"`
	Severity ticket.Level    `json:"severity,omitempty"`
	Priority ticket.Level    `json:"priority,omitempty"`
	Said     []ticket.Said   `json:"said,omitempty"`
	Offered  []string        `json:"offered,omitempty"` // articles shown
	Nothing  bool            `json:"nothing,omitempty"` // it is a question, and no article answers it
	Skipped  []string        `json:"skipped,omitempty"` // fields the person could not tell
	By       string          `json:"by,omitempty"`      // which assistant read it
	Sights   []Sight         `json:"sights,omitempty"`  // what a machine saw in its pictures

	Continues ticket.ID `json:"continues,omitempty"` // B12: the ticket that it follows

	For  directory.PersonID `json:"for,omitempty"`  // who wrote the mail that was passed on, or called
	Via  message.Channel    `json:"via,omitempty"`  // how it came, where that is not the channel of the conversation
	Note []ticket.Said      `json:"note,omitempty"` // what an agent wrote above it: for the team alone
}

// Listing is a list being paged through (C1).
type Listing struct {
	Whose string `json:"whose"`
	State string `json:"state"` // open, closed, all
	Page  int    `json:"page"`

	About catalog.Path `json:"about,omitzero"`  // narrowed to (C2)
	Since string       `json:"since,omitempty"` // today, week, month
}
