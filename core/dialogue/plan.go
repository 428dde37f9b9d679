package dialogue

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"recado/core/article"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/survey"
	"recado/core/ticket"
)

// Plan is what a turn does: a value that can be printed and tested. Apply works on
// copies, so that a plan can be applied again after a failed attempt.
type Plan struct {
	Turn       Turn
	People     []directory.Person
	Merges     []directory.Merge
	Challenges []directory.Challenge
	Tickets    []*ticket.Ticket // new ones have Version 0
	Links      []Pair
	Unlinks    []Pair
	Amended    []ticket.Entry
	Surveys    []survey.Survey
	Feedback   []article.Feedback
	Learned    []article.Learned
	Seen       []Seen
	Notes      []Note
	Held       []Held
	Endings    []Ending
	Told       []HeldID // held items of which the team is told
	Lapsed     int      // how many of Endings are of items for which nobody decided
	Recalls    []string // upstream ids of words that are called back
	Cards      []CardPost
	Says       []Say
	Posts      []message.Outbound // what says nothing anew: reactions
	Repeats    []message.Outbound // what was said before: to another address, or in other words
	Outcome    message.Outcome    // of every item of the turn
	About      *ticket.Ticket     // whose number the outcome takes
	Session    Session
	Previous   Session

	engine *Engine
}

// Note is a few words to be kept under a name.
type Note struct {
	Name, Text string
}

// Pair is a link between two tickets of the plan, which may not have been stored yet.
type Pair struct {
	From, To *ticket.Ticket
	Relation ticket.Relation
	By       directory.PersonID
}

// Say is something to be told. Its words are made when it is posted, since a new
// ticket has no number before.
type Say struct {
	To           message.Address
	Account      string
	Conversation string
	Language     string
	Key          string // of the catalogues
	Data         notice.Data
	Choices      []message.Choice
	Ticket       *ticket.Ticket // spoken of
	Subject      string
	Refs         []string
	Attachments  []message.Attachment
	InCopy       []message.Address // see Outbound
	Quote        string            // the words being answered, on channels that show them
	Link         *message.Link
	Proactive    bool
	Code         bool
	Verbatim     []string // words of people within Data, where they are not a whole value
	Conveys      string   // upstream id of the item that it passes on
	Of           []string // upstream ids of all items whose words are the Text of Data
	Plain        bool     // its words are the team's, whose markup is meant
	Held         HeldID   // spoken of: a mail's reply address leads to it

	Under     string          // ID of the message in whose thread it is said
	Only      message.Address // who alone sees it, of those in the room To
	As        *message.Face   // in whose name
	Form      *message.Form
	Home      *message.Home
	Buttons   []message.Button // below its words, on channels that have some
	Points    string           // ID of another message that it leads to
	NotBefore time.Time        // until then it may be called back
	Poll      *message.Poll    // beside it, on channels that have some
}

// Apply writes the plan in tx and returns the outcome of each item that ends with it.
func (p *Plan) Apply(ctx context.Context, tx Tx) ([]message.Outcome, error) {
	for _, upstream := range p.Recalls {
		if err := tx.Recall(ctx, upstream); err != nil {
			return nil, fmt.Errorf("call back: %w", err)
		}
	}
	if err := p.applyPeople(ctx, tx); err != nil {
		return nil, err
	}
	stored, err := p.applyTickets(ctx, tx)
	if err != nil {
		return nil, err
	}
	if err := p.applyRest(ctx, tx); err != nil {
		return nil, err
	}
	if err := p.applySays(ctx, tx, stored); err != nil {
		return nil, err
	}
	if p.Turn.Conversation != "" {
		err := p.engine.Sessions.Save(ctx, tx, p.Turn.Conversation, p.Turn.Number(), p.Session, p.Previous, p.Turn.Committed)
		if err != nil {
			return nil, fmt.Errorf("save the session: %w", err)
		}
	}
	outcome := p.Outcome
	if t := stored[p.About]; t != nil {
		outcome.Number = t.Number
	}
	var outcomes []message.Outcome
	for range p.Turn.Items {
		outcomes = append(outcomes, outcome)
	}
	for range p.Lapsed { // these ended long after their turn: what is due has none of its own
		outcomes = append(outcomes, message.Outcome{Code: message.Lapsed})
	}
	return outcomes, nil
}

// applySays posts all that is said, cards first: what is said in a thread comes after what
// it hangs from.
func (p *Plan) applySays(ctx context.Context, tx Tx, stored map[*ticket.Ticket]*ticket.Ticket) error {
	if err := p.applyCards(ctx, tx, stored); err != nil {
		return err
	}
	for _, say := range p.Says {
		out, err := p.engine.render(say, stored[say.Ticket])
		if err != nil {
			return err
		}
		if err := tx.Post(ctx, out); err != nil {
			return fmt.Errorf("post %s: %w", say.Key, err)
		}
	}
	for _, out := range slices.Concat(p.Posts, p.Repeats) {
		if err := tx.Post(ctx, out); err != nil {
			return fmt.Errorf("post: %w", err)
		}
	}
	return nil
}

func (p *Plan) applyPeople(ctx context.Context, tx Tx) error {
	for _, person := range p.People {
		if err := tx.SavePerson(ctx, &person); err != nil {
			return fmt.Errorf("save a person: %w", err)
		}
	}
	for _, m := range p.Merges {
		if err := tx.SaveMerge(ctx, &m); err != nil {
			return fmt.Errorf("save a merge: %w", err)
		}
	}
	for _, c := range p.Challenges {
		if err := tx.SaveChallenge(ctx, c); err != nil {
			return fmt.Errorf("save a challenge: %w", err)
		}
	}
	return nil
}

