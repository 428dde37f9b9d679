package llm

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"recado/assist/redact"
	"recado/core/dialogue"
	"recado/core/ticket"
)

var _ dialogue.Adviser = (*Assistant)(nil)

// Figures of advice.
const (
	maxSaid      = 8000 // bytes of what was said in a ticket
	maxSource    = 3000 // bytes of one source
	adviceTokens = 1500
	mostClaims   = 12
	longestClaim = 1500 // bytes
	plainClaim   = 240  // bytes of one that rests on nothing
)

// Advise implements dialogue.Adviser. What the built-in assistant found is what the model
// may write of; similar tickets are found without it.
func (a *Assistant) Advise(ctx context.Context, c dialogue.Case) (dialogue.Advice, error) {
	builtIn, ok := a.o.BuiltIn.(dialogue.Adviser)
	if !ok {
		return dialogue.Advice{}, fail(Unwanted, "the built-in assistant gives no advice")
	}
	base, err := builtIn.Advise(ctx, c)
	if err != nil || c.Wish == dialogue.WantAlike {
		return base, err
	}
	advice, err := a.advise(ctx, c, base)
	a.told(ctx, "advice", err)
	if err != nil {
		return base, nil //nolint:nilerr // the built-in assistant's advice stands
	}
	return advice, nil
}

func (a *Assistant) advise(ctx context.Context, c dialogue.Case, base dialogue.Advice) (dialogue.Advice, error) {
	v := newAdvising(c, base)
	switch {
	case c.NoModel:
		return base, fail(Unwanted, "")
	case len(v.keys) == 0:
		return base, fail(Needless, "")
	}
	ask, err := v.request(a.prompts, a.o.Desk)
	if err != nil {
		return base, err
	}
	content, err := a.call(ctx, payer{string(c.Organisation.ID), c.Conversation}, ask)
	if err != nil {
		return base, err
	}
	advice, err := v.advice(content)
	if err != nil {
		return base, err
	}
	advice.By = a.signature(advicePrompt)
	return advice, nil
}

// advising is one advice by the model. It knows sources by keys of this prompt alone.
type advising struct {
	c       dialogue.Case
	said    []saidLine
	sources []sourceText
	keys    []string
	of      map[string]dialogue.Source // by key
	mask    redact.Mask
	system  string // the instructions, once they were written
}

type saidLine struct {
	Key  string `json:"key"`
	Who  string `json:"who"`
	Text string `json:"text"`
}

