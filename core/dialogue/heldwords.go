package dialogue

import (
	"regexp"
	"strings"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
)

// What a channel's doubt says, by its form.
var (
	refusedBy   = regexp.MustCompile(`^(?:dmarc|spf|dkim|compauth)=fail|^dmarc=pass for another domain`)
	severalFrom = regexp.MustCompile(`^two (?:From|addresses)`)
	unclearFrom = regexp.MustCompile(`\b(?:in From|From can be read)\b`)
)

// defused takes the life out of links: the text is a stranger's, and whoever reads it
// among our words should not follow it with one touch.
func defused(text string) string { return strings.ReplaceAll(text, "://", "[:]//") }

// heldWho is from whom an item claims to be.
func (s *scene) heldWho(h Held, sender directory.Person) notice.Data {
	return notice.Data{"From": orElse(h.Item.From.ID, "?"), "Name": h.Item.FromName, "Registered": sender.Name, "Releasable": h.Releasable()}
}

// heldData is what the team is shown of a held item.
func (s *scene) heldData(h Held, sender directory.Person, lang string) notice.Data {
	data := s.heldWho(h, sender)
	data["Ref"], data["About"], data["When"] = string(h.ID), defused(h.Item.Subject), s.e.Catalogue.When(lang, h.At, s.now, s.e.placeOf(s.who))
	data["Why"], data["Text"] = s.e.HeldWhy(h, lang), excerpt(defused(h.Item.Text), 600)
	var files []string
	for _, f := range h.Item.Attachments {
		files = append(files, f.Name+" ("+notice.Size(f.Size)+")")
	}
	data["Files"] = strings.Join(files, ", ")
	return data
}

// heldChoices are what can be done with a held item.
func (s *scene) heldChoices(h Held, lang string) []message.Choice {
	label := func(key string) string { return s.e.Catalogue.Word(lang, key) }
	discard := message.Choice{Value: ValDiscard, Label: label("choice.discard")}
	if !h.Releasable() {
		return []message.Choice{discard}
	}
	return []message.Choice{{Value: ValRelease, Label: label("choice.release")}, discard}
}

// HeldWhy says in words why an item is held; the channel's short code stands behind them.
func (e *Engine) HeldWhy(h Held, lang string) string {
	_, domain, _ := strings.Cut(h.Item.From.ID, "@")
	key, doubt := "held.why.unproved", string(h.Item.Doubt)
	switch {
	case severalFrom.MatchString(doubt):
		key = "held.why.several-from"
	case unclearFrom.MatchString(doubt) && doubt != "no address in From":
		key = "held.why.unclear-from"
	case h.Item.From.IsZero():
		key = "held.why.nobody"
	case h.Item.Proof == message.ByTeam:
		key = "held.why.let-in"
	case h.Item.Proof != message.Unproved:
		key = "held.why.unregistered"
	case refusedBy.MatchString(doubt):
		key = "held.why.refused"
	}
	why, err := e.Catalogue.Text(lang, key, notice.Data{"Domain": domain})
	if err != nil {
		e.Log.Error("say why an item is held", "error", err)
		return doubt
	}
	if doubt != "" {
		why += " (" + doubt + ")"
	}
	return why
}
