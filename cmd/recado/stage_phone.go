package main

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"recado/core/message"
)

// What a phone's screen holds: choices, and the characters of a line of one.
const (
	phoneChoices = 9
	phoneLine    = 40
)

// unfit lists what was sent to WhatsApp with choices that no phone shows well, or
// without the numbers that are the contract there.
func (s *stage) unfit() error {
	if s.hub == nil {
		return nil
	}
	var found []error
	all, _ := s.hub.Since(0)
	for _, m := range all {
		if m.To.Channel != message.WhatsApp {
			continue
		}
		if len(m.Choices) > phoneChoices {
			found = append(found, fmt.Errorf("%d choices are too many for a phone: %q", len(m.Choices), m.Text))
		}
		for i, c := range m.Choices {
			if !strings.Contains(m.Text, fmt.Sprintf("*%d.* %s", i+1, c.Label)) {
				found = append(found, fmt.Errorf("choice %d has no number: %q", i+1, m.Text))
			}
			for line := range strings.SplitSeq(c.Label, "\n") {
				if n := utf8.RuneCountInString(strings.ReplaceAll(line, "*", "")); n > phoneLine {
					found = append(found, fmt.Errorf("a choice of %d characters is too long for a phone: %q", n, line))
				}
			}
		}
	}
	return errors.Join(found...)
}
