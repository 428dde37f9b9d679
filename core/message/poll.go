package message

// Poll is a question that a channel with polls puts beside the Text, which asks the
// same. A vote comes in as a Press of the option (see ByLabelDigest); nothing tells that
// somebody saw it.
type Poll struct {
	Name    string   `json:"name"`    // the question, plain words
	Options []Choice `json:"options"` // labels differ
}
