package message

// Passage is where a message holds the words of people that it passes on, so that they
// can be put right later without saying the rest anew.
type Passage struct {
	Of     []string `json:"of"`     // upstream ids of the items that said them, in order
	Text   Span     `json:"text"`   // in Outbound.Text
	InChat Span     `json:"inChat"` // in Outbound.InChat, if that has words
}

// Span is a piece of a text, in bytes.
type Span struct {
	At  int `json:"at"`
	Len int `json:"len"`
}

// of cuts the piece out; false when the text is too short to have it.
func (s Span) of(text string) (before, piece, after string, ok bool) {
	if s.At < 0 || s.Len < 0 || s.At+s.Len > len(text) {
		return "", "", "", false
	}
	return text[:s.At], text[s.At : s.At+s.Len], text[s.At+s.Len:], true
}

// Words are those that out passes on; false when it does not say where they stand.
func (out Outbound) Words() (string, bool) {
	if out.Passage == nil {
		return "", false
	}
	_, words, _, ok := out.Passage.Text.of(out.Text)
	return words, ok
}

// Reworded is out with other words in the place of those that it passes on; false when
// it does not say where those stand.
func (out Outbound) Reworded(words string) (Outbound, bool) {
	if out.Passage == nil {
		return out, false
	}
	p := *out.Passage
	before, _, after, ok := p.Text.of(out.Text)
	if !ok {
		return out, false
	}
	out.Text, p.Text.Len = before+words+after, len(words)
	if out.InChat != "" {
		if before, _, after, ok = p.InChat.of(out.InChat); !ok {
			return out, false
		}
		out.InChat, p.InChat.Len = before+words+after, len(words)
	}
	out.Passage = &p
	return out, true
}

// Family names all that was posted in the place of one message that passes words on:
// itself, its Edits, its Deletion. "": it passes none on.
func (out Outbound) Family() string {
	switch {
	case out.Amends != nil && (out.Kind == Edit || out.Kind == Deletion):
		return out.Amends.Family()
	case out.Passage != nil:
		return out.ID
	}
	return ""
}
