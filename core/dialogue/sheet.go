package dialogue

import (
	"context"
	"strings"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Sheet is a ticket on paper (B10): plain words in one reader's language, with nothing
// that this reader may not see.
type Sheet struct {
	File    string // name of the file, without its ending
	Desk    string
	Number  string
	Subject string
	Fields  []SheetField
	Heading string // above what was said
	Said    []SheetEntry
	Foot    string // when it was made, and for whom
}

// SheetField is a line with a name.
type SheetField struct{ Label, Value string }

// SheetEntry is something that was said.
type SheetEntry struct {
	By, At string
	Team   bool // by the team
	Text   string
	Files  []string // their names
	Gone   bool     // it was deleted; Text says so
}

// Printer makes a file of a sheet, and keeps it where channels find it.
type Printer interface {
	Print(ctx context.Context, s Sheet) (message.Attachment, error)
}

// printing is a sheet that the turn asked for: it is made once nothing of the store is open.
type printing struct {
	ticket *ticket.Ticket
	sheet  Sheet
}

// paper answers "pdf": the ticket as a file.
func (s *scene) paper() (bool, error) {
	if s.e.Printer == nil || fold(s.in.Text) == "print" && strings.HasPrefix(s.lang(), "pt") {
		return false, nil // a picture of the screen, in Brazil
	}
	t, err := s.pick(cmdPaper, func() ([]*ticket.Ticket, error) { return s.r.OpenOf(s.ctx, s.who.ID, menuSize) })
	if err != nil || t == nil {
		return true, err
	}
	return true, s.prints(t)
}

// prints writes the sheet down. Notes are left out for everybody: paper travels (H3).
func (s *scene) prints(t *ticket.Ticket) error {
	if see, err := s.maySee(t); err != nil || !see {
		if err != nil {
			return err
		}
		return s.refused(directory.Refuse("no-such-ticket", "Number", t.Number))
	}
	data, err := s.ticketData(t)
	if err != nil {
		return err
	}
	entries, err := s.r.History(s.ctx, t.ID, 0, 0, false)
	if err != nil {
		return err
	}
	sheet := Sheet{
		File: t.Number, Desk: s.e.Desk.Name, Number: t.Number, Subject: t.Subject,
		Heading: s.e.Catalogue.Word(s.lang(), "paper.said"), Fields: s.sheetFields(t, data),
	}
	for _, e := range entries {
		if e.Kind != ticket.Message {
			continue
		}
		said, err := s.sheetEntry(e)
		if err != nil {
			return err
		}
		sheet.Said = append(sheet.Said, said)
	}
	sheet.Foot, err = s.e.Catalogue.Text(s.lang(), "paper.foot", notice.Data{"Name": s.who.Name, "At": s.onPaper(s.now)})
	if err != nil {
		return err
	}
	s.rest()
	s.focus(t)
	s.printing = &printing{ticket: t, sheet: sheet}
	s.outcome(message.Talked, "printed", t)
	return nil
}

// onPaper writes a time in full, in the person's place.
func (s *scene) onPaper(at time.Time) string {
	return s.e.Catalogue.OnPaper(s.lang(), at, s.e.placeOf(s.who))
}

// sheetFields are what the details say (B6), line by line.
func (s *scene) sheetFields(t *ticket.Ticket, data notice.Data) []SheetField {
	text := func(name string) string {
		value, _ := data[name].(string)
		return value
	}
	requester := text("Requester")
	if t.Contact != "" {
		requester += " (" + t.Contact + ")"
	}
	closed := ""
	if !t.ClosedAt.IsZero() {
		closed = s.onPaper(t.ClosedAt)
	}
	due := ""
	if text("Due") != "" {
		due = s.onPaper(t.SolveDue)
	}
	var out []SheetField
	for _, f := range []struct{ key, value string }{
		{"paper.status", text("Status")}, {"paper.requester", requester}, {"paper.organisation", text("Organisation")}, {"paper.agent", text("Agent")},
		{"paper.about", text("About")}, {"field.type", text("Type")}, {"field.priority", text("Priority")}, {"field.severity", text("Severity")},
		{"paper.opened", s.onPaper(t.OpenedAt)}, {"paper.closed", closed}, {"paper.due", due}, {"paper.copies", text("Participants")},
	} {
		if f.value != "" {
			out = append(out, SheetField{s.e.Catalogue.Word(s.lang(), f.key), f.value})
		}
	}
	return out
}

func (s *scene) sheetEntry(e ticket.Entry) (SheetEntry, error) {
	author, err := s.person(e.Author)
	if err != nil {
		return SheetEntry{}, err
	}
	name := author.Name
	if e.Side == ticket.Team && !s.who.OnTeam() {
		name = author.First() // customers know the team by first names
	}
	said := SheetEntry{By: orElse(name, s.e.Desk.Name), At: s.onPaper(e.At), Team: e.Side == ticket.Team, Text: strings.TrimSpace(e.Text)}
	if !e.DeletedAt.IsZero() {
		said.Text, said.Gone = strings.Trim(s.e.Catalogue.Word(s.lang(), "history.deleted"), "_"), true
		return said, nil
	}
	for _, a := range e.Attachments {
		said.Files = append(said.Files, a.Name+" ("+notice.Size(a.Size)+")")
	}
	return said, nil
}

// made hands the sheet over as a file, or says that it could not be made.
func (s *scene) made(ctx context.Context) {
	p := s.printing
	if p == nil {
		return
	}
	file, err := s.e.Printer.Print(ctx, p.sheet)
	if err != nil {
		s.e.Log.ErrorContext(ctx, "a ticket could not be printed", "ticket", p.ticket.Number, "error", err)
		s.sayOf(p.ticket, "paper.failed", nil)
		return
	}
	s.sayOf(p.ticket, "paper.done", nil)
	s.plan.Says[len(s.plan.Says)-1].Attachments = []message.Attachment{file}
}
