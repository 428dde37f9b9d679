package dialogue

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// What the team asks for in words (H4), and as what the adviser is asked.
var wishOf = map[command]Wish{cmdDraft: WantDraft, cmdSummary: WantSummary, cmdAlike: WantAlike}

// Figures of what is shown.
const (
	shownAlike = 3   // similar tickets
	shownText  = 300 // characters of each
)

// adviser is the assistant's other half; nil when it cannot, or when nobody of the team
// speaks to it.
func (s *scene) adviser() Adviser {
	a, can := s.e.Assistant.(Adviser)
	if !can || !s.proved || !s.who.OnTeam() || s.in.Kind == message.Edit || s.in.Kind == message.Deletion {
		return nil
	}
	return a
}

// wish is what a turn wants of the adviser.
type wish struct {
	want    Wish   // "": nothing
	number  string // of the ticket, if it is said
	unasked bool   // it comes with something else
}

// wishes is what this turn of the team's wants. Words that give a ticket to a colleague want
// it summed up for them; in a room the thread tells what happened.
func (s *scene) wishes() wish {
	if want := wishOf[s.command.command]; want != "" {
		return wish{want: want, number: s.command.number}
	}
	number, words := s.numberFirst(s.in.Text)
	deeds, _ := parseDeeds(words)
	if s.inRoom() || !slices.ContainsFunc(deeds, func(d deed) bool { return d.op == opAssign }) {
		return wish{}
	}
	return wish{want: WantSummary, number: number, unasked: true}
}

// handedOver is the least that was said in a ticket for it to be summed up unasked.
const handedOver = 3

// consult asks the adviser, while nothing is open. Without an answer the agent hears so.
func (s *scene) consult(ctx context.Context, a Adviser) {
	ctx, cancel := context.WithTimeout(ctx, s.e.Patience)
	defer cancel()
	advice, err := guarded(func() (Advice, error) { return a.Advise(ctx, *s.caseOf) })
	if err != nil {
		s.e.Log.WarnContext(ctx, "the adviser did not answer", "error", err)
		return
	}
	s.advice = &advice
}

// advised shows an agent what they asked for. Nobody else is told, and nothing changes.
func (s *scene) advised() error {
	if s.command.number == "" && s.thread == nil && s.session.Ticket == "" {
		s.say("advice.which", nil)
		s.outcome(message.Talked, "asked which ticket", nil)
		return nil
	}
	t, err := s.pick(s.command.command, func() ([]*ticket.Ticket, error) { return nil, nil })
	if err != nil || t == nil {
		return err
	}
	s.rest()
	s.focus(t)
	if s.advice == nil || len(s.advice.Claims) == 0 && len(s.advice.Sources) == 0 {
		s.sayOf(t, "advice.none", nil)
		s.outcome(message.Talked, "no advice", t)
		return nil
	}
	s.outcome(message.Talked, "advice by "+s.advice.By, t)
	data := s.adviceData()
	switch wishOf[s.command.command] {
	case WantSummary:
		s.sayOf(t, "advice.summary", data)
	case WantAlike:
		s.sayOf(t, "advice.alike", data)
	default:
		return s.offerDraft(t, data)
	}
	return nil
}

// offerDraft shows a draft with what can be done with it. What it was made of may change
// before it is sent: the step is the ticket's last word.
func (s *scene) offerDraft(t *ticket.Ticket, data notice.Data) error {
	if len(s.advice.Claims) == 0 {
		s.sayOf(t, "advice.none", nil)
		return nil
	}
	last, err := s.lastSaid(t)
	if err != nil {
		return err
	}
	s.question(topicAdvice, last, "advice.draft", data,
		s.choice(valYes, "choice.send"), s.choice(valChange, "choice.edit"), s.choice(valCancel, "choice.discard")).Ticket = t
	s.session.Words = s.advice.Text()
	s.session.Ticket = t.ID
	return nil
}

// lastSaid is the id of the last message of a ticket.
func (s *scene) lastSaid(t *ticket.Ticket) (string, error) {
	entries, err := s.r.Latest(s.ctx, t.ID, 1)
	if err != nil || len(entries) == 0 {
		return "", err
	}
	return entries[0].ID, nil
}

