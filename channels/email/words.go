package email

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"recado/channels/email/letter"
	"recado/channels/email/reply"
	"recado/channels/email/sender"
	"recado/core/message"
)

// texts joins what the person wrote, and all there is to read; the second is empty
// when it says no more. quotes: an earlier mail is in it. They are whole unless a mail
// holds more than maxText.
func texts(l *letter.Letter) (own, full string, quotes, whole bool) {
	var owns, fulls []string
	whole = true
	total := 0
	for _, s := range l.Segments {
		if total > maxText {
			whole = false
			break
		}
		m := reply.Parts(letter.Cut(s.Plain, maxText), s.HTML)
		quotes = quotes || m.Quotes
		whole = whole && m.Whole && len(s.Plain) <= maxText
		total += len(m.Full)
		owns, fulls = append(owns, m.Own), append(fulls, letter.Cut(m.Full, maxText))
	}
	own = joinTexts(append(owns, l.Invitations...))
	full = joinTexts(append(append(fulls, l.Invitations...), enclosed(l)...))
	if own == "" {
		own = full // nothing but an earlier mail: that was sent, so it is shown
	}
	if full == own {
		full = ""
	}
	return letter.Cut(own, maxText), letter.Cut(full, maxText), quotes, whole && len(full) <= maxText
}

// answersUs reports a mail whose quote is our own notice: it came by the address that
// we gave for answers, or names a mail of ours as the one it answers.
func (d *desk) answersUs(t message.Thread) bool {
	if t.Number != "" {
		return true
	}
	if len(t.Refs) == 0 {
		return false
	}
	id, domain, _ := strings.Cut(t.Refs[0], "@")
	return domain == d.home.Address.Domain && uuid.Validate(id) == nil
}

// enclosed are the texts of the mails that lie in this one, each below a line that says
// whose it is. They are no words of who sent it.
func enclosed(l *letter.Letter) (all []string) {
	for i := range l.Enclosed {
		inner := &l.Enclosed[i]
		own, full, _, _ := texts(&letter.Letter{Segments: inner.Segments, Invitations: inner.Invitations})
		if full = or(full, own); full == "" {
			continue
		}
		from, _ := sender.Of(inner.Header)
		head := joinNonBlank(" · ", from.Name, from.Address.String(), inner.Header.First("date"), inner.Header.Subject())
		all = append(all, joinTexts([]string{"✉️ " + letter.Cut(head, 500), full}))
	}
	return all
}

func joinNonBlank(between string, all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), between)
}

func joinTexts(all []string) string {
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return strings.TrimSpace(s) == "" }), "\n\n")
}
