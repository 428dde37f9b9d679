package directory_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recado/core/directory"
	"recado/core/message"
)

func wa(id string) message.Address { return message.Address{Channel: message.WhatsApp, ID: id} }

func TestSpellings(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][]string{
		"5511999990001":   {"5511999990001", "551199990001"},
		"551199990001":    {"551199990001", "5511999990001"},
		"551133330000":    {"551133330000"},                  // a landline
		"5511933330000":   {"5511933330000"},                 // a mobile that was never without its 9
		"5555999990001":   {"5555999990001", "555599990001"}, // Santa Maria
		"555599990001":    {"555599990001", "5555999990001"},
		"555532220000":    {"555532220000"}, // and a landline there
		"12125550100":     {"12125550100"},
		"900000001@lid":   {"900000001@lid"},
		"55119999000@lid": {"55119999000@lid"},
		"5508001234567":   {"5508001234567"},
	} {
		var got []string
		for _, a := range directory.Spellings(wa(id)) {
			got = append(got, a.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", id, got, want)
		}
	}
	if got := directory.Spellings(message.Address{Channel: message.Email, ID: "5511999990001"}); len(got) != 1 {
		t.Errorf("a mail address is spelled in %d ways", len(got))
	}
}

// Spelling is an equivalence: who is written in a second way is written in the first way
// from there, every mobile has two ways, and no landline is a mobile's.
func TestSpellingsAreOneAnother(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		area := rapid.IntRange(11, 99).Draw(t, "area")
		first := rapid.IntRange(2, 9).Draw(t, "first")
		rest := rapid.StringMatching(`[0-9]{7}`).Draw(t, "rest")
		old := wa(fmt.Sprintf("55%d%d%s", area, first, rest))
		all := directory.Spellings(old)
		if first < 6 {
			if len(all) != 1 {
				t.Fatalf("a landline: %v", all)
			}
			if with9 := wa(fmt.Sprintf("55%d9%d%s", area, first, rest)); len(directory.Spellings(with9)) != 1 {
				t.Fatalf("%v is a landline's", with9)
			}
			return
		}
		if len(all) != 2 || all[0] != old || all[1].ID != fmt.Sprintf("55%d9%d%s", area, first, rest) {
			t.Fatalf("got %v", all)
		}
		if back := directory.Spellings(all[1]); len(back) != 2 || back[1] != old {
			t.Fatalf("back: %v", back)
		}
	})
}

func TestMet(t *testing.T) {
	t.Parallel()
	number, short, moved, lid := wa("5511999990001"), wa("551199990001"), wa("5521988880001"), wa("900000001@lid")
	now := then.Add(time.Hour)
	p := directory.Person{Aliases: []directory.Alias{{Address: number, VerifiedAt: then, VerifiedBy: directory.ByAdmin}, proved(mail)}}

	p, changed := p.Met([]message.Address{short, lid}, now)
	if al, ok := p.Alias(short); !changed || !ok || !al.HeardAt.Equal(now) || al.VerifiedBy != directory.ByAdmin || len(p.Aliases) != 3 {
		t.Errorf("as WhatsApp writes it: %+v", p.Aliases)
	}
	if al, _ := p.Alias(lid); al.VerifiedBy != directory.ByUpstream || al.VerifiedAt.IsZero() {
		t.Errorf("the hidden name: %+v", al)
	}
	if _, changed := p.Met([]message.Address{short, lid}, now); changed {
		t.Error("met again, they change")
	}
	if !p.VerifiedAs(number) || !p.VerifiedAs(lid) || p.VerifiedAs(moved) {
		t.Error("a name of theirs is not theirs, or another's is")
	}

	p, _ = p.Met([]message.Address{moved, lid}, now)
	if al, _ := p.Alias(short); !al.DeadAt.Equal(now) {
		t.Errorf("the old number is still written to: %+v", al)
	}
	if got := p.Reach(); !slices.Contains(got, moved) || slices.Contains(got, short) {
		t.Errorf("reached at %v", got)
	}
}