// applyTickets stores copies, and returns them by the plan's own.
func (p *Plan) applyTickets(ctx context.Context, tx Tx) (map[*ticket.Ticket]*ticket.Ticket, error) {
	stored := make(map[*ticket.Ticket]*ticket.Ticket, len(p.Tickets))
	for _, t := range p.Tickets {
		c := *t
		write := tx.Update
		if t.Version == 0 {
			write = tx.Insert
		}
		if err := write(ctx, &c); err != nil {
			return nil, fmt.Errorf("store ticket %s: %w", t.Number, err)
		}
		stored[t] = &c
	}
	for _, say := range p.Says {
		if say.Ticket != nil && stored[say.Ticket] == nil {
			stored[say.Ticket] = say.Ticket
		}
	}
	if p.About != nil && stored[p.About] == nil {
		stored[p.About] = p.About
	}
	for _, l := range p.Links {
		link := ticket.Link{From: l.From.ID, To: l.To.ID, Relation: l.Relation, By: l.By, At: p.engine.Now()}
		if err := tx.AddLink(ctx, link); err != nil {
			return nil, fmt.Errorf("link tickets: %w", err)
		}
	}
	for _, l := range p.Unlinks {
		if err := tx.RemoveLink(ctx, ticket.Link{From: l.From.ID, To: l.To.ID, Relation: l.Relation}); err != nil {
			return nil, fmt.Errorf("unlink tickets: %w", err)
		}
	}
	return stored, nil
}

func (p *Plan) applyRest(ctx context.Context, tx Tx) error {
	for _, e := range p.Amended {
		if err := tx.Amend(ctx, e); err != nil {
			return fmt.Errorf("amend an entry: %w", err)
		}
	}
	for _, s := range p.Surveys {
		if err := tx.SaveSurvey(ctx, &s); err != nil {
			return fmt.Errorf("save a survey: %w", err)
		}
	}
	for _, f := range p.Feedback {
		if err := tx.SaveFeedback(ctx, f); err != nil {
			return fmt.Errorf("save feedback: %w", err)
		}
	}
	for _, l := range p.Learned {
		if err := tx.Learn(ctx, l); err != nil {
			return fmt.Errorf("learn a phrasing: %w", err)
		}
	}
	for _, seen := range p.Seen {
		if err := tx.MarkSeen(ctx, seen); err != nil {
			return fmt.Errorf("note what was seen: %w", err)
		}
	}
	for _, n := range p.Notes {
		if err := tx.Note(ctx, n.Name, n.Text); err != nil {
			return err
		}
	}
	for _, h := range p.Held {
		if err := tx.Hold(ctx, h); err != nil {
			return fmt.Errorf("hold an item: %w", err)
		}
	}
	for _, e := range p.Endings {
		if err := tx.EndHeld(ctx, e); err != nil {
			return fmt.Errorf("end what was held: %w", err)
		}
	}
	if len(p.Told) > 0 {
		if err := tx.TellHeld(ctx, p.Told, p.engine.Now()); err != nil {
			return fmt.Errorf("note what the team was told of: %w", err)
		}
	}
	return nil
}

// render makes the words of a Say. Texts may use Number and Subject of its ticket,
// and the desk's name.
func (e *Engine) render(say Say, t *ticket.Ticket) (message.Outbound, error) {
	data := notice.Data{"Desk": e.Desk.Name}
	if t != nil {
		data["Number"], data["Subject"] = t.Number, t.Subject
	}
	maps.Copy(data, say.Data)
	spelled := say.Choices
	if say.To.Channel == message.WhatsApp {
		spelled = onPhone(spelled)
	}
	text, passage, err := e.wordsOf(say, data)
	if err != nil {
		return message.Outbound{}, err
	}
	inChat, err := e.inChat(say, data, text, passage)
	if err != nil {
		return message.Outbound{}, err
	}
	out := message.Outbound{
		ID: uuid.Must(uuid.NewV7()).String(), To: say.To, Account: orElse(say.Account, e.Account(say.To.Channel)), Conversation: say.Conversation,
		Language: say.Language, Subject: say.Subject, Text: withChoices(text, spelled), Choices: spelled,
		Attachments: say.Attachments, InCopy: say.InCopy, Quote: say.Quote, InChat: inChat, Refs: say.Refs, Link: say.Link,
		Proactive: say.Proactive, Code: say.Code, Conveys: say.Conveys, Verbatim: verbatim(say, data), Passage: passage,
		Only: say.Only, Form: say.Form, Home: say.Home, Under: say.Under, As: say.As, Points: say.Points, NotBefore: say.NotBefore,
		Poll: say.Poll,
	}
	if len(say.Buttons) > 0 {
		out.Card = &message.Card{Body: text, Buttons: say.Buttons}
	}
	if say.Held != "" {
		out.Number = string(say.Held)
	}
	if t != nil {
		out.Number = t.Number
		out.Refs = append([]string{threadRoot(t)}, say.Refs...)
		if out.Subject == "" {
			out.Subject = "[" + t.Number + "] " + t.Subject
		}
	}
	if out.Subject == "" {
		out.Subject = e.Desk.Name
	}
	return out, nil
}

// threadRoot is a message id that was never sent: every mail about a ticket refers
// to it, so that mail programs show them as one thread.
func threadRoot(t *ticket.Ticket) string { return string(t.ID) + "@ticket.recado" }

// withChoices spells the numbers out: they are the contract on every channel.
func withChoices(text string, choices []message.Choice) string {
	if len(choices) == 0 {
		return text
	}
	var b strings.Builder
	b.WriteString(text)
	b.WriteString("\n")
	for i, c := range choices {
		b.WriteString("\n*" + strconv.Itoa(i+1) + ".* " + c.Label)
	}
	return b.String()
}
