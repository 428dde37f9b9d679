package dialogue

import (
	"slices"
	"strings"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// defective takes a customer's item that cannot be read, or only in part: it becomes a
// ticket or part of one like any other, with a remark in place of the words. The
// customer is asked to send it again, and the team gets the original.
func (s *scene) defective() error {
	s.rest() // it answers nothing that was asked
	s.putRemarks()
	if s.thread == nil {
		word := s.defectWord("defect.subject.", s.lang())
		s.in.Subject = strings.TrimRight(word+": "+stripRe(s.in.Subject), ": ")
		if err := s.open(); err != nil {
			return err
		}
	} else {
		if err := s.inThread(s.thread); err != nil {
			return err
		}
		s.sayOf(s.thread, "defect.again", notice.Data{"Name": s.who.First(), "Defect": s.defectWord("defect.customer.", s.lang()), "Chat": s.chat()})
	}
	s.plan.Outcome.Reason = "the mail is " + string(s.in.Defect)
	s.attachOriginal()
	return nil
}

// defectWord is what the texts below a key say of the item's defect; "" when it is whole.
func (s *scene) defectWord(key, language string) string {
	if s.in.Defect == message.Whole {
		return ""
	}
	return s.e.Catalogue.Word(notice.Language(language), key+string(s.in.Defect))
}

// putRemarks writes into the items what is wrong with them, above what could be read,
// in the desk's language: the team reads it in the ticket.
func (s *scene) putRemarks() {
	remark := func(in *message.Inbound) {
		if in.Defect != message.Whole {
			word := s.e.Catalogue.Word(notice.Language(s.e.Desk.Language), "defect.remark."+string(in.Defect))
			in.Text = strings.TrimSpace("[" + word + "]\n\n" + in.Text)
		}
	}
	s.plan.Turn.Items = slices.Clone(s.plan.Turn.Items)
	for i := range s.plan.Turn.Items {
		remark(&s.plan.Turn.Items[i])
	}
	remark(&s.in)
}

// attachOriginal gives the mail as it came to those of the team who are told: their
// mail program may have the key, or read what ours cannot.
func (s *scene) attachOriginal() {
	if s.in.Original == "" || s.in.OriginalSize > message.MaxFileSize {
		return
	}
	original := message.Attachment{Name: "original.eml", MediaType: "message/rfc822", Size: s.in.OriginalSize, Digest: s.in.Original}
	for i := range s.plan.Says {
		if say := &s.plan.Says[i]; strings.HasSuffix(say.Key, "."+string(notice.Agent)) {
			say.Attachments = append(slices.Clip(say.Attachments), original)
		}
	}
}

// defectiveByTeam keeps what an agent sent and we cannot read as a note: nothing of it
// may reach a customer (rule 8), and they are told so.
func (s *scene) defectiveByTeam(t *ticket.Ticket) error {
	why := s.defectWord("defect.customer.", s.lang())
	if t == nil {
		s.say("defect.team-lost", notice.Data{"Defect": why})
		s.outcome(message.Talked, "the mail is "+string(s.in.Defect), nil)
		return nil
	}
	s.putRemarks()
	if err := t.Note(s.who, s.saidAs(s.in.Text), s.now); err != nil {
		return s.refused(err)
	}
	s.rest()
	s.change(t)
	s.sayOf(t, "defect.team", notice.Data{"Defect": why})
	s.outcome(message.Added, "kept as a note: the mail is "+string(s.in.Defect), t)
	return nil
}