// A hidden name is no way around a wish: it is the same phone.
func TestNoNoticesByAnotherName(t *testing.T) {
	t.Parallel()
	number, lid := wa("5511999990001"), wa("900000001@lid")
	p := directory.Person{Aliases: []directory.Alias{{Address: number, VerifiedAt: then, HeardAt: then, StoppedAt: then}, proved(mail)}}
	p, _ = p.Met([]message.Address{lid, number}, then)
	if al, _ := p.Alias(lid); !al.StoppedAt.Equal(then) {
		t.Errorf("the hidden name takes notices: %+v", al)
	}
	for _, without := range []message.Address{number, lid} {
		if got := p.ReachBut(without); !slices.Equal(got, []message.Address{mail}) {
			t.Errorf("without %s, by %v", without, got)
		}
	}
}

func TestChangedHands(t *testing.T) {
	t.Parallel()
	number, lid, stranger := wa("5511999990001"), wa("900000001@lid"), wa("900000002@lid")
	for name, tc := range map[string]struct {
		aliases []directory.Alias
		names   []message.Address
		want    bool
	}{
		"the same account":              {[]directory.Alias{heard(number), proved(lid)}, []message.Address{number, lid}, false},
		"another account, their number": {[]directory.Alias{heard(number), proved(lid)}, []message.Address{number, stranger}, true},
		"no hidden name was known":      {[]directory.Alias{heard(number)}, []message.Address{number, stranger}, false},
		"a second phone, new to us":     {[]directory.Alias{proved(number), proved(lid)}, []message.Address{number, stranger}, false},
		"without a hidden name":         {[]directory.Alias{heard(number), proved(lid)}, []message.Address{number}, false},
		"in the other spelling":         {[]directory.Alias{heard(number), proved(lid)}, []message.Address{wa("551199990001"), stranger}, true},
	} {
		if got := (directory.Person{Aliases: tc.aliases}).ChangedHands(tc.names); got != tc.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestJoinAndPart(t *testing.T) {
	t.Parallel()
	registered := customer("ana", directory.Standard, aurora)
	registered.Aliases = []directory.Alias{proved(mail), heard(wa("900000001@lid"))}
	thin := customer("celular", directory.Standard, aurora)
	thin.Aliases = []directory.Alias{heard(wa("5511999990001"))}
	withMail, manager, elsewhere := thin, thin, customer("x", directory.Standard, brisa)
	withMail.Aliases = append(slices.Clone(thin.Aliases), proved(mail2))
	manager.Members = []directory.Membership{{Org: aurora, Role: directory.Manager}}
	elsewhere.Aliases = thin.Aliases
	for name, tc := range map[string]struct {
		a, b directory.Person
		kept directory.PersonID // empty: not to be told
	}{
		"a number beside a registered person": {registered, thin, "ana"},
		"the other way round":                 {thin, registered, "ana"},
		"two with mail of their own":          {registered, withMail, ""},
		"one who may more":                    {registered, manager, ""},
		"one of another organisation":         {registered, elsewhere, ""},
		"one who was deactivated":             {registered, inactive(thin), ""},
		"a colleague":                         {registered, bia, ""},
		"one and the same":                    {registered, registered, ""},
	} {
		kept, gone, ok := directory.Joinable(tc.a, tc.b)
		if ok != (tc.kept != "") || ok && (kept.ID != tc.kept || gone.ID == kept.ID) {
			t.Errorf("%s: got %s, %t", name, kept.ID, ok)
		}
	}

	kept, gone, m := directory.Join("m", registered, thin, "", then)
	if len(kept.Aliases) != 3 || len(gone.Aliases) != 0 || gone.Active || m.Kept != "ana" || m.Gone != "celular" {
		t.Errorf("joined: %+v, %+v, %+v", kept, gone, m)
	}
	kept, gone = directory.Part(m, kept, gone)
	if !slices.Equal(kept.Aliases, registered.Aliases) || !slices.Equal(gone.Aliases, thin.Aliases) || !gone.Active {
		t.Errorf("parted: %+v, %+v", kept, gone)
	}
}
