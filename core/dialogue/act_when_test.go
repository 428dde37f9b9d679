package dialogue

import (
	"testing"
	"time"
)

// What agents write for a due time, said on Monday 2026-11-23 at 09:00 in São Paulo.
func TestParseWhen(t *testing.T) {
	t.Parallel()
	place := time.FixedZone("BRT", -3*3600)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, place)
	for text, want := range map[string]struct{ at, rest string }{
		"amanhã 14h":                          {"2026-11-24 14:00", ""},
		"amanhã 14h aguardando o fornecedor":  {"2026-11-24 14:00", "aguardando o fornecedor"},
		"amanhã às 14h30, o cliente pediu":    {"2026-11-24 14:30", "o cliente pediu"},
		"Amanhã 14 horas (peça em falta)":     {"2026-11-24 14:00", "peça em falta"},
		"amanhã 14":                           {"2026-11-24 14:00", ""},
		"amanhã, 14 clientes parados":         {"2026-11-24 18:00", "14 clientes parados"},
		"amanhã":                              {"2026-11-24 18:00", ""},
		"hoje 18:30":                          {"2026-11-23 18:30", ""},
		"17h":                                 {"2026-11-23 17:00", ""},
		"8h":                                  {"2026-11-24 08:00", ""},
		"até sexta-feira":                     {"2026-11-27 18:00", ""},
		"sexta 10h":                           {"2026-11-27 10:00", ""},
		"segunda":                             {"2026-11-30 18:00", ""},
		"depois de amanhã 9h":                 {"2026-11-25 09:00", ""},
		"25/12":                               {"2026-12-25 18:00", ""},
		"dia 5/1 9h":                          {"2027-01-05 09:00", ""},
		"05/02/2027 10:00 por causa da safra": {"2027-02-05 10:00", "por causa da safra"},
		"2026-12-01 14:00":                    {"2026-12-01 14:00", ""},
		"2026-12-01T14:00:00-03:00":           {"2026-12-01 14:00", ""},
		"em 2 horas":                          {"2026-11-23 11:00", ""},
		"em 2h":                               {"2026-11-23 11:00", ""},
		"daqui a 3 dias; férias":              {"2026-11-26 09:00", "férias"},
		"in 30 minutes":                       {"2026-11-23 09:30", ""},
		"tomorrow 2pm":                        {"2026-11-24 14:00", ""},
		"tomorrow at 2 pm vendor is out":      {"2026-11-24 14:00", "vendor is out"},
		"next friday noon":                    {"2026-11-27 12:00", ""},
		"mañana a las 16:00":                  {"2026-11-24 16:00", ""},
		"pasado mañana":                       {"2026-11-25 18:00", ""},
		"el jueves 9h":                        {"2026-11-26 09:00", ""},
		"nenhum":                              {"", ""},
		"sem prazo, cliente viajou":           {"", "cliente viajou"},
	} {
		at, rest, ok := parseWhen(text, now, "pt-BR")
		got := ""
		if !at.IsZero() {
			got = at.In(place).Format("2006-01-02 15:04")
		}
		if !ok || got != want.at || rest != want.rest {
			t.Errorf("%q: %q, %q, %t; want %q, %q", text, got, rest, ok, want.at, want.rest)
		}
	}
	if at, _, ok := parseWhen("12/25 2pm", now, "en"); !ok || at.Format("01-02 15:04") != "12-25 14:00" {
		t.Errorf("in English: %s, %t", at, ok)
	}
	for _, text := range []string{
		"", "assim que der", "vamos responder amanhã", "32/13", "30/02", "amanhã de manhã", "amanhã cedo", "em 3 dias úteis", "in 3 business days",
		"14", "25h", "em breve", "em 0 dias", "sexta que vem", "mañana por la mañana", "logo",
	} {
		if at, rest, ok := parseWhen(text, now, "pt-BR"); ok {
			t.Errorf("%q was read as %s and %q", text, at, rest)
		}
	}
}

func FuzzParseWhen(f *testing.F) {
	for _, seed := range []string{"amanhã 14h x", "em 2 horas", "25/12/99", "day after tomorrow 2 pm", "2026-12-01T14:00:00Z", "１/２"} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, text string) {
		at, _, ok := parseWhen(text, now, "en")
		if !ok && !at.IsZero() {
			t.Errorf("%q: a time that is none: %s", text, at)
		}
	})
}
