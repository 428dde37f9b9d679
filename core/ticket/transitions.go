package ticket

import (
	"strings"
	"time"
	"unicode/utf8"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"

	"github.com/google/uuid"
)

// Draft is what opening needs (B1, B2). Subject and Description are required.
type Draft struct {
	Org          directory.OrgID
	Requester    directory.PersonID
	OpenedBy     directory.PersonID // the agent who recorded a call (A10); empty: the requester
	Contact      string
	Subject      string
	Description  string
	About        catalog.Path
	Type         Type
	Priority     Level
	Severity     Level
	Private      bool
	Via          message.Channel
	Participants []directory.PersonID
	Said         []Said // what was said before it was a ticket, in order; the description is one of them
}

// Said is something that a person said in a ticket. Before there is one, the session
// keeps it as JSON.
type Said struct {
	At          time.Time            `json:"at,omitzero"`
	Text        string               `json:"text,omitempty"`
	FullText    string               `json:"fullText,omitempty"`
	Folded      bool                 `json:"folded,omitempty"` // worth telling: see message.Inbound
	Original    string               `json:"original,omitempty"`
	Via         message.Channel      `json:"via,omitempty"`
	Upstream    string               `json:"upstream,omitempty"`
	Quotes      string               `json:"quotes,omitempty"`
	Attachments []message.Attachment `json:"attachments,omitempty"`
}

// MaxSubject is the longest subject, in characters: a phone's two lines.
const MaxSubject = 120

// New opens a ticket. Its number is given by the store.
func New(d Draft, now time.Time) (*Ticket, error) {
	switch {
	case d.Org == "" || d.Requester == "":
		return nil, directory.Refuse("not-member")
	case strings.TrimSpace(d.Subject) == "":
		return nil, directory.Refuse("no-subject")
	case strings.TrimSpace(d.Description) == "" && len(d.Said) == 0:
		return nil, directory.Refuse("no-description")
	}
	t := &Ticket{
		ID: ID(newID()), Org: d.Org, Requester: d.Requester, OpenedBy: d.OpenedBy, Contact: d.Contact,
		Subject: Shorten(d.Subject, MaxSubject), Description: d.Description, About: d.About,
		Type: or(d.Type, Problem), Priority: or(d.Priority, Normal), Severity: or(d.Severity, Normal),
		Status: Open, Private: d.Private, Via: d.Via, Participants: d.Participants,
		OpenedAt: now, UpdatedAt: now, LastSide: Customer, LastAt: now,
	}
	if t.OpenedBy == "" {
		t.OpenedBy = d.Requester
	}
	t.awaits(now)
	t.event(t.OpenedBy, now, "status", "", string(Open), "")
	for _, s := range d.Said {
		t.say(Message, Customer, d.Requester, s, now)
	}
	if len(d.Said) == 0 {
		t.say(Message, Customer, d.Requester, Said{Text: d.Description, Via: d.Via}, now)
	}
	return t, nil
}

// Add is a customer's word in an open ticket (B7). It gives the word to the team:
// reminders stop (D5), and a ticket that waited on the requester goes on.
func (t *Ticket) Add(by directory.Person, s Said, now time.Time) error {
	if t.Status == Closed {
		return directory.Refuse("closed", "Number", t.Number)
	}
	t.say(Message, Customer, by.ID, s, now)
	t.LastSide, t.LastAt = Customer, now
	t.awaits(now)
	if t.Status == Waiting && t.WaitingOn == OnRequester {
		t.setStatus(directory.PersonID(""), t.atWork(), "", "", now)
	}
	return nil
}

// Remark keeps a customer's courtesy without changing anything else. It is allowed
// in a closed ticket, and never reopens it.
func (t *Ticket) Remark(by directory.PersonID, s Said, now time.Time) {
	t.say(Message, Customer, by, s, now)
}

// RemarkMachine keeps machine mail, as a note: it is for the team to know (rule 9).
func (t *Ticket) RemarkMachine(by directory.PersonID, s Said, now time.Time) {
	t.say(Note, System, by, s, now)
}

// ReadBy notes which assistant read the words that it was opened with.
func (t *Ticket) ReadBy(assistant string, now time.Time) {
	t.event("", now, "assistant", "", assistant, "")
}

