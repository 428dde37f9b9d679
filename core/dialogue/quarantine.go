package dialogue

import (
	"regexp"
	"strings"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
)

// HeldPurpose is what links to the page of a held item are signed for. Their subject is
// the item's id, a slash, and the id of the person to whom the link was sent.
const HeldPurpose = "held"

// HeldLink is the subject of such a link.
func HeldLink(id HeldID, person directory.PersonID) string { return string(id) + "/" + string(person) }

// What the team decides about a held item, as a word of Inbound.Choice and a choice's value.
const (
	ValRelease = "release"
	ValDiscard = "discard"
)

// stepShown is that one held item was shown; before, it is the list.
const stepShown = "shown"

// heldRef finds a held item named in a subject or in words.
var heldRef = regexp.MustCompile(`(?i)\bQ-[A-Z2-7]{10}\b`)

// Words that decide, folded, beside the numbers and labels of the choices.
var (
	releaseWords = regexp.MustCompile(`^(?:(?:pode )?(?:liberar|libera|libere)|(?:you can )?release(?: it)?|(?:puedes? )?liberarl[oa]|liberal[oa])$`)
	discardWords = regexp.MustCompile(`^(?:(?:pode )?(?:descartar|descarta|descarte)|(?:you can )?discard(?: it)?|(?:puedes? )?descartarl[oa]|descartal[oa])$`)
)

// judgedInWords takes an agent's answer to the notice of a held item, or words that name
// one. False: it was neither.
func (s *scene) judgedInWords() (bool, error) {
	id := s.heldMeant()
	if id == "" || len(s.in.Attachments) > 0 || s.commandsUs() {
		return false, nil
	}
	h, sender, err := s.heldAnd(id)
	if h == nil || err != nil {
		return true, err
	}
	if verdict := verdictIn(s.in.Text, s.heldChoices(*h, s.lang())); verdict != "" {
		return true, s.judge(*h, sender, verdict)
	}
	return true, s.showHeld(*h, sender)
}

// verdictIn is what words decide, by a number or a label of the choices, or as people
// say it; empty: nothing. Below the first line a signature may stand.
func verdictIn(text string, choices []message.Choice) string {
	first, _, _ := strings.Cut(strings.TrimSpace(heldRef.ReplaceAllString(text, " ")), "\n")
	if c, ok := choose(first, choices); ok {
		return c.Value
	}
	words := courtesyAfter.ReplaceAllString(courtesyBefore.ReplaceAllString(fold(first), ""), "")
	switch {
	case releaseWords.MatchString(words):
		return ValRelease
	case discardWords.MatchString(words):
		return ValDiscard
	}
	return ""
}

// heldMeant is the held item that a turn speaks of: the one whose notice is answered, by
// the token in the reply address, or one that is named. A ticket's thread is about that.
func (s *scene) heldMeant() HeldID {
	if strings.HasPrefix(s.in.Thread.Number, heldMark) {
		return HeldID(s.in.Thread.Number)
	}
	if s.thread != nil {
		return ""
	}
	named := heldRef.FindString(s.in.Text)
	if named == "" && !s.chat() {
		named = heldRef.FindString(s.in.Subject)
	}
	return HeldID(strings.ToUpper(named))
}

// heldAnd is a held item and the person whose address it claims, if there is one. Nil:
// there is no such item, or it is not this person's to decide; that is said.
func (s *scene) heldAnd(id HeldID) (*Held, directory.Person, error) {
	h, found, err := known(s.r.Held(s.ctx, id))
	if err != nil {
		return nil, directory.Person{}, err
	}
	if !found {
		s.rest()
		s.say("held.gone", notice.Data{"Ref": string(id)})
		s.outcome(message.Talked, "no such held item", nil)
		return nil, directory.Person{}, nil
	}
	sender, err := s.claimed(h)
	if err != nil {
		return nil, sender, err
	}
	if err := directory.MayJudge(s.who, sender); err != nil {
		return nil, sender, s.refused(err)
	}
	return &h, sender, nil
}

// claimed is the person from whom a held item claims to be.
func (s *scene) claimed(h Held) (directory.Person, error) {
	if h.Item.From.IsZero() {
		return directory.Person{}, nil
	}
	p, _, err := known(s.r.PersonAt(s.ctx, h.Item.From))
	return p, err
}

// Releasable reports whether letting h in changes anything: it must be from somebody,
// and one whose sender is proved, or was let in before, waits for them to be registered.
func (h Held) Releasable() bool { return !h.Item.From.IsZero() && h.Item.Proof == message.Unproved }

// judge decides about a held item, in a conversation with the agent.
func (s *scene) judge(h Held, sender directory.Person, verdict string) error {
	s.rest()
	switch {
	case h.State != HeldWaiting:
		return s.decidedBefore(h)
	case verdict == ValRelease && !h.Releasable():
		if h.Item.From.IsZero() {
			s.say("held.no-sender", nil).Held = h.ID
		} else {
			s.say("held.only-registration", notice.Data{"From": h.Item.From.ID}).Held = h.ID
		}
		s.outcome(message.Ignored, "there is nothing to release in "+string(h.ID), nil)
		return nil
	}
	s.end(h, verdict)
	switch {
	case verdict == ValDiscard:
		s.say("held.discarded", notice.Data{"Ref": string(h.ID)}).Held = h.ID
	case sender.ID == "":
		s.say("held.released-stranger", notice.Data{"Ref": string(h.ID), "From": h.Item.From.ID}).Held = h.ID
	default:
		s.say("held.released", notice.Data{"Ref": string(h.ID), "Registered": sender.Name}).Held = h.ID
	}
	return nil
}

