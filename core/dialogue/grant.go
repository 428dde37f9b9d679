package dialogue

import (
	"slices"
	"strings"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
)

// Words with which a supervisor says in Slack whose account somebody's from outside is, and
// takes it back: "acesso @gil gil@parceiro.example". Folded.
var (
	grantBegins = []string{
		"dar acesso a", "dar acesso", "acesso para", "acesso", "give access to", "give access", "grant access to", "access", "dar acceso a", "dar acceso", "acceso",
	}
	revokeBegins = []string{
		"tirar acesso de", "tirar acesso", "remover acesso", "remove access", "revoke access", "take access", "quitar acceso a", "quitar acceso",
	}
)

// guest answers somebody from outside who writes to the desk alone, from an account of
// which nobody said whose it is. An e-mail proves nothing of it, nor does a code sent
// there: only a supervisor's word does.
func (s *scene) guest() error {
	s.outcome(message.Ignored, "a guest of the upstream whom nobody added", nil)
	words := s.in.Kind == message.Text || s.in.Kind == message.Press
	if words && !s.hushed {
		s.listen()
		s.say("access.guest", notice.Data{"Email": s.e.Desk.Email})
	}
	return nil
}

// grants takes the command that says whose account somebody's is. False: it is another.
func (s *scene) grants() (bool, error) {
	text := s.in.Text
	rest, revokes := beginsWith(text, revokeBegins)
	if !revokes {
		var grants bool
		if rest, grants = beginsWith(text, grantBegins); !grants || len(s.in.Mentions) == 0 && findEmail(rest) == "" && rest != "" {
			return false, nil
		}
	}
	if err := directory.MayGrantAccess(s.who); err != nil {
		return true, s.refused(err)
	}
	named := slices.DeleteFunc(slices.Clone(s.in.Mentions), func(a message.Address) bool { return a.Channel != s.in.From.Channel })
	email := findEmail(rest)
	switch {
	case len(s.in.Mentions) == 1 && len(named) == 0:
		return true, s.refused(directory.Refuse("access-member")) // the upstream vouches for their e-mail
	case len(named) != 1, email == "" && !revokes:
		return true, s.refused(directory.Refuse("access-how"))
	case revokes:
		return true, s.refused(s.revoke(named[0]))
	}
	return true, s.refused(s.grant(named[0], email))
}

// grant makes an account that of a registered person.
func (s *scene) grant(account message.Address, email string) error {
	p, found, err := known(s.r.PersonAt(s.ctx, message.Address{Channel: message.Email, ID: email}))
	switch {
	case err != nil:
		return err
	case !found || !p.Active:
		return directory.Refuse("access-unregistered", "Who", email)
	}
	has, taken, err := known(s.r.PersonAt(s.ctx, account))
	switch {
	case err != nil:
		return err
	case taken && has.ID != p.ID:
		return directory.Refuse("access-taken", "Who", has.Name)
	}
	p = without(p, account)
	p.Aliases = append(p.Aliases, directory.Alias{Address: account, VerifiedAt: s.now, VerifiedBy: directory.ByAdmin})
	s.savePerson(p)
	s.say("act.granted", notice.Data{"Who": p.Name, "Email": email, "Team": p.Team != ""})
	s.outcome(message.Talked, strings.Join([]string{"granted", account.ID, "to", string(p.ID)}, " "), nil)
	return nil
}

// revoke makes an account nobody's.
func (s *scene) revoke(account message.Address) error {
	p, found, err := known(s.r.PersonAt(s.ctx, account))
	switch {
	case err != nil:
		return err
	case !found:
		return directory.Refuse("access-nobody")
	}
	s.savePerson(without(p, account))
	s.say("act.revoked", notice.Data{"Who": p.Name})
	s.outcome(message.Talked, strings.Join([]string{"revoked", account.ID, "of", string(p.ID)}, " "), nil)
	return nil
}