// Answer is the team's word to the customer. It takes an untaken ticket for the
// answering agent, and waits on the requester; the first reminder is due at remindAt.
func (t *Ticket) Answer(by directory.Person, s Said, remindAt, now time.Time) error {
	if err := t.MayHandle(by); err != nil {
		return err
	}
	if t.Status == Closed {
		return directory.Refuse("closed", "Number", t.Number)
	}
	if t.Agent == "" {
		t.setAgent(by.ID, by.ID, now)
	}
	t.say(Message, Team, by.ID, s, now)
	t.spoke(by.ID, remindAt, now)
	return nil
}

// spoke keeps that the team had the word, and the requester has it now.
func (t *Ticket) spoke(by directory.PersonID, remindAt, now time.Time) {
	if t.AnsweredAt.IsZero() {
		t.AnsweredAt = now
	}
	t.LastSide, t.LastAt = Team, now
	t.heeded()
	t.RemindAt, t.Reminders = remindAt, 0
	if t.Status != Waiting || t.WaitingOn != OnRequester {
		t.setStatus(by, Waiting, OnRequester, "", now)
	}
}

// AnswerOutside is the team's word to the customer that was said outside the desk, by
// whom nobody knows. In a closed ticket it is only kept; an open one waits for the
// requester, as after an answer, and stays with the agent who has it.
func (t *Ticket) AnswerOutside(s Said, remindAt, now time.Time) {
	t.say(Message, Team, "", s, now)
	if t.Status == Closed {
		return
	}
	if t.AnsweredAt.IsZero() {
		t.AnsweredAt = now
	}
	t.LastSide, t.LastAt = Team, now
	t.heeded()
	t.RemindAt, t.Reminders = remindAt, 0
	if t.Status != Waiting || t.WaitingOn != OnRequester {
		t.setStatus("", Waiting, OnRequester, "", now)
	}
}

// Note is the team's own word. No customer ever sees it (H3).
func (t *Ticket) Note(by directory.Person, s Said, now time.Time) error {
	if err := t.MayHandle(by); err != nil {
		return err
	}
	t.say(Note, Team, by.ID, s, now)
	return nil
}

// Take makes the agent responsible.
func (t *Ticket) Take(by, agent directory.Person, now time.Time) error {
	if err := t.MayHandle(by); err != nil {
		return err
	}
	if !agent.OnTeam() {
		return directory.Refuse("not-on-team")
	}
	if t.Status == Closed {
		return directory.Refuse("closed", "Number", t.Number)
	}
	if t.Agent != agent.ID {
		t.setAgent(by.ID, agent.ID, now)
	}
	if t.Status == Open {
		t.setStatus(by.ID, InProgress, "", "", now)
	}
	return nil
}

// SetStatus moves between Open, InProgress and Waiting; Waiting says on what, and so
// does the event. Closing and reopening have transitions of their own.
func (t *Ticket) SetStatus(by directory.Person, to Status, waitingOn string, now time.Time) error {
	if err := t.MayHandle(by); err != nil {
		return err
	}
	if err := known(Statuses, to, "unknown-status"); err != nil {
		return err
	}
	waitingOn = strings.TrimSpace(waitingOn)
	if to != Waiting {
		waitingOn = ""
	}
	switch {
	case t.Status == Closed:
		return directory.Refuse("closed", "Number", t.Number)
	case to == Closed:
		return directory.Refuse("final-message")
	case to == Waiting && waitingOn == "":
		return directory.Refuse("waiting-on")
	}
	if t.Status != to || t.WaitingOn != waitingOn {
		t.setStatus(by.ID, to, waitingOn, waitingOn, now)
	}
	return nil
}

// Close ends it (B11), from any open state, with a final message.
func (t *Ticket) Close(by directory.Person, side Side, final Said, now time.Time) error {
	if err := t.MayClose(by); err != nil {
		return err
	}
	if t.Status == Closed {
		return directory.Refuse("already-closed", "Number", t.Number)
	}
	if strings.TrimSpace(final.Text) == "" && len(final.Attachments) == 0 {
		return directory.Refuse("final-message")
	}
	t.say(Message, side, by.ID, final, now)
	t.LastSide, t.LastAt = side, now
	if side == Team && t.AnsweredAt.IsZero() {
		t.AnsweredAt = now
	}
	if side == Team && t.Agent == "" {
		t.setAgent(by.ID, by.ID, now)
	}
	t.close(by.ID, "", now)
	return nil
}

