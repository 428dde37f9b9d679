package llm

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"recado/assist/redact"
	"recado/core/dialogue"
	"recado/core/ticket"
)

// Figures of triage.
const (
	maxWords      = 6000 // bytes of a message that the model is shown; the matter is said by then
	maxEarlier    = 2000 // bytes of what was said before
	triageTokens  = 700  // of an answer; a form has some 200
	longestWord   = 160  // characters of a subject, beyond which it is none
	courtesyWords = 8    // a courtesy has no more: longer words are a matter, whatever the model says
	surest        = .97  // nobody is surer
)

// triage is one reading by the model: what it is asked, and what it may answer.
type triage struct {
	brief   dialogue.Brief
	offered offered
	mask    redact.Mask
	system  string // the instructions, once they were written
}

// material is the user turn: people's words as the values of JSON, where nothing that
// they write can end a value.
type material struct {
	Subject string   `json:"subject,omitempty"`
	Earlier []string `json:"earlier,omitempty"`
	Message string   `json:"message"`

	Pictures []picture `json:"pictures,omitempty"`
}

// picture is what was made of one.
type picture struct {
	Shows string `json:"shows"`
	Reads string `json:"reads,omitempty"`
}

// request writes the question.
func (t *triage) request(p prompts, desk string) (request, error) {
	type detail struct{ Key, Means string }
	var details []detail
	for _, d := range dialogue.Details {
		details = append(details, detail{string(d), detailMeaning[d]})
	}
	system, err := p.render(triagePrompt, map[string]any{"Desk": oneLine(desk), "Items": t.offered.items, "Details": details})
	if err != nil {
		return request{}, err
	}
	t.system = system
	m := material{Subject: t.hide(t.brief.Subject, 500), Message: t.hide(t.brief.Text, maxWords)}
	room := maxEarlier
	for _, said := range slices.Backward(t.brief.Earlier) {
		if room <= 0 {
			break
		}
		m.Earlier = append(m.Earlier, t.hide(said, room))
		room -= len(said)
	}
	slices.Reverse(m.Earlier)
	for _, sight := range t.brief.Seen {
		m.Pictures = append(m.Pictures, picture{t.hide(sight.Shows, longestShows), t.hide(sight.Reads, longestReads)})
	}
	user, err := json.Marshal(m)
	if err != nil {
		return request{}, fmt.Errorf("write the material: %w", err)
	}
	schema, err := json.Marshal(t.schema())
	if err != nil {
		return request{}, fmt.Errorf("write the schema: %w", err)
	}
	return request{purpose: "triage", system: system, user: string(user), schema: schema, maxTokens: triageTokens}, nil
}

// hide takes out what must not leave, of at most so many bytes.
func (t *triage) hide(text string, most int) string { return t.mask.Hide(clip(text, most)) }

