package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"recado/core/dialogue"
	"recado/core/message"
	"recado/core/survey"
	"recado/core/ticket"
	"recado/play"
)

// Heard lists what a person was sent, on all their addresses.
func (s *stage) Heard(who string) ([]play.Message, error) {
	p, ok := s.cast[who]
	if !ok {
		return nil, fmt.Errorf("nobody was given the name %q", who)
	}
	if s.hub == nil {
		return nil, nil
	}
	var out []play.Message
	all, _ := s.hub.Since(0)
	for _, m := range all {
		if m.Repeat || !p.has(m.To) {
			continue
		}
		heard := play.Message{Channel: string(m.To.Channel), Text: formShown(m)}
		switch m.Kind {
		case message.Edit:
			heard.Change = "edits"
		case message.Deletion:
			heard.Change, heard.Text = "deletes", m.Amends.Text
		}
		if m.To.Channel == message.Email {
			heard.Subject = m.Subject
		}
		if m.Poll != nil {
			heard.Poll = "📊 " + m.Poll.Name
		}
		for _, f := range m.Attachments {
			heard.Files = append(heard.Files, f.Name)
		}
		out = append(out, heard)
	}
	return out, nil
}

// Ticket reads the fields that a transcript may ask for.
func (s *stage) Ticket(ctx context.Context, number string) (fields map[string]string, err error) {
	err = s.desk.db.View(ctx, func(r dialogue.Reader) error {
		t, err := r.Numbered(ctx, number)
		if err != nil {
			return fmt.Errorf("ticket %s: %w", number, err)
		}
		fields, err = s.fields(ctx, r, t)
		return err
	})
	return fields, err
}

func (s *stage) fields(ctx context.Context, r dialogue.Reader, t *ticket.Ticket) (map[string]string, error) {
	catalog, err := r.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	history, err := r.History(ctx, t.ID, 0, 0, true)
	if err != nil {
		return nil, err
	}
	count := map[ticket.EntryKind]int{}
	for _, e := range history {
		count[e.Kind]++
	}
	f := map[string]string{
		"status": string(t.Status), "waitingOn": t.WaitingOn, "priority": string(t.Priority), "severity": string(t.Severity), "type": string(t.Type),
		"product": catalog.Name(t.About.Product, "pt-BR"), "system": catalog.Name(t.About.System, "pt-BR"),
		"module": catalog.Name(t.About.Module, "pt-BR"), "category": catalog.Name(t.About.Category, "pt-BR"),
		"subject": t.Subject, "contact": t.Contact, "private": strconv.FormatBool(t.Private), "closings": strconv.Itoa(t.Closings),
		"notes": strconv.Itoa(count[ticket.Note]), "messages": strconv.Itoa(count[ticket.Message]),
		"requester": s.nick(string(t.Requester)), "agent": s.nick(string(t.Agent)), "organisation": "", "participants": "",
		"service": "", "solution": "", "comment": "", "linked": "",
	}
	org, err := r.Organisation(ctx, t.Org)
	if err != nil {
		return nil, err
	}
	f["organisation"] = org.Name
	var nicks []string
	for _, id := range t.Participants {
		nicks = append(nicks, s.nick(string(id)))
	}
	f["participants"] = strings.Join(nicks, ",")
	return f, errors.Join(rating(ctx, r, t, f), linked(ctx, r, t, f))
}

func rating(ctx context.Context, r dialogue.Reader, t *ticket.Ticket, f map[string]string) error {
	sv, err := r.OfClosing(ctx, t.ID, t.Closings)
	if errors.Is(err, survey.ErrUnknown) {
		return nil
	}
	f["service"], f["solution"], f["comment"] = strconv.Itoa(sv.Service), strconv.Itoa(sv.Solution), sv.Comment
	return err
}

func linked(ctx context.Context, r dialogue.Reader, t *ticket.Ticket, f map[string]string) error {
	links, err := r.Links(ctx, t.ID)
	if err != nil {
		return err
	}
	var numbers []string
	for _, l := range links {
		other := l.To
		if other == t.ID {
			other = l.From
		}
		o, err := r.Ticket(ctx, other)
		if err != nil {
			return err
		}
		numbers = append(numbers, o.Number)
	}
	f["linked"] = strings.Join(numbers, ",")
	return nil
}
