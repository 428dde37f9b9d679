package dialogue

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Figures of what is heard and looked at in a turn.
const (
	mostHeard = 3 // recordings
	mostSeen  = 3 // pictures
)

// perceiving has recordings written down and pictures described, and then the turn read
// with what came of it; nil: there is nothing to be heard or seen.
func (s *scene) perceiving() func(context.Context) {
	if !s.proved || s.noModel || s.who.OnTeam() || s.in.Own || s.in.Auto != message.NotAuto || s.in.Kind != message.Text {
		return nil
	}
	var heard, seen []piece
	l, v := s.listener(), s.viewer()
	if l != nil {
		heard = s.pieces(mostHeard, l.Hears)
	}
	if v != nil {
		seen = s.pieces(mostSeen, v.Views)
	}
	if len(heard)+len(seen) == 0 {
		return nil
	}
	return func(ctx context.Context) { s.perceive(ctx, l, heard, v, seen) }
}

// listener is the assistant's ear, if the turn is without words; nil otherwise.
func (s *scene) listener() Listener {
	l, can := s.e.Assistant.(Listener)
	if !can || strings.TrimSpace(s.in.Text) != "" {
		return nil
	}
	return l
}

// viewer is the assistant's eye, if the turn may open a ticket: what goes into one that is
// open, the team looks at itself.
func (s *scene) viewer() Viewer {
	v, can := s.e.Assistant.(Viewer)
	opens := slices.Contains([]Topic{"", topicArticle, topicOpening, topicWhich, topicReopen}, s.session.Topic)
	if !can || !opens || s.thread != nil || s.goesOn() {
		return nil
	}
	return v
}

// piece is a file of the turn, and what was made of it.
type piece struct {
	item  int // of the turn
	file  message.Attachment
	text  string // what was heard
	sight Sight  // what was seen; its zero: nothing
}

// pieces are the first so many files of a kind; those that stand within a mail come last,
// since many of these are signatures.
func (s *scene) pieces(most int, wanted func(mediaType string) bool) []piece {
	var apart, within []piece
	for i, in := range s.plan.Turn.Items {
		for _, a := range in.Attachments {
			switch {
			case !wanted(a.MediaType):
			case a.Inline:
				within = append(within, piece{item: i, file: a})
			default:
				apart = append(apart, piece{item: i, file: a})
			}
		}
	}
	all := slices.Concat(apart, within)
	return all[:min(most, len(all))]
}

// Perceiving is the part of a turn's patience in which recordings are written down and
// pictures described: the rest is left for reading.
func Perceiving(patience time.Duration) time.Duration { return patience * 6 / 10 }

// perceive asks for everything at once.
func (s *scene) perceive(ctx context.Context, l Listener, heard []piece, v Viewer, seen []piece) {
	ctx, cancel := context.WithTimeout(ctx, s.e.Patience)
	defer cancel()
	some, done := context.WithTimeout(ctx, Perceiving(s.e.Patience))
	defer done()
	var all sync.WaitGroup
	failed := func(what string, err error) {
		if err != nil {
			s.e.Log.WarnContext(ctx, what, "error", err)
		}
	}
	for i := range heard {
		all.Go(func() {
			text, err := guarded(func() (string, error) { return l.Hear(some, s.enclosed(heard[i].file)) })
			failed("a recording was not written down", err)
			heard[i].text = text
		})
	}
	for i := range seen {
		all.Go(func() {
			sight, err := guarded(func() (Sight, error) { return v.View(some, s.enclosed(seen[i].file)) })
			failed("a picture was not described", err)
			seen[i].sight = sight
		})
	}
	all.Wait()
	s.takeSights(seen)
	s.takeWords(ctx, heard)
	if s.wantsReading() {
		s.ask(ctx)
	}
}

func (s *scene) enclosed(a message.Attachment) Enclosed {
	return Enclosed{File: a, Language: orElse(s.who.Language, s.e.Desk.Language), Organisation: s.org, Conversation: s.in.Conversation}
}

