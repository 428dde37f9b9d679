package notice

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
)

//go:embed texts/*.yaml
var texts embed.FS

// Languages are those with a complete catalogue, the default first.
func Languages() []string { return []string{"pt-BR", "en", "es"} }

// Language is the nearest that we speak; the default when there is none.
func Language(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	for _, l := range Languages() {
		if have, _, _ := strings.Cut(strings.ToLower(l), "-"); have == base {
			return l
		}
	}
	return Languages()[0]
}

// Data fills a text in. Count, when it is an int, chooses between singular and plural.
type Data map[string]any

// Catalogue renders texts.
type Catalogue struct {
	speakers map[string]*i18n.Localizer
	parser   template.Parser
	keys     map[string][]string
}

// Load reads the embedded catalogues, the first time it is asked. It fails only for a fault
// of ours in them.
func Load() (*Catalogue, error) { return load() }

var load = sync.OnceValues(read)

func read() (*Catalogue, error) {
	bundle := i18n.NewBundle(language.BrazilianPortuguese)
	bundle.RegisterUnmarshalFunc("yaml", yaml.Unmarshal)
	c := &Catalogue{
		speakers: map[string]*i18n.Localizer{},
		keys:     map[string][]string{},
		parser:   &template.TextParser{Option: "missingkey=error"},
	}
	for _, lang := range Languages() {
		file, err := bundle.LoadMessageFileFS(texts, "texts/"+lang+".yaml")
		if err != nil {
			return nil, fmt.Errorf("notice: catalogue %s: %w", lang, err)
		}
		for _, m := range file.Messages {
			c.keys[lang] = append(c.keys[lang], m.ID)
		}
		slices.Sort(c.keys[lang])
		c.speakers[lang] = i18n.NewLocalizer(bundle, lang)
	}
	return c, nil
}

// Keys lists the keys of a language, sorted.
func (c *Catalogue) Keys(lang string) []string { return slices.Clone(c.keys[lang]) }

// Text renders a key. An unknown key or a missing value is an error of ours.
func (c *Catalogue) Text(lang, key string, data Data) (string, error) {
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: map[string]any(data), TemplateParser: c.parser}
	if n, ok := data["Count"].(int); ok {
		config.PluralCount = n
	}
	s, err := c.speakers[Language(lang)].Localize(config)
	if err != nil {
		return "", fmt.Errorf("notice: text %q in %s with %v: %w", key, lang, slices.Sorted(maps.Keys(data)), err)
	}
	return strings.TrimSpace(s), nil
}

// Variant is one of the wordings of a text, the same each time for the same ticket: key,
// key-2 and so on. The same words to many people are what gets a number banned (whatsmeow,
// events.TempBanSentTooManySameMessage).
func (c *Catalogue) Variant(key, number string) string {
	n := 1
	for c.Has(key + "-" + strconv.Itoa(n+1)) {
		n++
	}
	_, last, _ := strings.Cut(number, "-")
	at, err := strconv.Atoi(last)
	if err != nil || at < 1 || (at-1)%n == 0 {
		return key
	}
	return key + "-" + strconv.Itoa((at-1)%n+1)
}

// Has reports whether a key exists.
func (c *Catalogue) Has(key string) bool {
	_, found := slices.BinarySearch(c.keys[Languages()[0]], key)
	return found
}

// Word renders a key without data, such as a status; the key itself when there is none.
func (c *Catalogue) Word(lang, key string) string {
	s, err := c.Text(lang, key, nil)
	if err != nil {
		return key
	}
	return s
}
