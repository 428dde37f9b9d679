package dialogue

import (
	"slices"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
)

// Words that end, and begin again, what a person did not ask for on WhatsApp: reminders,
// and news of what the program did by itself. Answers to what they write go on. Folded.
var (
	stopWords = []string{
		"parar", "sair", "stop", "parar avisos", "parar os avisos", "cancelar avisos", "cancelar os avisos", "nao quero avisos",
		"nao quero mais avisos", "nao quero receber avisos", "sem avisos", "descadastrar", "nao me mande mais avisos",
		"stop notices", "stop reminders", "no more notices", "no more reminders", "unsubscribe", "opt out", "optout",
		"salir", "baja", "darme de baja", "parar los avisos", "cancelar los avisos", "no quiero avisos", "no quiero mas avisos", "no mas avisos",
	}
	startWords = []string{
		"voltar", "start", "volver", "quero avisos", "voltar avisos", "voltar os avisos", "receber avisos", "start notices", "subscribe", "opt in",
		"quiero avisos", "volver a los avisos", "recibir avisos",
	}
)

// optsOut takes a person's word on notices by WhatsApp. While something is asked, a word
// that also cancels ("sair") answers that, and nothing else. False: it was no such word.
func (s *scene) optsOut() bool {
	if s.in.Key.Channel != message.WhatsApp || s.in.Own || s.who.OnTeam() || s.in.Kind != message.Text || len(s.in.Attachments) > 0 {
		return false
	}
	al, known := s.who.Alias(s.in.From)
	said := courtesyAfter.ReplaceAllString(courtesyBefore.ReplaceAllString(fold(s.in.Text), ""), "")
	switch {
	case !known || s.in.Proof == message.ByTeam:
		return false
	case slices.Contains(stopWords, said) && (!s.asked() || s.command.command != cmdCancel):
		s.mark(func(al *directory.Alias) { al.StoppedAt = earlier(al.StoppedAt, s.now) })
		s.say("notices.stopped", notice.Data{"Mail": len(s.who.ReachBut(s.in.From)) > 0})
		s.outcome(message.Talked, "no notices by WhatsApp any more", nil)
		return true
	case slices.Contains(startWords, said) && !al.StoppedAt.IsZero():
		s.mark(func(al *directory.Alias) { al.StoppedAt = time.Time{} })
		s.say("notices.back", nil)
		s.outcome(message.Talked, "notices by WhatsApp again", nil)
		return true
	}
	return false
}

// spared takes out of the recipients of what nobody asked for the WhatsApp addresses that
// want none of it: those people hear by another way, if there is one.
func spared(all []notice.Recipient) []notice.Recipient {
	var out []notice.Recipient
	for _, r := range all {
		al, _ := r.Person.Alias(r.To)
		if al.StoppedAt.IsZero() {
			out = append(out, r)
			continue
		}
		others := r.Person.ReachBut(r.To)
		if len(others) == 0 {
			continue
		}
		r.To = others[0]
		if !slices.ContainsFunc(all, func(o notice.Recipient) bool { return o.To == r.To }) {
			out = append(out, r)
		}
	}
	return out
}
