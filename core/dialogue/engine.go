package dialogue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"recado/core/article"
	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/survey"
	"recado/core/ticket"
)

// Desk is how the desk speaks of itself.
type Desk struct {
	Name     string
	Language string // of people whose language is not known
	Email    string // where to write to be registered (A8)
	Phone    string // A11
	Contacts string // A11: other ways to reach it, in words
}

// Calendar is the desk's business time.
type Calendar interface {
	ticket.Clock
	NextOpen(at time.Time) time.Time
}

// Options configure an Engine. All but Assistant and Log are required.
type Options struct {
	Store     Store
	Sessions  Sessions
	Assistant Assistant // nil: the engine asks for everything
	Catalogue *notice.Catalogue
	Desk      Desk
	Calendar  Calendar
	Schedule  notice.Schedule
	Promises  ticket.Promises
	Location  *time.Location
	Now       func() time.Time
	NewCode   func() string // six digits that nobody can guess
	Log       *slog.Logger

	// Printer makes a ticket a file; nil: nobody can have one.
	Printer Printer

	// Account is our end by which people on a channel are written to first; nil: "".
	Account func(message.Channel) string

	// LanguageOf tells the language of a stranger's words, or ""; the assistant never
	// reads those. nil: strangers are answered in the desk's language.
	LanguageOf func(text string) string

	// Known reports words of the trade, folded to lower case: they tell of nobody, and stay
	// in what is shared with others (C8). nil: none is known.
	Known func(word string) bool

	// Quiet is how long nobody is reminded of anything; nil: there is always somebody awake.
	Quiet func(now time.Time) time.Duration

	// Rooms is where the team keeps the thread of a ticket about something; false: nowhere,
	// and the team hears by notices. nil: there are no rooms.
	Rooms func(about catalog.Path, in *catalog.Catalog) (Place, bool)
	// Management is the room of those who lead the team; the zero Place: there is none.
	Management Place
	Undo       time.Duration // how long words for a customer can be called back from a thread; zero: not at all

	ReopenWindow time.Duration // B12
	SurveyTTL    time.Duration // how long a rating can be given
	WarnBefore   time.Duration // B14: how long before a due time the team is warned
	Unanswered   time.Duration // business time for which a customer may wait before the team is told; zero: for ever
	Patience     time.Duration // the longest that the assistant is waited for
	Sure         float64       // confidence from which a field is believed
	Pace         Pace          // of one conversation
}

// Fixed figures of the dialogue, with their reasons.
const (
	stale      = 24 * time.Hour      // after this, a number means nothing any more
	focusFor   = 30 * time.Minute    // for this long, words belong to the ticket just spoken of
	likelyFor  = 7 * 24 * time.Hour  // for this long, words without a thread may be about an open ticket
	heldFor    = 30 * 24 * time.Hour // how long an unproved item waits
	codeTTL    = 15 * time.Minute    // A7
	codeTries  = 5                   // wrong codes before a new one is needed
	codesAHour = 3                   // codes sent to one address
	menuSize   = 9                   // choices on a phone's screen
	historyLen = 5                   // messages shown with the details
	phoneLine  = 40                  // characters in a line of a choice, in a chat
	mailLine   = 80                  // and in a mail
)

// Engine is the conversation engine. It is safe for concurrent use.
type Engine struct {
	Options
}

// New returns an Engine.
func New(o Options) *Engine {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Account == nil {
		o.Account = func(message.Channel) string { return "" }
	}
	return &Engine{Options: o}
}

// Prepare decides a turn. It changes nothing.
func (e *Engine) Prepare(ctx context.Context, turn Turn) (*Plan, error) {
	s := newScene(ctx, e, turn)
	session, err := e.Sessions.Load(ctx, turn.Conversation, turn.Committed)
	if err != nil {
		return nil, err
	}
	s.start(session)
	var asks func(context.Context) // the assistant may take its time, and nothing stays open meanwhile
	err = e.Store.View(ctx, func(r Reader) error {
		if err := s.load(r); err != nil {
			return err
		}
		if asks, err = s.asking(); asks != nil || err != nil {
			return err
		}
		return s.decideAll(r)
	})
	if err == nil && asks != nil {
		asks(ctx)
		err = e.Store.View(ctx, s.decideAll)
	}
	if err != nil {
		return nil, err
	}
	s.made(ctx)
	return s.finish(), nil
}

// decideAll decides the turn, and what the team's rooms see of it.
func (s *scene) decideAll(r Reader) error {
	if err := s.decide(r); err != nil {
		return err
	}
	if err := s.showSights(); err != nil {
		return err
	}
	return s.showRooms()
}

// asking is what the assistant is asked for this turn; nil: nothing.
func (s *scene) asking() (func(context.Context), error) {
	if perceive := s.perceiving(); perceive != nil {
		return perceive, nil
	}
	if s.wantsReading() {
		return s.ask, nil
	}
	a := s.adviser()
	if a == nil {
		return nil, nil
	}
	w := s.wishes()
	if w.want == "" {
		return nil, nil
	}
	if found, err := s.gather(w); !found || err != nil {
		return nil, err
	}
	return func(ctx context.Context) { s.consult(ctx, a) }, nil
}

// ask reads the turn through the assistant. Without an answer the engine asks the
// person instead.
func (s *scene) ask(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, s.e.Patience)
	defer cancel()
	reading, err := guarded(func() (Reading, error) { return s.e.Assistant.Read(ctx, s.brief()) })
	if err != nil {
		s.e.Log.WarnContext(ctx, "the assistant did not answer", "error", err)
		return
	}
	s.reading = s.trusted(reading)
}

// guarded turns a panic of the assistant into an error: the desk works without it (rule 4).
func guarded[T any](do func() (T, error)) (out T, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the assistant panicked: %v", v)
		}
	}()
	return do()
}

// known wraps a lookup that may find nothing.
func known[T any](v T, err error) (T, bool, error) {
	if isNotFound(err) {
		var zero T
		return zero, false, nil
	}
	return v, err == nil, err
}

func isNotFound(err error) bool {
	for _, none := range []error{directory.ErrNotFound, ticket.ErrNotFound, article.ErrNotFound, survey.ErrUnknown, ErrNotHeld} {
		if errors.Is(err, none) {
			return true
		}
	}
	return false
}

// merged joins the items of a turn: the words of a burst, line by line.
func merged(items []message.Inbound) message.Inbound {
	in := items[0]
	for _, more := range items[1:] {
		if more.Text != "" {
			if in.Text != "" {
				in.Text += "\n"
			}
			in.Text += more.Text
		}
		in.Attachments = append(slices.Clip(in.Attachments), more.Attachments...)
		in.Refused = append(slices.Clip(in.Refused), more.Refused...)
		if len(more.Also) > 0 {
			in.Also = more.Also
		}
		in.Defect, in.OriginalSize = cmp.Or(in.Defect, more.Defect), max(in.OriginalSize, more.OriginalSize)
		if more.Thread.ID != "" || len(more.Thread.Refs) > 0 {
			in.Thread = more.Thread
		}
	}
	return in
}
