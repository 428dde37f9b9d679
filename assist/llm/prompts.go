package llm

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
)

// The prompts are files, so that a change of one is a change that can be read. The
// number is a version: a changed prompt is a new file, and readings are signed with it.
//
//go:embed prompts/*.txt
var promptFiles embed.FS

// Prompts in use.
const (
	triagePrompt  = "triage-2"
	advicePrompt  = "advice-1"
	picturePrompt = "picture-1"
)

// prompts are the parsed files.
type prompts struct{ all *template.Template }

func loadPrompts() (prompts, error) {
	all, err := template.New("prompts").Option("missingkey=error").ParseFS(promptFiles, "prompts/*.txt")
	if err != nil {
		return prompts{}, fmt.Errorf("parse the prompts: %w", err)
	}
	return prompts{all}, nil
}

// render writes a prompt.
func (p prompts) render(name string, data any) (string, error) {
	var b strings.Builder
	if err := p.all.ExecuteTemplate(&b, name+".txt", data); err != nil {
		return "", fmt.Errorf("write the prompt %s: %w", name, err)
	}
	return strings.TrimSpace(b.String()), nil
}
