package dialogue

import (
	"context"
	"time"

	"recado/core/message"
	"recado/core/notice"
)

// Alarm is a part of the desk in trouble, or well again.
type Alarm struct {
	Part    string // for people, such as "WhatsApp principal"
	Trouble message.Trouble
	Detail  string // in the part's own words
	Since   time.Time
	Until   time.Time    // when it ends by itself, or gets worse; zero: not known
	Mend    message.Link // the page where it can be mended; zero: there is none
	Over    bool
}

// Alarm tells the supervisors, by mail where they have it: what is in trouble may be the
// other way to them.
func (e *Engine) Alarm(ctx context.Context, tx Tx, a Alarm) error {
	team, err := tx.Team(ctx)
	if err != nil {
		return err
	}
	key := "notice.trouble"
	if a.Over {
		key = "notice.mended"
	}
	if err := e.postToManagement(ctx, tx, key, e.alarmData(a, notice.Language(e.Desk.Language), e.Location)); err != nil {
		return err
	}
	for _, p := range supervisorsOf(team) {
		lang := notice.Language(orElse(p.Language, e.Desk.Language))
		data := e.alarmData(a, lang, e.placeOf(p))
		say := Say{Language: lang, Key: key, Data: data, Subject: e.Catalogue.Word(lang, "trouble.subject") + ": " + a.Part}
		if a.Mend != (message.Link{}) && !a.Over {
			say.Link = &message.Link{Purpose: a.Mend.Purpose, Subject: a.Mend.Subject, Label: e.Catalogue.Word(lang, "trouble.page")}
		}
		for _, say.To = range byMail(p.Reach()) {
			out, err := e.render(say, nil)
			if err != nil {
				return err
			}
			if err := tx.Post(ctx, out); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) alarmData(a Alarm, lang string, place *time.Location) notice.Data {
	data := notice.Data{
		"Part": a.Part, "What": e.Catalogue.Word(lang, "trouble."+string(a.Trouble)), "Detail": a.Detail,
		"Since": e.Catalogue.When(lang, a.Since, e.Now(), place), "Until": "",
	}
	if !a.Until.IsZero() {
		data["Until"] = e.Catalogue.When(lang, a.Until, e.Now(), place)
	}
	return data
}

// byMail is somebody's mail alone, where they have some.
func byMail(reach []message.Address) []message.Address {
	for i, a := range reach {
		if a.Channel == message.Email {
			return reach[i : i+1]
		}
	}
	return reach
}

// Elsewhere says by mail what its own channel cannot send now, and has not been able to
// for long, if its reader has mail; that is a remark in the ticket. False: it waits.
func (e *Engine) Elsewhere(ctx context.Context, tx Tx, u Undelivered) (bool, error) {
	u.Why = message.ChannelDown
	l, err := e.refusedToUs(ctx, tx, u)
	if err != nil || l.via.Channel != message.Email {
		return false, err
	}
	if !l.again { // it was told there when it was told here
		return true, nil
	}
	if err := tx.Post(ctx, e.elsewhere(l.sent.Out, l.via)); err != nil {
		return false, err
	}
	said, err := e.noteLost(l, u.Said)
	if err != nil {
		return false, err
	}
	said.At, said.Via = e.Now(), l.sent.Out.To.Channel
	l.ticket.RemarkMachine("", said, said.At)
	return true, tx.Update(ctx, l.ticket)
}
