package dialogue

import (
	"context"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/ticket"
)

// Assistant reads what people write. It proposes and never acts (rule 4): the
// engine checks that every id it names was offered. It must answer within the
// context's deadline; on an error the engine goes on without it and says nothing odd.
type Assistant interface {
	Read(ctx context.Context, b Brief) (Reading, error)
}

// Brief is what the assistant is told: only what this person may see.
type Brief struct {
	Text         string   // what was just written, a burst joined by newlines
	Subject      string   // of an e-mail
	Earlier      []string // the person's previous words about the same matter, oldest first
	Seen         []Sight  // what pictures that came along show
	Language     string   // the person's, when known
	Organisation directory.Organisation
	Offer        catalog.Offer // the only ids that may be named
	WantArticles bool

	// IntentOnly asks for Intent and Language, and for nothing else: unless they are
	// a courtesy, the words go into a ticket that is open already.
	IntentOnly bool

	// Conversation is whose turn it is: what an assistant spends is counted by it.
	Conversation string

	// NoModel: one of the person's organisations does not want a model to read its
	// messages. What runs within the desk may.
	NoModel bool
}

// Sight is what a machine saw in a picture. It is nobody's word.
type Sight struct {
	File  string `json:"file"` // digest of the picture
	Name  string `json:"name,omitempty"`
	Shows string `json:"shows"`           // one or two sentences, in the sender's language
	Reads string `json:"reads,omitempty"` // the words that stand in it
}

// Intent is what a text is for. Commands ("meus chamados", "1", "cancelar") never
// reach the assistant: the engine knows them itself.
type Intent string

// Intents.
const (
	Unclear  Intent = ""
	Matter   Intent = "matter" // a problem, a question, a wish: something for a ticket
	Greeting Intent = "greeting"
	Thanks   Intent = "thanks"
	Human    Intent = "human" // they want a person, and say it in more words than a command has
)

// Detail is something that tickets often lack, and that one can ask for.
type Detail string

// Details, in the order in which they help most.
const (
	ErrorText Detail = "error-text" // the words of the error, or a picture of it
	Since     Detail = "since"      // when it began
	Affected  Detail = "affected"   // who and how many are affected
	Steps     Detail = "steps"      // what was done before it
	Document  Detail = "document"   // which document, order, vehicle: its number
	Expected  Detail = "expected"   // what should have happened
)

// Details lists them.
var Details = []Detail{ErrorText, Since, Affected, Steps, Document, Expected}

// Reading is what the assistant understood. A confidence is 0 to 1; a field whose
// confidence is under the engine's mark is asked for instead of believed.
type Reading struct {
	Intent   Intent
	Language string // pt-BR, en, es; empty when unsure
	Subject  string // one line
	About    catalog.Path
	Sure     map[string]float64 // confidence by field: product, system, module, category, severity, type
	Severity ticket.Level
	Type     ticket.Type
	Articles []Suggestion // best first, only what the person may read
	Missing  []Detail     // what the words leave out, most useful first
	By       string       // which assistant answered, for the record
}

// Suggestion is an article that may answer. Score is 0 to 1; the assistant leaves
// out what is under its mark, so that nothing found is said plainly.
type Suggestion struct {
	Article string
	Score   float64
}
