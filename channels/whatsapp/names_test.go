package whatsapp

import (
	"slices"
	"testing"

	"recado/core/message"
)

func (r *rig) says(to message.Address, words string) {
	r.t.Helper()
	if _, err := r.c.Send(r.t.Context(), message.Outbound{ID: r.t.Name() + words, To: to, Text: words}); err != nil {
		r.t.Fatal(err)
	}
	r.ana.Hear(func(got string) bool { return got == words })
}

// Somebody who changes their number is called by the new one from their next words on,
// beside the hidden id that stays; what is still said to the old one reaches them.
func TestANewNumber(t *testing.T) {
	r := newRig(t)
	was := r.tell(text("oi"))
	const newNumber = "5521977770009"
	r.ana.ChangeNumber(newNumber)
	r.says(was.From, "Para o número de antes")
	is := r.tell(text("troquei de número"))
	if is.From.ID != newNumber || !slices.Equal(is.Also, was.Also) || is.Proof != message.ByUpstream {
		t.Errorf("she was %+v %+v, and is %+v %+v", was.From, was.Also, is.From, is.Also)
	}
	r.says(is.From, "Para o número novo")
	r.ana.ChangeNumber(anaNumber)
	if back := r.tell(text("voltei")); back.From != was.From || !slices.Equal(back.Also, was.Also) {
		t.Errorf("back, she is %+v %+v", back.From, back.Also)
	}
}

// Who hides the number (a username) has the hidden id as address, and is answered there.
func TestAHiddenNumber(t *testing.T) {
	r := newRig(t)
	r.ana.Account.HideNumber()
	in := r.tell(text("oi"))
	if in.From.ID != r.ana.Account.LID().User+"@lid" || len(in.Also) != 0 || in.FromName != "Ana" {
		t.Errorf("she is %+v, also %+v, called %q", in.From, in.Also, in.FromName)
	}
	r.says(in.From, "Oi, Ana!")
}
