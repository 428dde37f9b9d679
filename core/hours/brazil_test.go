package hours_test

import (
	"maps"
	"testing"
	"time"

	"github.com/rickar/cal/v2"

	"recado/core/hours"
)

// The dates come from the federal government's yearly lists (Portaria MGI), not from a
// calculation.
func TestBrazilianHolidays(t *testing.T) {
	t.Parallel()
	law, custom := map[string]string{}, map[string]string{}
	for year, movable := range map[string][4]string{ // Good Friday; Carnaval; Corpus Christi
		"2025": {"04-18", "03-03", "03-04", "06-19"},
		"2026": {"04-03", "02-16", "02-17", "06-04"},
		"2027": {"03-26", "02-08", "02-09", "05-27"},
	} {
		for dayInYear, name := range map[string]string{
			"01-01": "Ano Novo", "04-21": "Tiradentes", "05-01": "Dia do Trabalhador", "09-07": "Independência do Brasil",
			"10-12": "Nossa Senhora Aparecida", "11-02": "Finados", "11-15": "Proclamação da República",
			"11-20": "Consciência Negra", "12-25": "Natal", movable[0]: "Sexta-feira Santa",
		} {
			law[year+"-"+dayInYear] = name
		}
		custom[year+"-"+movable[1]], custom[year+"-"+movable[2]] = "Carnaval", "Carnaval"
		custom[year+"-"+movable[3]] = "Corpus Christi"
	}
	sp := zone(t, "America/Sao_Paulo")
	tests := []struct {
		name   string
		brazil hours.Brazil
		want   []map[string]string
	}{
		{"none", hours.Brazil{}, nil},
		{"the law alone", hours.Brazil{National: true}, []map[string]string{law}},
		{"custom alone", hours.Brazil{Carnaval: true, CorpusChristi: true}, []map[string]string{custom}},
		{"both", hours.Brazil{National: true, Carnaval: true, CorpusChristi: true}, []map[string]string{law, custom}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			// Open at the weekend too, so that a holiday on a Sunday can be seen.
			c := calendar(t, hours.Options{Location: sp, Week: everyDay("09:00-10:00"), Brazil: tt.brazil})
			want := map[string]string{}
			for _, list := range tt.want {
				maps.Copy(want, list)
			}
			for d := at(t, sp, "2025-01-01 09:00"); d.Year() < 2028; d = d.AddDate(0, 0, 1) {
				date := d.Format(time.DateOnly)
				name := ""
				if s := c.Explain(d, time.Minute).Segments[0]; s.Kind == hours.Holiday {
					name = s.Name
				}
				if name != want[date] {
					t.Errorf("%s is %q, want %q", date, name, want[date])
				}
			}
		})
	}
}

func TestConsciênciaNegraIsNationalFrom2024(t *testing.T) {
	t.Parallel()
	sp := zone(t, "America/Sao_Paulo")
	c := calendar(t, hours.Options{Location: sp, Week: everyDay("09:00-10:00"), Brazil: hours.Brazil{National: true}})
	for date, open := range map[string]bool{"2022-11-20 09:00": true, "2023-11-20 09:00": true, "2024-11-20 09:00": false} {
		if got := c.Open(at(t, sp, date)); got != open {
			t.Errorf("Open(%s) = %t", date, got)
		}
	}
}

// Not parallel: it changes the zone in which the cal library computes, as the TZ of a
// server in Chile would. Midnight of 7 September 2025 does not exist there.
func TestHolidaysDoNotDependOnTheMachine(t *testing.T) {
	before := cal.DefaultLoc
	t.Cleanup(func() { cal.DefaultLoc = before })
	cal.DefaultLoc = zone(t, "America/Santiago")

	sp := zone(t, "America/Sao_Paulo")
	c := calendar(t, hours.Options{Location: sp, Week: everyDay("09:00-10:00"), Brazil: hours.Brazil{National: true}})
	for date, open := range map[string]bool{"2025-09-06 09:00": true, "2025-09-07 09:00": false} {
		if got := c.Open(at(t, sp, date)); got != open {
			t.Errorf("Open(%s) = %t", date, got)
		}
	}
}