// end records what the agent decided.
func (s *scene) end(h Held, verdict string) {
	e := Ending{ID: h.ID, State: HeldDiscarded, By: s.who.ID, At: s.now, Reason: "discarded by " + s.who.Name + " (" + string(s.who.ID) + ")"}
	if verdict == ValRelease {
		e.State, e.Proof, e.Reason = HeldReleased, message.ByTeam, "released by "+s.who.Name+" ("+string(s.who.ID)+")"
	}
	s.plan.Endings = append(s.plan.Endings, e)
	s.outcome(message.Judged, string(e.State)+" "+h.Item.Key.String(), nil)
}

// decidedBefore says what was decided, by whom and when.
func (s *scene) decidedBefore(h Held) error {
	by, err := s.person(h.By)
	if err != nil {
		return err
	}
	s.say("held.decided", notice.Data{
		"Ref": string(h.ID), "Released": h.State == HeldReleased, "By": orElse(by.Name, s.e.Desk.Name), "When": s.when(h.EndedAt),
	})
	s.outcome(message.Ignored, string(h.ID)+" was "+string(h.State)+" already", nil)
	return nil
}

// judgedOnPage takes what the signed page posted. The channel verified the link; its
// subject names the item and the agent, whose rights are looked at now: the link may be
// days old. The page tells them what became of it.
func (s *scene) judgedOnPage() error {
	id, person, _ := strings.Cut(s.in.From.ID, "/")
	h, found, err := known(s.r.Held(s.ctx, HeldID(id)))
	if err != nil {
		return err
	}
	who, _, err := known(s.r.Person(s.ctx, directory.PersonID(person)))
	if err != nil {
		return err
	}
	s.who = who
	sender, err := s.claimed(h)
	if err != nil {
		return err
	}
	var ignored string
	switch {
	case !found || s.in.Proof != message.ByToken:
		ignored = "no such held item"
	case directory.MayJudge(who, sender) != nil:
		ignored = person + " may not decide about " + id
	case h.State != HeldWaiting:
		ignored = id + " was " + string(h.State) + " already"
	case s.in.Choice != ValRelease && s.in.Choice != ValDiscard:
		ignored = "nothing was decided"
	case s.in.Choice == ValRelease && !h.Releasable():
		ignored = "there is nothing to release in " + id
	default:
		s.end(h, s.in.Choice)
		return nil
	}
	s.outcome(message.Ignored, ignored, nil)
	return nil
}

// listHeld shows the mail that is held, latest first; a number shows one of them.
func (s *scene) listHeld() error {
	all, total, err := s.r.HeldMail(s.ctx, menuSize)
	if err != nil {
		return err
	}
	s.rest()
	if total == 0 {
		s.say("held.none", nil)
		s.outcome(message.Talked, "nothing is held", nil)
		return nil
	}
	choices := make([]message.Choice, len(all))
	for i, h := range all {
		choices[i] = message.Choice{Value: string(h.ID), Label: s.heldLine(h)}
	}
	s.question(topicHeld, "", "held.list", notice.Data{"Count": total, "Shown": len(all), "Hidden": total > len(all)}, choices...)
	s.outcome(message.Talked, "what is held", nil)
	return nil
}

// heldLine is a held item in a list.
func (s *scene) heldLine(h Held) string {
	return "*" + s.heldSubject(h) + "*\n    " + orElse(h.Item.From.ID, "?") + " · " + s.when(h.At) + "\n    " + string(h.ID)
}

func (s *scene) heldSubject(h Held) string {
	first, _, _ := strings.Cut(strings.TrimSpace(h.Item.Text), "\n")
	about := strings.TrimSpace(h.Item.Subject)
	if about == "" {
		about = strings.TrimSpace(first)
	}
	return orElse(excerpt(defused(about), 80), "–")
}

// showHeld shows one item, and asks what to do with it.
func (s *scene) showHeld(h Held, sender directory.Person) error {
	s.rest()
	if h.State != HeldWaiting {
		return s.decidedBefore(h)
	}
	s.question(topicHeld, stepShown, "held.shown", s.heldData(h, sender, s.lang()), s.heldChoices(h, s.lang())...).Held = h.ID
	s.session.Held = h.ID
	s.outcome(message.Talked, "a held item", nil)
	return nil
}

// heldAnswered goes on from the list or from the item shown.
func (s *scene) heldAnswered() (bool, error) {
	shown := s.session.Step == stepShown
	id, verdict := s.session.Held, ""
	if shown {
		verdict = verdictIn(s.in.Text, s.session.Choices)
	} else if c, ok := choose(s.in.Text, s.session.Choices); ok {
		id = HeldID(c.Value)
	}
	if id == "" || shown && verdict == "" {
		return false, nil
	}
	h, sender, err := s.heldAnd(id)
	switch {
	case h == nil || err != nil:
		return true, err
	case shown:
		return true, s.judge(*h, sender, verdict)
	}
	return true, s.showHeld(*h, sender)
}
