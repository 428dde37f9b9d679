package config

import (
	"fmt"
	"io"
	"log/slog"
)

// hidden is all that is ever shown of a secret.
const hidden = "***"

// Secret is a text that never prints itself: only Reveal gives it away. It holds a
// pointer, so that even a printer that walks unexported fields shows an address.
type Secret struct{ text *string }

// NewSecret hides a text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// Reveal gives the text. Call it where the secret is used, and keep it nowhere.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.text == nil }

// String is "***".
func (s Secret) String() string { return hidden }

// GoString is "***".
func (s Secret) GoString() string { return hidden }

// Format writes "***" for every verb, the wrong ones too.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue is "***".
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText is "***".
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON is "***".
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// MarshalYAML is "***".
func (s Secret) MarshalYAML() (any, error) { return hidden, nil }

// UnmarshalText hides what is read.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}
