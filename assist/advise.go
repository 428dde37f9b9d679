package assist

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"recado/assist/redact"
	"recado/assist/search"
	"recado/core/article"
	"recado/core/dialogue"
	"recado/core/ticket"
)

var _ dialogue.Adviser = (*Builtin)(nil)

// Figures of advice.
const (
	adviceSources = 3   // of each kind: more would not be read
	alikeFrom     = .25 // how like a solved ticket must be: an agent reads it, no customer
	quoted        = 600 // characters of a source within a draft
	summaryLines  = 6
	summaryLine   = 240 // characters
)

// Advise implements dialogue.Adviser without a model: a draft is what the best article
// says, or what solved a similar ticket, between a greeting and a name; a summary is the
// beginning, the team's notes and the last words.
func (b *Builtin) Advise(ctx context.Context, c dialogue.Case) (dialogue.Advice, error) {
	if err := ctx.Err(); err != nil {
		return dialogue.Advice{}, fmt.Errorf("built-in assistant: %w", err)
	}
	a := dialogue.Advice{By: ByBuiltin, Ask: toAsk(c)}
	switch c.Wish {
	case dialogue.WantSummary:
		a.Sources = saidSources(c)
		a.Claims = summary(c, a.Sources)
	case dialogue.WantAlike:
		a.Sources = alikeSources(solvedLike(c))
		a.Ask = nil
	default:
		a.Sources = append(b.articleSources(c), alikeSources(shared(solvedLike(c)))...)
		for i := range a.Sources {
			if a.Sources[i].Article == nil { // it was said to somebody else
				a.Sources[i].Text = redact.Blank(ungreetedAnswer(a.Sources[i].Text))
			}
		}
		a.Claims = draft(c, a.Sources)
	}
	return a, nil
}

// matter is what a ticket is about, in its customer's words.
func matter(c dialogue.Case) string {
	words := []string{c.Subject}
	for _, l := range c.Said {
		if l.Side == ticket.Customer && !l.Note {
			words = append(words, l.Text)
		}
	}
	return strings.Join(words, "\n")
}

// articleSources are articles that the customer may read.
func (b *Builtin) articleSources(c dialogue.Case) []dialogue.Source {
	found := b.search(dialogue.Brief{Text: matter(c), Subject: c.Subject, Organisation: c.Organisation})
	var out []dialogue.Source
	for _, m := range found[:min(len(found), adviceSources)] {
		a := m.Article
		out = append(out, dialogue.Source{
			Key: "article " + a.ID, Title: a.Title, Text: a.Whole(article.ChatWhole), URL: a.URL, Article: &a,
		})
	}
	return out
}

// solvedLike ranks the solved tickets by how like this one they are.
func solvedLike(c dialogue.Case) []dialogue.Solved {
	index := search.New()
	by := map[string]dialogue.Solved{}
	for _, s := range c.Solved {
		by[s.Number] = s
		index.Put(article.Article{ID: s.Number, Title: s.Subject, Body: s.Description, Public: true})
	}
	best := map[string]float64{}
	for _, q := range []string{c.Subject, matter(c)} {
		for _, m := range index.Search(q, func(article.Article) bool { return true }, 2*adviceSources) {
			best[m.Article.ID] = max(best[m.Article.ID], m.Score)
		}
	}
	var out []dialogue.Solved
	for number, score := range best {
		if score >= alikeFrom {
			out = append(out, by[number])
		}
	}
	slices.SortFunc(out, func(x, y dialogue.Solved) int {
		return cmp.Or(cmp.Compare(best[y.Number], best[x.Number]), strings.Compare(y.Number, x.Number))
	})
	return out[:min(len(out), adviceSources)]
}

// shared are those whose words may go to this customer (C8).
func shared(all []dialogue.Solved) []dialogue.Solved {
	return slices.DeleteFunc(slices.Clone(all), func(s dialogue.Solved) bool { return !s.Shared })
}

func alikeSources(all []dialogue.Solved) []dialogue.Source {
	var out []dialogue.Source
	for _, s := range all {
		out = append(out, dialogue.Source{Key: "ticket " + s.Number, Title: s.Number + " · " + s.Subject, Text: s.Answer})
	}
	return out
}

// saidSources are what was said, as sources of a summary.
func saidSources(c dialogue.Case) []dialogue.Source {
	var out []dialogue.Source
	for i, l := range c.Said {
		title := map[ticket.Side]string{ticket.Customer: c.Customer, ticket.Team: "🎧", ticket.System: "🤖"}[l.Side]
		if l.Note {
			title += " 🔒"
		}
		out = append(out, dialogue.Source{Key: fmt.Sprintf("said %d", i+1), Title: strings.TrimSpace(title + " " + l.At.Format("02/01 15:04")), Text: l.Text})
	}
	return out
}

