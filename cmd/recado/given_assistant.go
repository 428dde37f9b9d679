package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/ticket"
)

func (s *stage) givenNoAssistant([]string) error {
	s.script.silent = true
	return nil
}

// givenBadAssistant makes the assistant fail, panic, or name what it was not offered.
func (s *stage) givenBadAssistant(m []string) error {
	s.script.fault = m[1]
	return nil
}

// givenReading scripts the assistant: what it reads out of words that hold a part.
func (s *stage) givenReading(m []string) error {
	r := dialogue.Reading{Intent: dialogue.Matter, Sure: map[string]float64{}, By: "script"}
	for _, f := range readingForm.FindAllStringSubmatch(m[2], -1) {
		value := strings.Trim(f[2], `"`)
		r.Sure[f[1]] = 1
		item := func() string { return s.ids[f[1]+":"+fold(value)] }
		switch f[1] {
		case "intent":
			r.Intent = dialogue.Intent(value)
		case "product":
			r.About.Product = item()
		case "system":
			r.About.System = item()
		case "module":
			r.About.Module = item()
		case "category":
			r.About.Category = item()
		case "severity":
			r.Severity = ticket.Level(value)
		case "type":
			r.Type = ticket.Type(value)
		case "subject":
			r.Subject = value
		case "language":
			r.Language = value
		case "article":
			r.Articles = append(r.Articles, dialogue.Suggestion{Article: value, Score: 1})
		default:
			return fmt.Errorf("the assistant reads no %q", f[1])
		}
	}
	s.script.rules = append(s.script.rules, scripted{part: m[1], reading: r})
	return nil
}

var readingForm = regexp.MustCompile(`(\w+)=("[^"]*"|\S+)`)

// scriptedAssistant answers by rules, and lets the real one answer the rest.
type scriptedAssistant struct {
	rules  []scripted
	silent bool
	fault  string
	real   dialogue.Assistant
}

type scripted struct {
	part    string
	reading dialogue.Reading
}

func (a *scriptedAssistant) over(built dialogue.Assistant) dialogue.Assistant {
	a.real = built
	if a.silent {
		return nil
	}
	return a
}

// lie is sure of everything, and all of it is invented.
var lie = dialogue.Reading{
	Intent: "close-everything", Language: "xx", Subject: strings.Repeat("a", 5000), Severity: "apocalyptic", Type: "miracle",
	About:    catalog.Path{Product: "x", System: "y", Module: "z", Category: "w"},
	Sure:     map[string]float64{"product": 1, "system": 1, "module": 1, "category": 1, "severity": 1, "type": 1},
	Articles: []dialogue.Suggestion{{Article: "segredo", Score: 1}},
}

// Read implements dialogue.Assistant.
func (a *scriptedAssistant) Read(ctx context.Context, b dialogue.Brief) (dialogue.Reading, error) {
	switch a.fault {
	case "fails":
		return dialogue.Reading{}, errors.New("the assistant is away")
	case "panics":
		panic("the assistant fell over")
	case "lies":
		return lie, nil
	}
	for _, r := range a.rules {
		if strings.Contains(strings.ToLower(b.Text+"\n"+b.Subject), strings.ToLower(r.part)) {
			out := r.reading
			if !b.WantArticles {
				out.Articles = nil
			}
			return out, nil
		}
	}
	return a.real.Read(ctx, b)
}

// Advise implements dialogue.Adviser: what is scripted are readings, so the real one advises.
func (a *scriptedAssistant) Advise(ctx context.Context, c dialogue.Case) (dialogue.Advice, error) {
	adviser, ok := a.real.(dialogue.Adviser)
	if a.fault != "" || !ok {
		return dialogue.Advice{}, errors.New("the assistant is away")
	}
	return adviser.Advise(ctx, c)
}

// Hears implements dialogue.Listener, as the real one does.
func (a *scriptedAssistant) Hears(mediaType string) bool {
	l, ok := a.real.(dialogue.Listener)
	return ok && l.Hears(mediaType)
}

// Hear implements dialogue.Listener.
func (a *scriptedAssistant) Hear(ctx context.Context, f dialogue.Enclosed) (string, error) {
	l, ok := a.real.(dialogue.Listener)
	if a.fault != "" || !ok {
		return "", errors.New("the assistant is away")
	}
	return l.Hear(ctx, f)
}

// Views implements dialogue.Viewer, as the real one does.
func (a *scriptedAssistant) Views(mediaType string) bool {
	v, ok := a.real.(dialogue.Viewer)
	return ok && v.Views(mediaType)
}

// View implements dialogue.Viewer.
func (a *scriptedAssistant) View(ctx context.Context, f dialogue.Enclosed) (dialogue.Sight, error) {
	v, ok := a.real.(dialogue.Viewer)
	if a.fault != "" || !ok {
		return dialogue.Sight{}, errors.New("the assistant is away")
	}
	return v.View(ctx, f)
}
