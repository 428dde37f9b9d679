package hours_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"recado/core/hours"
)

func TestExplainNamesEachReason(t *testing.T) {
	t.Parallel()
	sp := zone(t, "America/Sao_Paulo")
	c := calendar(t, hours.Options{
		Location: sp,
		Week:     workdays("08:00-12:00"),
		Brazil:   hours.Brazil{National: true, AshWednesday: true, Carnaval: true},
		Closed: []hours.ClosedDate{
			{Date: "2026-12-30", Name: "Inventário"},
			{Date: "2026-12-31", Name: "Confraternização"},
			{Date: "2026-12-26", Name: "Um sábado, que já é livre"},
		},
		Open: []hours.OpenDate{{Date: "2027-01-02", Name: "Plantão", Hours: []string{"09:00-10:00"}}},
	})
	tests := []struct {
		name, from string
		d          time.Duration
		want       []string
	}{
		{"closed dates, a holiday and an extra Saturday in a row", "2026-12-29 11:00", 2 * time.Hour, []string{
			"12-29 11:00 open", "12-29 12:00 night", "12-30 00:00 closed Inventário", "12-31 00:00 closed Confraternização",
			"01-01 00:00 holiday Ano Novo", "01-02 00:00 night", "01-02 09:00 open Plantão",
		}},
		{"two days of Carnaval are one reason", "2026-02-13 12:00", 1, []string{
			"02-13 12:00 night", "02-14 00:00 dayoff", "02-16 00:00 holiday Carnaval", "02-18 00:00 holiday Quarta-feira de Cinzas",
			"02-18 14:00 night", "02-19 08:00 open",
		}},
		{"a Saturday needs no other reason", "2026-12-25 15:00", 1, []string{
			"12-25 15:00 holiday Natal", "12-26 00:00 dayoff", "12-28 00:00 night", "12-28 08:00 open",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, s := range c.Explain(at(t, sp, tt.from), tt.d).Segments {
				got = append(got, strings.TrimSpace(fmt.Sprint(s.From.Format("01-02 15:04 "), s.Kind, " ", s.Name)))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func ExampleCalendar_Due() {
	sp, _ := time.LoadLocation("America/Sao_Paulo")
	work := []string{"08:00-12:00", "13:00-18:00"}
	calendar, err := hours.New(hours.Options{
		Location: sp,
		Week: map[time.Weekday][]string{
			time.Monday: work, time.Tuesday: work, time.Wednesday: work, time.Thursday: work, time.Friday: work,
		},
		Brazil: hours.Brazil{National: true},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	opened := time.Date(2026, 11, 19, 16, 40, 0, 0, sp)
	pauses := hours.Ledger{}.
		Pause(time.Date(2026, 11, 23, 9, 0, 0, 0, sp), "waiting for the customer").
		Resume(time.Date(2026, 11, 23, 11, 0, 0, 0, sp))
	e := calendar.Due(opened, 11*time.Hour, pauses)

	fmt.Println("due", e.Due.Format("Mon 15:04"))
	for _, s := range e.Segments {
		line := fmt.Sprintln(s.From.Format("Mon 02 15:04"), "to", s.To.Format("Mon 02 15:04"), s.Kind, s.Name)
		fmt.Println(strings.TrimSpace(line))
	}
	// Output:
	// due Tue 10:40
	// Thu 19 16:40 to Thu 19 18:00 open
	// Thu 19 18:00 to Fri 20 00:00 night
	// Fri 20 00:00 to Sat 21 00:00 holiday Consciência Negra
	// Sat 21 00:00 to Mon 23 00:00 dayoff
	// Mon 23 00:00 to Mon 23 08:00 night
	// Mon 23 08:00 to Mon 23 09:00 open
	// Mon 23 09:00 to Mon 23 11:00 paused waiting for the customer
	// Mon 23 11:00 to Mon 23 12:00 open
	// Mon 23 12:00 to Mon 23 13:00 break
	// Mon 23 13:00 to Mon 23 18:00 open
	// Mon 23 18:00 to Tue 24 08:00 night
	// Tue 24 08:00 to Tue 24 10:40 open
}