// Text is the claims in one piece: what a customer would read.
func (a Advice) Text() string {
	parts := make([]string, len(a.Claims))
	for i, c := range a.Claims {
		parts[i] = strings.TrimSpace(c.Text)
	}
	return strings.Join(parts, "\n")
}

// adviceData is an advice for an agent's eyes: the words, then what each rests on.
func (s *scene) adviceData() notice.Data {
	a := s.advice
	var text []string
	for _, c := range a.Claims {
		line := strings.TrimSpace(c.Text)
		var marks []string
		for _, key := range c.Sources {
			if i := slices.IndexFunc(a.Sources, func(src Source) bool { return src.Key == key }); i >= 0 {
				marks = append(marks, fmt.Sprintf("[%d]", i+1))
			}
		}
		text = append(text, strings.TrimSpace(line+" "+strings.Join(marks, "")))
	}
	var sources []string
	for i, src := range a.Sources {
		line := fmt.Sprintf("[%d] %s", i+1, src.Title)
		if src.URL != "" {
			line += " " + src.URL
		}
		if wishOf[s.command.command] == WantAlike {
			if i == shownAlike {
				break
			}
			line += "\n" + excerpt(src.Text, shownText)
		}
		sources = append(sources, line)
	}
	var ask []string
	for _, d := range a.Ask {
		if slices.Contains(Details, d) {
			ask = append(ask, s.e.Catalogue.Word(s.lang(), "detail."+string(d)))
		}
	}
	s.retold = append(s.retold, text...)
	s.retold = append(s.retold, sources...)
	return notice.Data{
		"Text": strings.Join(text, "\n"), "Sources": strings.Join(sources, "\n"), "Ask": strings.Join(ask, ", "), "By": s.madeBy(a.By),
	}
}

// madeBy is the name of who advised: of a model its own, of the built-in assistant words.
func (s *scene) madeBy(name string) string {
	if key := "advice.by." + name; s.e.Catalogue.Has(key) {
		return s.e.Catalogue.Word(s.lang(), key)
	}
	return name
}

// draftAnswered sends, gives back or drops a draft: it never leaves without this word.
func (s *scene) draftAnswered() (bool, error) {
	c, ok := choose(s.in.Text, s.session.Choices)
	t, err := s.focused()
	words := s.session.Words
	if err != nil || !ok || t == nil || words == "" {
		return false, err
	}
	switch c.Value {
	case valYes:
		if last, err := s.lastSaid(t); err != nil {
			return true, err
		} else if s.session.Step != last {
			s.rest()
			s.sayOf(t, "advice.stale", nil)
			s.outcome(message.Talked, "the ticket went on after the draft", t)
			return true, nil
		}
		said := s.saidAs(words)
		said.FullText, said.Original, said.Folded = "", "", false // those are of the agent's "1"
		if s.inRoom() {
			s.rest()
			return true, s.answersFromRoom(t, said)
		}
		return true, s.answered(t, said)
	case valChange:
		s.rest()
		s.focus(t)
		if s.inRoom() && s.in.Trigger != "" {
			return true, s.changeInForm(t, words)
		}
		s.sayOf(t, "advice.edit", notice.Data{"Text": words})
		s.outcome(message.Talked, "gave the draft to be changed", t)
		return true, nil
	}
	return true, s.cancel()
}

// draftPressed takes the button below a draft, which its asker alone was shown.
func (s *scene) draftPressed() (bool, error) {
	offered := func(c message.Choice) bool { return c.Names(s.in.Choice) }
	if s.in.Kind != message.Press || s.session.Topic != topicAdvice || !slices.ContainsFunc(s.session.Choices, offered) {
		return false, nil
	}
	s.in.Text = s.in.Choice
	return s.draftAnswered()
}

// changeInForm opens the form of an answer with the draft in it.
func (s *scene) changeInForm(t *ticket.Ticket, words string) error {
	if err := s.askInForm(opReply, t); err != nil || len(s.plan.Says) == 0 {
		return err
	}
	if f := s.plan.Says[len(s.plan.Says)-1].Form; f != nil {
		for i := range f.Inputs {
			if f.Inputs[i].Name == inWords {
				f.Inputs[i].Value = words
			}
		}
	}
	return nil
}
