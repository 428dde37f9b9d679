package play

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseLine(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]Step{
		"given ana is a manager of X": {Verb: Given, Text: "ana is a manager of X", Args: map[string]string{}},
		"at 2026-11-23 09:00":         {Verb: At, Args: map[string]string{"time": "2026-11-23 09:00"}},
		"3 days pass":                 {Verb: Passes, Args: map[string]string{"count": "3", "unit": "day"}},
		"1 minute passes":             {Verb: Passes, Args: map[string]string{"count": "1", "unit": "minute"}},
		"kill":                        {Verb: Kill, Args: map[string]string{}},
		"ana on whatsapp      oi":     {Verb: Says, Who: "ana", Text: "oi", Args: map[string]string{"channel": "whatsapp"}},
		`ana on email, subject "Re: a, b"   texto`:            {Verb: Says, Who: "ana", Text: "texto", Args: map[string]string{"channel": "email", "subject": "Re: a, b"}},
		"ana on whatsapp, with foto.png 2 KB, b.pdf 1 MB":     {Verb: Says, Who: "ana", Args: map[string]string{"channel": "whatsapp", "files": "foto.png 2 KB, b.pdf 1 MB"}},
		`ana on email, encrypted, subject "x"`:                {Verb: Says, Who: "ana", Args: map[string]string{"channel": "email", "defect": "encrypted", "subject": "x"}},
		`ana on email, forged, subject "x"   y`:               {Verb: Says, Who: "ana", Text: "y", Args: map[string]string{"channel": "email", "forged": "forged", "subject": "x"}},
		"bia replies   // nota":                               {Verb: Says, Who: "bia", Text: "// nota", Args: map[string]string{"reply": "replies"}},
		"bia replies to 2026-000001   ok":                     {Verb: Says, Who: "bia", Text: "ok", Args: map[string]string{"reply": "replies", "number": "2026-000001"}},
		"bia in thread 2026-000001   ok":                      {Verb: Says, Who: "bia", Text: "ok", Args: map[string]string{"thread": "2026-000001"}},
		"ana replies automatically   férias":                  {Verb: Says, Who: "ana", Text: "férias", Args: map[string]string{"reply": "replies", "auto": "automatically"}},
		"ana edits on whatsapp   a => b":                      {Verb: Edits, Who: "ana", Text: "b", Args: map[string]string{"channel": "whatsapp", "old": "a"}},
		"ana deletes on whatsapp   a":                         {Verb: Takes, Who: "ana", Text: "a", Args: map[string]string{"channel": "whatsapp"}},
		"ana reacts on whatsapp   👍":                          {Verb: Reacts, Who: "ana", Text: "👍", Args: map[string]string{"channel": "whatsapp"}},
		"bia discards on the page":                            {Verb: Judges, Who: "bia", Args: map[string]string{"verdict": "discards"}},
		"ana rates on the page   service=5 solution=4 Ótimo!": {Verb: Rates, Who: "ana", Text: "Ótimo!", Args: map[string]string{"service": "5", "solution": "4"}},
		"mail to ana bounces, forged   5.1.1 no":              {Verb: Fails, Who: "ana", Text: "5.1.1 no", Args: map[string]string{"fate": "bounces", "forged": "forged"}},
		"recado to ana   ~ um = dois ~ três":                  {Verb: Hears, Who: "ana", Text: "~ um = dois ~ três", Args: map[string]string{}},
		"recado to ana on email   nothing":                    {Verb: Hears, Who: "ana", Text: "nothing", Args: map[string]string{"channel": "email"}},
		"recado to ana   /a|b/":                               {Verb: Hears, Who: "ana", Text: "/a|b/", Args: map[string]string{}},
		`ticket 2026-000001   status=open subject="a b"`:      {Verb: Ticket, Text: `status=open subject="a b"`, Args: map[string]string{"number": "2026-000001"}},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			got, err := parseLine(line)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, want)
			}
		})
	}
}

func TestParseTellsTheLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Título\n\nana fala oi":              "x.txt:3",
		"Título\n   continua nada":           "x.txt:2",
		"Título\nrecado to ana  oi":          "x.txt:2",
		"Título\nana on whatsapp sem lacuna": "x.txt:2",
		"Título\n":                           "no steps",
	} {
		if _, err := Parse("x.txt", strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q in it", text, err, want)
		}
	}
}

func TestParseJoinsLines(t *testing.T) {
	t.Parallel()
	s, err := Parse("x.txt", strings.NewReader("Título\n\nana on whatsapp   um\n    dois\n# nada\n    três\n"))
	if err != nil {
		t.Fatal(err)
	}
	if s.Title != "Título" || len(s.Steps) != 1 || s.Steps[0].Text != "um\ndois\ntrês" || s.Steps[0].Line != 3 {
		t.Errorf("got %+v", s)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("Título\nana on whatsapp   oi\nrecado to ana   ~ olá")
	f.Add("given x\n\t y\nkill")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("x", strings.NewReader(text))
		if err == nil && len(s.Steps) == 0 {
			t.Error("a transcript without steps was accepted")
		}
	})
}