// summary picks what tells most: how it began, the notes, and the last words.
func summary(c dialogue.Case, sources []dialogue.Source) []dialogue.Claim {
	chosen := map[int]bool{}
	for i, l := range c.Said {
		if i == 0 || l.Note || i >= len(c.Said)-2 {
			chosen[i] = true
		}
	}
	var out []dialogue.Claim
	for i, src := range sources {
		if !chosen[i] {
			continue
		}
		text := ticket.Shorten(strings.Join(strings.Fields(src.Text), " "), summaryLine)
		out = append(out, dialogue.Claim{Text: "• *" + src.Title + "*: " + text, Sources: []string{src.Key}})
	}
	if len(out) > summaryLines { // the beginning and the end tell most
		out = append(out[:1], out[len(out)-summaryLines+1:]...)
	}
	return out
}

// draftWords are the words around a draft, in the customer's language.
var draftWords = map[string]struct{ hello, article, solved, end string }{
	"pt-BR": {"Oi, %s!", "Isto costuma resolver:", "Em um caso parecido, foi assim que resolvemos:", "Pode testar e me contar se deu certo?\n%s"},
	"en":    {"Hi %s,", "This usually solves it:", "In a similar case, this is how we solved it:", "Could you try it and tell me whether it worked?\n%s"},
	"es":    {"Hola, %s:", "Esto suele resolverlo:", "En un caso parecido, lo resolvimos así:", "¿Puedes probarlo y contarme si funcionó?\n%s"},
}

// draft is the best source between a greeting and a name; nothing without one.
func draft(c dialogue.Case, sources []dialogue.Source) []dialogue.Claim {
	words, ok := draftWords[c.Language]
	if !ok {
		words = draftWords["en"]
	}
	i := slices.IndexFunc(sources, func(s dialogue.Source) bool { return strings.TrimSpace(s.Text) != "" })
	if i < 0 {
		return nil
	}
	src, lead := sources[i], words.article
	if src.Article == nil {
		lead = words.solved
	}
	text := ticket.Shorten(src.Text, quoted)
	if src.URL != "" {
		text += "\n" + src.URL
	}
	out := []dialogue.Claim{{Text: fmt.Sprintf(words.hello, c.Customer)}}
	if c.Customer == "" {
		out = nil
	}
	return append(out,
		dialogue.Claim{Text: lead + "\n" + text, Sources: []string{src.Key}},
		dialogue.Claim{Text: strings.TrimSpace(fmt.Sprintf(words.end, c.Agent))})
}

// greeting is how an answer to somebody else began: their name is nobody's business.
var greeting = regexp.MustCompile(`(?i)^\s*(?:oi|olá|ola|bom dia|boa tarde|boa noite|hola|buenos días|buenas tardes|hi|hello|dear|good morning)\b` +
	`[^.,!:\n]{0,40}[.,!:\n]+\s*`)

// ungreetedAnswer is an answer without the name of who got it.
func ungreetedAnswer(text string) string {
	if rest := greeting.ReplaceAllString(text, ""); strings.TrimSpace(rest) != "" {
		return strings.TrimSpace(rest)
	}
	return strings.TrimSpace(text)
}

// What tells that a detail was given.
var (
	tellsError = regexp.MustCompile(`(?i)\berro\w*\b.{0,40}\d|\berror\b.{0,40}\d|rejei[cç][aã]o|rechazo|mensage|message|print|screenshot|captura|["“«]`)
	tellsTime  = regexp.MustCompile(`(?i)\bdesde\b|\bsince\b|ontem|hoje|ayer|hoy|yesterday|today|semana|week|\d{1,2}[:h/]\d{0,2}|manhã|mañana`)
)

// toAsk is what was found missing at the opening, or what the words plainly lack.
func toAsk(c dialogue.Case) []dialogue.Detail {
	if len(c.Missing) > 0 {
		return c.Missing
	}
	words := matter(c)
	if strings.TrimSpace(words) == "" {
		return nil
	}
	var out []dialogue.Detail
	if !tellsError.MatchString(words) {
		out = append(out, dialogue.ErrorText)
	}
	if !tellsTime.MatchString(words) {
		out = append(out, dialogue.Since)
	}
	return out
}