// clip cuts between characters, and drops what is no text.
func clip(text string, most int) string {
	if len(text) > most {
		text = text[:most]
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}

// object is a JSON schema in the subset of "strict": every property required, no other
// allowed.
func object(properties map[string]any) map[string]any {
	required := make([]string, 0, len(properties))
	for name := range properties {
		required = append(required, name)
	}
	slices.Sort(required)
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func oneOf[T ~string](values []T) map[string]any {
	return map[string]any{"type": "string", "enum": values}
}

// guessOf is a choice with how sure it is.
func guessOf[T ~string](values []T) map[string]any {
	return object(map[string]any{"choice": oneOf(values), "sure": map[string]any{"type": "number"}})
}

// intents and languages of the form, and what they are to the desk.
var (
	intents   = []string{"matter", "greeting", "thanks", "human", "unclear"}
	languages = []string{"pt-BR", "en", "es", "other"}
)

func (t *triage) schema() map[string]any {
	form := map[string]any{
		"intent": oneOf(intents), "language": oneOf(languages), "subject": map[string]any{"type": "string"},
		"severity": guessOf(ticket.Levels), "type": guessOf(ticket.Types),
		"missing": map[string]any{"type": "array", "items": oneOf(dialogue.Details)},
	}
	for _, l := range levels {
		form[l.name] = guessOf(t.offered.keys(l.name))
	}
	return object(form)
}

// guess is a choice of the model's.
type guess struct {
	Choice string  `json:"choice"`
	Sure   float64 `json:"sure"`
}

// form is the model's answer.
type form struct {
	Intent   string            `json:"intent"`
	Language string            `json:"language"`
	Subject  string            `json:"subject"`
	Product  guess             `json:"product"`
	System   guess             `json:"system"`
	Module   guess             `json:"module"`
	Category guess             `json:"category"`
	Severity guess             `json:"severity"`
	Type     guess             `json:"type"`
	Missing  []dialogue.Detail `json:"missing"`
}

// reading turns the answer into a Reading over the built-in assistant's. Anything that
// was not offered makes the whole answer worthless: who invents once invents twice.
func (t *triage) reading(content string, base dialogue.Reading) (dialogue.Reading, error) {
	var f form
	if err := decode(content, &f); err != nil {
		return base, err
	}
	if !slices.Contains(intents, f.Intent) || !slices.Contains(languages, f.Language) {
		return base, fail(Foreign, "an intent or a language")
	}
	r := base
	r.Sure = map[string]float64{}
	maps.Copy(r.Sure, base.Sure)
	if err := t.place(&r, f); err != nil {
		return base, err
	}
	if err := take(&r, "severity", f.Severity, ticket.Levels, &r.Severity); err != nil {
		return base, err
	}
	if err := take(&r, "type", f.Type, ticket.Types, &r.Type); err != nil {
		return base, err
	}
	if f.Language != "other" {
		r.Language = f.Language
	}
	r.Intent = t.intent(f.Intent)
	r.Missing = nil
	for _, d := range f.Missing {
		if !slices.Contains(dialogue.Details, d) {
			return base, fail(Foreign, "a detail")
		}
		if !slices.Contains(r.Missing, d) && len(r.Missing) < 3 {
			r.Missing = append(r.Missing, d)
		}
	}
	if s, ok := t.subject(f.Subject); ok {
		r.Subject = s
	}
	return r, nil
}

// place takes over where in the catalogue it belongs. What contradicts the level above
// is dropped, with the levels below it.
func (t *triage) place(r *dialogue.Reading, f form) error {
	for _, l := range []struct {
		name string
		g    guess
		to   *string
	}{
		{"product", f.Product, &r.About.Product}, {"system", f.System, &r.About.System},
		{"module", f.Module, &r.About.Module}, {"category", f.Category, &r.About.Category},
	} {
		id, ok := t.offered.id(l.name, l.g.Choice)
		if !ok {
			return fail(Foreign, "a "+l.name)
		}
		if l.g.Sure < 0 || l.g.Sure > 1 {
			return fail(Garbled, "a confidence that is none")
		}
		if id != "" {
			*l.to, r.Sure[l.name] = id, min(l.g.Sure, surest)
		}
	}
	o := t.brief.Offer
	hangs := func(child, parent string) bool {
		for _, it := range slices.Concat(o.Systems, o.Modules, o.Categories) {
			if it.ID == child {
				return it.Parent == parent || it.Parent == ""
			}
		}
		return true
	}
	about := &r.About
	if about.System != "" && about.Product != "" && !hangs(about.System, about.Product) {
		about.System, about.Module = "", ""
	}
	if about.Module != "" && about.System != "" && !hangs(about.Module, about.System) {
		about.Module = ""
	}
	if about.Category != "" && about.Product != "" && !hangs(about.Category, about.Product) {
		about.Category = ""
	}
	for field, id := range map[string]string{"product": about.Product, "system": about.System, "module": about.Module, "category": about.Category} {
		if id == "" {
			delete(r.Sure, field)
		}
	}
	return nil
}

// take takes over a choice out of a fixed list.
func take[T ~string](r *dialogue.Reading, field string, g guess, of []T, to *T) error {
	switch {
	case !slices.Contains(of, T(g.Choice)):
		return fail(Foreign, "a "+field)
	case g.Sure < 0 || g.Sure > 1:
		return fail(Garbled, "a confidence that is none")
	}
	*to, r.Sure[field] = T(g.Choice), min(g.Sure, surest)
	return nil
}

// intent believes a courtesy only of a few words: a matter must never be swallowed.
func (t *triage) intent(said string) dialogue.Intent {
	wordless := strings.TrimSpace(t.brief.Subject+t.brief.Text) == ""
	if said != "matter" && (wordless || said == "greeting" && len(t.brief.Seen) > 0) {
		return dialogue.Unclear // a picture greets nobody, and asks for nothing
	}
	switch said {
	case "greeting", "thanks":
		if len(strings.Fields(t.brief.Text)) > courtesyWords {
			return dialogue.Matter
		}
		return dialogue.Intent(said)
	case "human":
		return dialogue.Human
	}
	return dialogue.Matter // the engine asks for what it does not know
}

// subject is the model's line, if it is one: put back what was hidden, and nothing in it
// that leads somewhere and was not said by the customer.
func (t *triage) subject(line string) (string, bool) {
	line, whole := t.mask.Restore(oneLine(clip(line, maxAnswer)))
	if line == "" || !whole || utf8.RuneCountInString(line) > longestWord || loops(line) || echoes(line, t.system) {
		return "", false
	}
	said := strings.ToLower(t.brief.Subject + "\n" + t.brief.Text + "\n" + strings.Join(t.brief.Earlier, "\n"))
	for _, place := range leads.FindAllString(line, -1) {
		if !strings.Contains(said, strings.ToLower(place)) {
			return "", false
		}
	}
	return ticket.Shorten(line, 80), true
}