// Expire ends a ticket whose requester stayed silent after the last reminder (D5).
func (t *Ticket) Expire(reason string, now time.Time) error {
	if t.Status == Closed || t.RemindAt.IsZero() || t.RemindAt.After(now) {
		return directory.Refuse("not-due")
	}
	t.close("", reason, now)
	return nil
}

// Reopen takes a closed ticket up again within the window (B12).
func (t *Ticket) Reopen(by directory.Person, s Said, window time.Duration, now time.Time) error {
	if t.Status != Closed {
		return directory.Refuse("not-closed", "Number", t.Number)
	}
	if err := t.MayClose(by); err != nil {
		return err
	}
	if t.MergedInto != "" {
		return directory.Refuse("merged", "Number", t.Number)
	}
	if now.After(t.ClosedAt.Add(window)) {
		return directory.Refuse("reopen-late", "Number", t.Number, "Days", int(window.Hours()/24))
	}
	next, side := t.atWork(), Customer
	if by.OnTeam() {
		side = Team
	}
	t.ClosedAt, t.ClosedBy = time.Time{}, ""
	t.LastSide, t.LastAt = side, now
	if side == Customer {
		t.awaits(now)
	}
	t.setStatus(by.ID, next, "", "", now)
	if s.Text != "" || len(s.Attachments) > 0 {
		t.say(Message, side, by.ID, s, now)
	}
	return nil
}

// Reminded notes a reminder (D5); next is when the following step is due.
func (t *Ticket) Reminded(next, now time.Time) {
	t.Reminders++
	t.RemindAt = next
	t.event("", now, "reminder", "", "", "")
}

// Warned notes that the team was told of a due time (B14).
func (t *Ticket) Warned(bit int, now time.Time) {
	t.DueWarned |= bit
	t.event("", now, "warned", "", "", "")
}

func (t *Ticket) close(by directory.PersonID, reason string, now time.Time) {
	t.ClosedAt, t.ClosedBy = now, by
	t.Closings++
	t.heeded()
	t.setStatus(by, Closed, "", reason, now)
}

// setStatus also keeps what hangs on the status: the clock, and the reminders, which
// only a ticket that waits on its requester has (D5).
func (t *Ticket) setStatus(by directory.PersonID, to Status, waitingOn, reason string, now time.Time) {
	from := t.Status
	t.Status, t.WaitingOn = to, waitingOn
	onRequester := to == Waiting && waitingOn == OnRequester
	if onRequester || to == Closed {
		t.pause(now)
	} else {
		t.resume(now)
	}
	if !onRequester {
		t.noReminders()
	}
	t.event(by, now, "status", string(from), string(to), reason)
}

func (t *Ticket) noReminders() { t.RemindAt, t.Reminders = time.Time{}, 0 }

func (t *Ticket) setAgent(by, agent directory.PersonID, now time.Time) {
	from := t.Agent
	t.Agent = agent
	t.event(by, now, "agent", string(from), string(agent), "")
}

// say appends a message or a note.
func (t *Ticket) say(kind EntryKind, side Side, author directory.PersonID, s Said, now time.Time) {
	at := now
	if !s.At.IsZero() {
		at = s.At
	}
	t.append(Entry{
		Kind: kind, Side: side, Author: author, At: at, Text: s.Text, FullText: s.FullText, Original: s.Original,
		Via: s.Via, Upstream: s.Upstream, Quotes: s.Quotes, Attachments: s.Attachments,
	}, now)
}

func (t *Ticket) event(by directory.PersonID, now time.Time, field, from, to, reason string) {
	t.append(Entry{Kind: Event, Side: System, Author: by, At: now, Field: field, From: from, To: to, Text: reason}, now)
}

func (t *Ticket) append(e Entry, now time.Time) {
	t.Entries++
	e.ID, e.Ticket, e.Seq = newID(), t.ID, t.Entries
	t.UpdatedAt = now
	t.news = append(t.news, e)
}

// Shorten cuts at a word, with an ellipsis, to at most limit characters.
func Shorten(s string, limit int) string {
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	cut := string([]rune(s)[:limit-1])
	if i := strings.LastIndexByte(cut, ' '); i > limit/2 {
		cut = cut[:i]
	}
	return cut + "…"
}

func or[T ~string](v, otherwise T) T {
	if v == "" {
		return otherwise
	}
	return v
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