type sourceText struct {
	Key   string `json:"key"`
	Kind  string `json:"kind"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

func newAdvising(c dialogue.Case, base dialogue.Advice) *advising {
	v := &advising{c: c, of: map[string]dialogue.Source{}}
	key := func(letter string, src dialogue.Source) string {
		k := letter + strconv.Itoa(len(v.keys)+1)
		v.keys, v.of[k] = append(v.keys, k), src
		return k
	}
	room := maxSaid
	var lines []saidLine
	for i, l := range slices.Backward(c.Said) {
		if room <= 0 {
			break
		}
		if l.Note && c.Wish != dialogue.WantSummary {
			continue // notes never get near a draft (rule 8)
		}
		text := clip(l.Text, room)
		room -= len(text)
		src := dialogue.Source{Key: "said " + strconv.Itoa(i+1), Title: l.At.Format("02/01 15:04"), Text: l.Text}
		lines = append(lines, saidLine{key("d", src), whoOf(l), v.mask.Hide(text)})
	}
	slices.Reverse(lines)
	v.said = lines
	within := map[string]bool{} // by source: words of who wants no model
	for _, one := range c.Solved {
		within["ticket "+one.Number] = one.NoModel
	}
	for _, src := range base.Sources {
		switch {
		case within[src.Key], src.Article != nil && src.Article.Within:
		case src.Article != nil:
			v.sources = append(v.sources, sourceText{key("k", src), "article", oneLine(src.Title), clip(src.Text, maxSource)})
		case strings.HasPrefix(src.Key, "ticket "):
			text := redact.Blank(clip(src.Text, maxSource)) // of other people: never put back
			v.sources = append(v.sources, sourceText{key("k", src), "solved ticket", "", text})
		}
	}
	return v
}

func whoOf(l dialogue.Line) string {
	switch {
	case l.Side == ticket.System: // its notes too: words off a picture are not the team's
		return "program"
	case l.Note:
		return "note of the team"
	case l.Side == ticket.Customer:
		return "customer"
	case l.Side == ticket.Team:
		return "team"
	}
	return "program"
}

// languageNames are how the prompt names the languages.
var languageNames = map[string]string{"pt-BR": "Brazilian Portuguese", "en": "English", "es": "Spanish (tú)"}

func (v *advising) request(p prompts, desk string) (request, error) {
	type detail struct{ Key, Means string }
	var details []detail
	for _, d := range dialogue.Details {
		details = append(details, detail{string(d), detailMeaning[d]})
	}
	draft, lang := v.c.Wish == dialogue.WantDraft, v.c.Reader
	if draft {
		lang = v.c.Language
	}
	name, ok := languageNames[lang]
	if !ok {
		name = "English"
	}
	system, err := p.render(advicePrompt, map[string]any{
		"Desk": oneLine(desk), "Draft": draft, "Language": name, "Details": details,
		"Customer": oneLine(v.mask.Hide(clip(v.c.Customer, 40))), "Agent": oneLine(v.c.Agent),
	})
	if err != nil {
		return request{}, err
	}
	v.system = system
	user, err := json.Marshal(map[string]any{
		"ticket": map[string]string{"subject": v.mask.Hide(clip(v.c.Subject, 500)), "about": v.c.Place, "state": v.c.Status},
		"said":   v.said, "sources": v.sources,
	})
	if err != nil {
		return request{}, fmt.Errorf("write the material: %w", err)
	}
	schema, err := json.Marshal(object(map[string]any{
		"claims": map[string]any{"type": "array", "items": object(map[string]any{
			"text": map[string]any{"type": "string"}, "sources": map[string]any{"type": "array", "items": oneOf(v.keys)},
		})},
		"ask": map[string]any{"type": "array", "items": oneOf(dialogue.Details)},
	}))
	if err != nil {
		return request{}, fmt.Errorf("write the schema: %w", err)
	}
	return request{purpose: "advice", system: system, user: string(user), schema: schema, maxTokens: adviceTokens}, nil
}

// figures are runs of digits that mean something: a step, a code, a number.
var figures = regexp.MustCompile(`\d{3,}`)

// advice checks what the model wrote: every piece rests on sources that it was given, and
// names no number and no address that they do not have.
func (v *advising) advice(content string) (dialogue.Advice, error) {
	var f struct {
		Claims []struct {
			Text    string   `json:"text"`
			Sources []string `json:"sources"`
		} `json:"claims"`
		Ask []dialogue.Detail `json:"ask"`
	}
	if err := decode(content, &f); err != nil {
		return dialogue.Advice{}, err
	}
	if len(f.Claims) == 0 || len(f.Claims) > mostClaims {
		return dialogue.Advice{}, fail(Garbled, "no claims, or too many")
	}
	var out dialogue.Advice
	for _, c := range f.Claims {
		text, whole := v.mask.Restore(strings.TrimSpace(clip(c.Text, maxAnswer)))
		switch {
		case text == "":
			continue
		case !whole:
			return out, fail(Foreign, "a value that nobody wrote")
		case len(text) > longestClaim || loops(text):
			return out, fail(Looping, "")
		case echoes(text, v.system):
			return out, fail(Foreign, "the instructions themselves")
		}
		claim := dialogue.Claim{Text: text}
		for _, key := range c.Sources {
			src, ok := v.of[key]
			if !ok {
				return out, fail(Foreign, "a source")
			}
			if !slices.Contains(claim.Sources, src.Key) {
				claim.Sources = append(claim.Sources, src.Key)
				out.Sources = with(out.Sources, src)
			}
		}
		if err := v.founded(claim, c.Sources); err != nil {
			return out, err
		}
		out.Claims = append(out.Claims, claim)
	}
	for _, d := range f.Ask {
		if !slices.Contains(dialogue.Details, d) {
			return out, fail(Foreign, "a detail")
		}
		if !slices.Contains(out.Ask, d) && len(out.Ask) < 3 {
			out.Ask = append(out.Ask, d)
		}
	}
	if len(out.Claims) == 0 {
		return out, fail(Empty, "")
	}
	return out, nil
}

// founded checks a claim against its sources.
func (v *advising) founded(c dialogue.Claim, keys []string) error {
	var known strings.Builder
	for _, key := range keys {
		src := v.of[key]
		known.WriteString(strings.ToLower(src.Title + "\n" + src.Text + "\n" + src.URL + "\n"))
	}
	known.WriteString(strings.ToLower(v.c.Number + "\n" + v.c.Subject))
	if len(keys) == 0 && len(c.Text) > plainClaim {
		return fail(Garbled, "a long claim without a source")
	}
	for _, form := range []*regexp.Regexp{leads, figures} {
		for _, said := range form.FindAllString(c.Text, -1) {
			if !strings.Contains(known.String(), strings.ToLower(strings.TrimRight(said, ".,;:!?)"))) {
				return fail(Foreign, "a number or an address that its sources do not have")
			}
		}
	}
	return nil
}

// with adds a source once.
func with(all []dialogue.Source, one dialogue.Source) []dialogue.Source {
	if slices.ContainsFunc(all, func(s dialogue.Source) bool { return s.Key == one.Key }) {
		return all
	}
	return append(all, one)
}
