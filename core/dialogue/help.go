package dialogue

import (
	"recado/core/message"
	"recado/core/notice"
)

// help says what can be done, wherever one is; what was asked stays asked.
func (s *scene) help() error {
	key := "help.customer"
	if s.who.OnTeam() {
		key = "help.team"
	} else if s.seesOrganisation() {
		key = "help.manager"
	}
	s.say(key, notice.Data{"Name": s.who.First(), "Phone": s.e.Desk.Phone})
	s.outcome(message.Talked, "help", nil)
	if s.session.Topic != "" {
		s.session.Words = s.previous.Words
	}
	return nil
}

// cancel drops what was being done. Nothing that was stored is lost.
func (s *scene) cancel() error {
	key := "cancelled.done"
	if s.session.Topic == "" && s.session.Aside == nil {
		key = "cancelled.nothing"
	}
	s.rest()
	s.session.Aside = nil
	s.say(key, nil)
	s.outcome(message.Talked, "cancelled", nil)
	return nil
}

// contacts tells how else to reach the desk (A11).
func (s *scene) contacts() {
	s.say("contacts", notice.Data{"Phone": s.e.Desk.Phone, "Email": s.e.Desk.Email, "Contacts": s.e.Desk.Contacts})
	s.outcome(message.Talked, "contacts", nil)
}

// speaks changes the person's language.
func (s *scene) speaks(lang string) {
	s.who.Language = lang
	s.savePerson(s.who)
	s.say("language", notice.Data{"Name": s.who.First()})
	s.outcome(message.Talked, "language: "+lang, nil)
}
