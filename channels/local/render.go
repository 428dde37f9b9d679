package local

import (
	"bytes"
	"embed"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml"

	"recado/core/message"
)

//go:embed texts/*.yaml
var textFiles embed.FS

// words are what the terminal itself says. Percent signs are those of fmt.
type words struct {
	Welcome   string            `yaml:"welcome"`
	Help      string            `yaml:"help"`
	Channels  map[string]string `yaml:"channels"`
	To        string            `yaml:"to"`         // number, name, channel, time
	Repeat    string            `yaml:"repeat"`     // beside a message that had arrived before
	Subject   string            `yaml:"subject"`    // subject
	Now       string            `yaml:"now"`        // name, channel, address
	Nobody    string            `yaml:"nobody"`     // what was typed
	NoAddress string            `yaml:"no_address"` // name
	NotThere  string            `yaml:"not_there"`  // name, channel
	NoFile    string            `yaml:"no_file"`    // path
	NoNumber  string            `yaml:"no_number"`  // what was typed
	NoPeople  string            `yaml:"no_people"`
	Unknown   string            `yaml:"unknown"` // the command
	NotSaid   string            `yaml:"not_said"`
}

// languages are those of the terminal, the default first.
func languages() []string { return []string{"pt-BR", "en", "es"} }

// loadWords reads the catalogue of the nearest language.
func loadWords(tag string) (*words, error) {
	pick := languages()[0]
	for _, l := range languages() {
		if strings.EqualFold(l[:2], tag[:min(2, len(tag))]) {
			pick = l
		}
	}
	raw, err := textFiles.ReadFile("texts/" + pick + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("local: texts in %s: %w", pick, err)
	}
	w := new(words)
	if err := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(w); err != nil {
		return nil, fmt.Errorf("local: texts in %s: %w", pick, err)
	}
	return w, nil
}

func (w *words) channel(c message.Channel) string {
	if name, ok := w.Channels[string(c)]; ok {
		return name
	}
	return string(c)
}

// show is one message as a person reads it, under its number.
func (t *Terminal) show(n int, s Sent) string {
	var b strings.Builder
	head := fmt.Sprintf(t.say.To, n, t.nameOf(s.To), t.say.channel(s.To.Channel), s.At.In(t.opts.Zone).Format("15:04"))
	if s.Repeat {
		head += " " + t.say.Repeat
	}
	b.WriteString(t.style.dim(head) + "\n")
	if s.Subject != "" && s.To.Channel == message.Email {
		b.WriteString("  " + t.style.dim(fmt.Sprintf(t.say.Subject, plain(s.Subject))) + "\n")
	}
	for line := range strings.Lines(plain(s.Text)) {
		b.WriteString("  " + t.style.markup(strings.TrimRight(line, "\n")) + "\n")
	}
	for _, f := range s.Attachments {
		b.WriteString("  " + t.style.dim(fmt.Sprintf("📎 %s (%s)", plain(f.Name), size(f.Size))) + "\n")
	}
	if s.Link != nil && s.Link.URL != "" {
		b.WriteString("  " + t.style.bold(plain(s.Link.Label)) + ": " + s.Link.URL + "\n")
	}
	return b.String()
}

// nameOf is who is at an address, as far as was known when People was last asked.
func (t *Terminal) nameOf(at message.Address) string { return plain(owner(t.known, at).Name) }

func size(bytes int64) string {
	switch {
	case bytes < 1<<10:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1<<20:
		return fmt.Sprintf("%d KB", bytes>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
}

// plain drops what would steer the terminal: messages hold what strangers wrote.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}

// style writes for a terminal (ECMA-48 SGR), or plainly when it is off.
type style struct{ on bool }

func (s style) wrap(text, begin, end string) string {
	if !s.on || text == "" {
		return text
	}
	return "\x1b[" + begin + "m" + text + "\x1b[" + end + "m"
}

func (s style) bold(text string) string { return s.wrap(text, "1", "22") }
func (s style) dim(text string) string  { return s.wrap(text, "2", "22") }

var (
	boldMark   = regexp.MustCompile(`(^|[^\pL\pN*])\*([^\s*](?:[^*]*[^\s*])?)\*`)
	italicMark = regexp.MustCompile(`(^|[^\pL\pN_])_([^\s_](?:[^_]*[^\s_])?)_`)
)

// markup shows *bold* and _italic_ of a line.
func (s style) markup(line string) string {
	if !s.on {
		return line
	}
	line = boldMark.ReplaceAllString(line, "${1}\x1b[1m${2}\x1b[22m")
	return italicMark.ReplaceAllString(line, "${1}\x1b[3m${2}\x1b[23m")
}
