package message

// Face is who a message appears to be from: a customer in the team's room.
type Face struct {
	Name    string `json:"name"`
	Picture string `json:"picture,omitempty"` // digest in the file store; empty: the channel makes one of the name
}

// Card is a message with a form of its own: fields and buttons. A channel that has no
// cards says Outbound.Text instead, which tells the same.
type Card struct {
	Title   string   `json:"title"`
	Body    string   `json:"body,omitempty"` // our markup
	Fields  []Field  `json:"fields,omitempty"`
	Foot    string   `json:"foot,omitempty"`    // small print, our markup
	Buttons []Button `json:"buttons,omitempty"` // pressed, they come in as a Press with their Value
	Color   string   `json:"color,omitempty"`   // good, warning or danger; empty: none
}

// Field is one named value of a card.
type Field struct {
	Label string `json:"label"`
	Value string `json:"value"` // plain words
}

// Button is a choice that stands on a card.
type Button struct {
	Choice
	Style   string `json:"style,omitempty"`   // primary or danger; empty: neither
	Confirm string `json:"confirm,omitempty"` // asked before it counts
}

// Home is the page that somebody finds in their program under the desk's name, such as
// Slack's App Home. A channel that has no such page says Outbound.Text instead.
type Home struct {
	Title   string   `json:"title"`
	Figures []Field  `json:"figures,omitempty"`
	Views   []Button `json:"views,omitempty"` // what else the page can show; pressed, they come in as a Press
	Rows    []Row    `json:"rows,omitempty"`
	Foot    string   `json:"foot,omitempty"` // our markup
}

// Row is one line of a page.
type Row struct {
	Text   string  `json:"text"` // our markup
	Button *Button `json:"button,omitempty"`
	Points string  `json:"points,omitempty"` // ID of the message that it leads to, as Outbound.Points

	Leads string `json:"-"` // upstream id of Points, when it is sent
}

// Form is a question with several fields, filled in at once. It can only answer an
// Inbound that had a Trigger, and soon; when that is over, Outbound.Text is said to who
// asked for it, and tells how to do the same in words.
type Form struct {
	Name    string  `json:"name"` // comes back as the Choice of the Submit
	Trigger string  `json:"trigger"`
	Title   string  `json:"title"`
	Submit  string  `json:"submit"` // label of the button
	Inputs  []Input `json:"inputs"`
	Target  Key     `json:"target,omitzero"` // comes back as the Target of the Submit
}

// Input is one field of a form.
type Input struct {
	Name     string   `json:"name"` // key in Inbound.Form
	Label    string   `json:"label"`
	Kind     string   `json:"kind"` // text, lines, choice, person, people or time
	Value    string   `json:"value,omitempty"`
	Options  []Choice `json:"options,omitempty"` // of a choice
	Hint     string   `json:"hint,omitempty"`
	Optional bool     `json:"optional,omitempty"`
}

// Kinds of input. What comes back is text: of Person an Address, of People several of
// them separated by spaces, of Time RFC 3339.
const (
	InputText   = "text"
	InputLines  = "lines"
	InputChoice = "choice"
	InputPerson = "person"
	InputPeople = "people"
	InputTime   = "time"
)
