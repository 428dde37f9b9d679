package dialogue

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
)

// sendCode sends a code to an address, at most codesAHour times.
func (s *scene) sendCode(p directory.Person, at message.Address) error {
	c, _, err := known(s.r.Challenge(s.ctx, at))
	if err != nil {
		return err
	}
	if s.now.Sub(c.SentAt) >= time.Hour {
		c = directory.Challenge{}
	}
	inMail := at == s.in.From
	if c.Sent >= codesAHour {
		if !inMail {
			s.question(topicCode, "code", "access.code-limit", nil)
		}
		s.outcome(message.HeldBack, "too many codes were asked for", nil)
		return nil
	}
	code := s.e.NewCode()
	s.plan.Challenges = append(s.plan.Challenges, directory.Challenge{
		At: at, Asked: s.in.From, For: p.ID, Hash: hashCode(at, code), SentAt: s.now, Expires: s.now.Add(codeTTL), Sent: c.Sent + 1,
	})
	mail := Say{To: at, Language: notice.Language(orElse(p.Language, s.lang())), Code: true,
		Key: "access.code-mail", Data: notice.Data{"Name": p.First(), "Code": code, "Minutes": int(codeTTL.Minutes())}}
	if inMail {
		named, err := s.namedNow()
		if err != nil {
			return err
		}
		mail.Key, mail.Refs, mail.Subject = "access.code-reply", refsOf(s.in), replySubject(s.in.Subject)
		mail.Data["Count"], mail.Data["List"] = len(named), s.numberedSubjects(named)
	}
	s.plan.Says = append(s.plan.Says, mail)
	s.session.Words = at.String()
	if inMail {
		s.session.Topic, s.session.Step = topicCode, "code"
	} else {
		s.question(topicCode, "code", "access.code-sent", notice.Data{"Email": at.ID, "Minutes": int(codeTTL.Minutes())})
	}
	s.outcome(message.HeldBack, "a code was sent to "+at.String(), nil)
	return nil
}

// codeAnswered checks a code, wherever it is said: the session may be lost, the
// challenge is not. It proves the address that the code was sent to, and the one
// where it is said.
func (s *scene) codeAnswered() (bool, error) {
	code := findCode(s.in.Text)
	if code == "" && strings.TrimSpace(s.in.Text) == "" {
		code = findCode(s.in.Subject)
	}
	if code == "" {
		return false, nil
	}
	at := s.in.From
	if s.session.Topic == topicCode {
		if parsed, err := message.ParseAddress(s.session.Words); err == nil {
			at = parsed
		}
	}
	c, found, err := known(s.r.Challenge(s.ctx, at))
	if err != nil || !found || c.Asked != s.in.From {
		return false, err
	}
	right := subtle.ConstantTimeCompare([]byte(hashCode(at, code)), []byte(c.Hash)) == 1
	expired := s.now.After(c.Expires) || c.Attempts >= codeTries
	if !right && !expired {
		c.Attempts++
		s.plan.Challenges = append(s.plan.Challenges, c)
	}
	if !right || expired {
		return s.notThatCode(code, c, expired)
	}
	s.keepBeside(code)
	named, err := s.confirmed(c, code)
	if err != nil || named == nil {
		return true, err
	}
	return true, s.codeRight(c, named)
}

// notThatCode answers six digits that are not the code. Among other words they may be
// any number: a proved sender's words go on as words, and a mail is held as a mail is.
func (s *scene) notThatCode(code string, c directory.Challenge, expired bool) (bool, error) {
	if s.proved || !s.chat() && s.saysMore(code) {
		return false, nil
	}
	s.keepBeside(code)
	if expired || c.Attempts >= codeTries {
		s.question(topicEmail, "email", "access.code-expired", nil)
	} else {
		s.question(topicCode, "code", "access.code-wrong", notice.Data{"Count": codeTries - c.Attempts})
	}
	s.outcome(message.Talked, "not the code, or not any more", nil)
	return true, nil
}

// codeRight makes both addresses the person's, and lets go what they confirmed.
func (s *scene) codeRight(c directory.Challenge, confirmed []Held) error {
	p, found, err := known(s.r.Person(s.ctx, c.For))
	if err != nil || !found {
		return err
	}
	for _, a := range []message.Address{c.At, s.in.From} {
		if err := s.theirsNoMore(a, p.ID); err != nil {
			return err
		}
		p.Aliases = proven(p.Aliases, a, s.now)
	}
	s.who, s.other = p, directory.Person{}
	s.savePerson(p)
	if err := s.meet(); err != nil { // it is theirs under its other names too
		return err
	}
	s.plan.Challenges = append(s.plan.Challenges, directory.Challenge{At: c.At})
	s.letGo(confirmed, p.ID, message.ByToken, "released by a code")
	s.rest()
	s.say("access.welcome", notice.Data{"Name": p.First()})
	s.outcome(message.Talked, "proved by a code", nil)
	return nil
}

// theirsNoMore takes an address from whoever else has it, in whatever spelling: it was only
// claimed, or has changed hands, else the sender were proved.
func (s *scene) theirsNoMore(a message.Address, but directory.PersonID) error {
	for _, spelling := range directory.Spellings(a) {
		p, found, err := known(s.r.PersonAt(s.ctx, spelling))
		if err != nil {
			return err
		}
		if found && p.ID != but {
			s.savePerson(without(s.latest(p), spelling))
		}
	}
	return nil
}

// proven marks an address as proved, adding it when it is new.
func proven(aliases []directory.Alias, a message.Address, now time.Time) []directory.Alias {
	out := append([]directory.Alias(nil), aliases...)
	for i := range out {
		if out[i].Address == a {
			if out[i].VerifiedAt.IsZero() {
				out[i].VerifiedAt, out[i].VerifiedBy = now, directory.ByCode
			}
			return out
		}
	}
	return append(out, directory.Alias{Address: a, VerifiedAt: now, VerifiedBy: directory.ByCode})
}

// without is the person without an address.
func without(p directory.Person, a message.Address) directory.Person {
	p.Aliases = slices.DeleteFunc(slices.Clone(p.Aliases), func(al directory.Alias) bool { return al.Address == a })
	return p
}

var (
	writtenOut = regexp.MustCompile(`20\d{2}-\d{6,}`) // a protocol number, which holds six digits too
	codeInText = regexp.MustCompile(`\b(\d{6})\b|\b(\d{3})[ -](\d{3})\b`)
)

func findCode(text string) string {
	m := codeInText.FindStringSubmatch(writtenOut.ReplaceAllString(text, " "))
	if m == nil {
		return ""
	}
	return m[1] + m[2] + m[3]
}

// hashCode binds a code to its address. Six digits could be guessed from a hash;
// what protects them is that they live for minutes and a few attempts.
func hashCode(at message.Address, code string) string {
	sum := sha256.Sum256([]byte("recado code\x00" + at.String() + "\x00" + code))
	return hex.EncodeToString(sum[:])
}