// takeWords reads what was heard like words. It is marked as a machine's wherever it is
// kept; the recording stays beside it.
func (s *scene) takeWords(ctx context.Context, heard []piece) {
	items := slices.Clone(s.plan.Turn.Items)
	var words []string
	for _, p := range heard {
		if p.text == "" {
			continue
		}
		marked, err := s.e.Catalogue.Text(notice.Language(s.e.Desk.Language), "heard", notice.Data{"Text": p.text})
		if err != nil {
			s.e.Log.ErrorContext(ctx, "a recording was not written down", "error", err)
			continue
		}
		words = append(words, p.text)
		items[p.item].Text = strings.TrimSpace(items[p.item].Text + "\n" + marked)
	}
	if len(words) == 0 {
		return
	}
	s.plan.Turn.Items = items
	s.in = merged(items)
	s.heardWords = strings.Join(words, "\n")
	s.wantsPerson(s.heardWords)
}

// takeSights keeps what was seen: for the reading, and for the team.
func (s *scene) takeSights(seen []piece) {
	for _, p := range seen {
		if p.sight.Shows == "" {
			continue
		}
		s.sights = append(s.sights, p.sight)
		if strings.TrimSpace(s.in.Text+s.in.Subject) == "" {
			s.wantsPerson(p.sight.Reads)
		}
	}
}

// wantsPerson takes the wish for a person out of what a machine made of a recording or a
// picture. No other command counts: what was misheard, or stood in a photographed menu,
// must close nothing.
func (s *scene) wantsPerson(words string) {
	if parseCommand(words, 0).command == cmdHuman {
		s.reading.Intent = Human
	}
}

// showSights puts what was seen beside the files it was seen in: as notes of the tickets
// that they went into, and in what the team hears of those. In a draft it waits for its
// ticket. Customers are shown none of it: it is not their word.
func (s *scene) showSights() error {
	all := s.sights
	if d := s.previous.Draft; d != nil {
		all = append(slices.Clone(d.Sights), all...)
	}
	if d := s.session.Draft; d != nil {
		d.Sights = append(d.Sights, s.sights...)
	}
	for _, t := range s.plan.Tickets {
		here := sightsIn(t, all)
		for _, sight := range here {
			text, err := s.sightText(s.e.Desk.Language, sight)
			if err != nil {
				return err
			}
			t.RemarkMachine("", ticket.Said{At: s.now, Text: text, Via: s.in.Key.Channel}, s.now)
		}
		if err := s.tellSights(t, here); err != nil {
			return err
		}
	}
	return nil
}

// sightsIn are those of files that customers sent into a ticket just now, each once.
func sightsIn(t *ticket.Ticket, all []Sight) (here []Sight) {
	for _, e := range t.News() {
		if e.Kind != ticket.Message || e.Side != ticket.Customer {
			continue
		}
		for _, a := range e.Attachments {
			i := slices.IndexFunc(all, func(sight Sight) bool { return sight.File == a.Digest })
			if i >= 0 && !slices.Contains(here, all[i]) {
				here = append(here, all[i])
			}
		}
	}
	return here
}

// tellSights puts them below the words in the notices of the team.
func (s *scene) tellSights(t *ticket.Ticket, here []Sight) error {
	for i := range s.plan.Says {
		say := &s.plan.Says[i]
		if say.Ticket != t || !strings.HasSuffix(say.Key, "."+string(notice.Agent)) {
			continue
		}
		var lines []string
		for _, sight := range here {
			text, err := s.sightText(say.Language, sight)
			if err != nil {
				return err
			}
			lines, say.Verbatim = append(lines, text), append(say.Verbatim, sight.Name, sight.Shows, sight.Reads)
		}
		say.Data["Seen"] = strings.Join(lines, "\n")
	}
	return nil
}

// sightText is a sight in words, marked as a machine's.
func (s *scene) sightText(lang string, sight Sight) (string, error) {
	return s.e.Catalogue.Text(notice.Language(lang), "seen", notice.Data{"Name": sight.Name, "Shows": sight.Shows, "Reads": sight.Reads})
}
