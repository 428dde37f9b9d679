package main

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"recado/assist/assisttest"
	"recado/core/dialogue"
)

// modelRule is what the pretend model reads out of words that hold a part: names of the
// catalogue as people know them, which it finds among what it was offered.
type modelRule struct {
	part   string
	fields map[string]string
}

// givenModelReading gives the desk a language model, and scripts it.
func (s *stage) givenModelReading(m []string) error {
	r := modelRule{part: strings.ToLower(m[1]), fields: map[string]string{}}
	for _, f := range readingForm.FindAllStringSubmatch(m[2], -1) {
		r.fields[f[1]] = strings.Trim(f[2], `"`)
	}
	server := s.withModel()
	s.modelRules = append(s.modelRules, r)
	server.Answer(s.modelAnswers)
	return nil
}

// givenModelHearing says what every recording says.
func (s *stage) givenModelHearing(m []string) error {
	s.cfg.Assistant.Model.Transcription = "whisper-1"
	s.withModel().Hears(func(assisttest.Audio) string { return m[1] })
	return nil
}

// givenModelSeeing says what every picture shows, and what can be read on it.
func (s *stage) givenModelSeeing(m []string) error {
	s.cfg.Assistant.Model.Pictures = true
	s.modelSees = asJSON(map[string]string{"shows": m[1], "reads": m[2]})
	s.withModel().Answer(s.modelAnswers)
	return nil
}

// givenModelMeaning has texts with one of two words compared as alike, and all others as
// something else.
func (s *stage) givenModelMeaning(m []string) error {
	s.cfg.Assistant.Model.Embeddings = "pretend-vectors"
	s.withModel().Embeds(func(texts []string) []assisttest.Vector {
		all := make([]assisttest.Vector, len(texts))
		for i, text := range texts {
			all[i] = assisttest.Vector{Index: i, Numbers: []float64{1, 0}}
			if text = strings.ToLower(text); strings.Contains(text, m[1]) || strings.Contains(text, m[2]) {
				all[i].Numbers = []float64{0, 1}
			}
		}
		return all
	})
	return nil
}

// modelMoods are how the model is, in words.
var modelMoods = map[string]assisttest.Mood{
	"well": assisttest.Good, "down": assisttest.Down, "busy": assisttest.Busy, "refusing": assisttest.Refuses,
	"talking nonsense": assisttest.Prose, "inventing": assisttest.Invents,
}

// givenModelMood changes how the model is, from now on.
func (s *stage) givenModelMood(m []string) error {
	s.withModel().Always(modelMoods[m[1]])
	return s.later(func(context.Context, dialogue.Tx) error { return nil })
}

// offeredLine is an item of the catalogue, as the prompt lists it.
var offeredLine = regexp.MustCompile(`(?m)^([psmc]\d+): (.+)$`)

// modelAnswers fills the form in as the first rule says that fits; what no rule says is
// "none", and unsure.
func (s *stage) modelAnswers(c assisttest.Chat) string {
	if c.Name == "picture" && s.modelSees != "" {
		return s.modelSees
	}
	if c.Name != "triage" {
		return assisttest.Fill(c.Schema)
	}
	form := map[string]any{"intent": "matter", "language": "pt-BR", "subject": "", "missing": []string{}}
	guess := func(choice string, sure float64) map[string]any {
		return map[string]any{"choice": choice, "sure": sure}
	}
	for _, level := range []string{"product", "system", "module", "category"} {
		form[level] = guess("none", .2)
	}
	form["severity"], form["type"] = guess("normal", .2), guess("problem", .2)
	for _, r := range s.modelRules {
		if !strings.Contains(strings.ToLower(c.User), r.part) {
			continue
		}
		sure := .95
		if text, ok := r.fields["sure"]; ok {
			sure, _ = strconv.ParseFloat(text, 64) // a transcript's own figure; what is none is not sure
		}
		for field, value := range r.fields {
			switch field {
			case "product", "system", "module", "category":
				form[field] = guess(keyOf(c.System, field[:1], value), sure)
			case "severity", "type":
				form[field] = guess(value, sure)
			case "intent", "language", "subject":
				form[field] = value
			}
		}
		break
	}
	text, err := json.Marshal(form)
	if err != nil {
		return fmt.Sprint(err)
	}
	return string(text)
}

// keyOf finds the key under which the prompt offers an item of a level.
func keyOf(system, level, name string) string {
	for _, m := range offeredLine.FindAllStringSubmatch(system, -1) {
		path, _, _ := strings.Cut(m[2], " (also: ")
		steps := strings.Split(path, " › ")
		if strings.HasPrefix(m[1], level) && strings.EqualFold(steps[len(steps)-1], name) {
			return m[1]
		}
	}
	return "none"
}
