package hours_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"recado/core/hours"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	monday := func(blocks ...string) map[time.Weekday][]string {
		return map[time.Weekday][]string{time.Monday: blocks}
	}
	tests := []struct {
		name   string
		change func(*hours.Options) // of a calendar that is right
		field  string
		kind   error
		says   string
	}{
		{"no location", func(o *hours.Options) { o.Location = nil }, "Location", hours.ErrLocation, "Falta o fuso"},
		{"the machine's location", func(o *hours.Options) { o.Location = time.Local }, "Location", hours.ErrLocation, "muda de uma máquina"},
		{"no hours at all", func(o *hours.Options) { o.Week = nil }, "Week", hours.ErrEmpty, "Falta o horário"},
		{"a day without blocks only", func(o *hours.Options) { o.Week = monday() }, "Week", hours.ErrEmpty, "Falta o horário"},
		{"an eighth weekday", func(o *hours.Options) { o.Week[7] = []string{"08:00-12:00"} }, "Week", hours.ErrDate, "não existe"},
		{"always and a week", func(o *hours.Options) { o.Always = true }, "Always", hours.ErrConflict, "24 horas"},
		{"hours in words", func(o *hours.Options) { o.Week = monday("8h às 12h") }, "Week.Monday[0]", hours.ErrHours, "“8h às 12h”"},
		{"no end", func(o *hours.Options) { o.Week = monday("08:00") }, "Week.Monday[0]", hours.ErrHours, "Não entendi"},
		{"a 25th hour", func(o *hours.Options) { o.Week = monday("08:00-25:00") }, "Week.Monday[0]", hours.ErrHours, "Não entendi"},
		{"past 24:00", func(o *hours.Options) { o.Week = monday("08:00-24:01") }, "Week.Monday[0]", hours.ErrHours, "Não entendi"},
		{"past midnight", func(o *hours.Options) { o.Week = monday("08:00-12:00", "22:00-06:00") }, "Week.Monday[1]", hours.ErrHours, "divida em dois"},
		{"an empty block", func(o *hours.Options) { o.Week = monday("08:00-08:00") }, "Week.Monday[0]", hours.ErrHours, "antes de começar"},
		{"an overlap", func(o *hours.Options) { o.Week = monday("11:00-18:00", "08:00-12:00") }, "Week.Monday", hours.ErrConflict, "08:00-12:00 e 11:00-18:00 se sobrepõem"},
		{"closed on no date", func(o *hours.Options) { o.Closed = []hours.ClosedDate{{Date: "2026-02-29", Name: "x"}} }, "Closed[0].Date", hours.ErrDate, "“2026-02-29”"},
		{"closed on no date of any year", func(o *hours.Options) { o.Closed = []hours.ClosedDate{{Date: "02-30", Name: "x"}} }, "Closed[0].Date", hours.ErrDate, "“02-30”"},
		{"closed without a reason", func(o *hours.Options) { o.Closed = []hours.ClosedDate{{Date: "01-25", Name: " "}} }, "Closed[0].Name", hours.ErrName, "01-25"},
		{"closed for bad hours", func(o *hours.Options) { o.Closed = []hours.ClosedDate{{Date: "01-25", Name: "x", Hours: "tarde"}} }, "Closed[0].Hours", hours.ErrHours, "“tarde”"},
		{"open on no date", func(o *hours.Options) {
			o.Open = []hours.OpenDate{{Date: "24/12/2026", Hours: []string{"08:00-12:00"}}}
		}, "Open[0].Date", hours.ErrDate, "“24/12/2026”"},
		{"open every year", func(o *hours.Options) {
			o.Open = []hours.OpenDate{{Date: "12-24", Hours: []string{"08:00-12:00"}}}
		}, "Open[0].Date", hours.ErrDate, "“12-24”"},
		{"open without hours", func(o *hours.Options) { o.Open = []hours.OpenDate{{Date: "2026-12-24"}} }, "Open[0].Hours", hours.ErrEmpty, "2026-12-24"},
		{"open twice", func(o *hours.Options) {
			o.Open = []hours.OpenDate{{Date: "2026-12-24", Hours: []string{"08:00-09:00"}}, {Date: "2026-12-24", Hours: []string{"10:00-11:00"}}}
		}, "Open[1].Date", hours.ErrConflict, "duas vezes"},
		{"open and closed", func(o *hours.Options) {
			o.Open = []hours.OpenDate{{Date: "2026-12-24", Hours: []string{"08:00-09:00"}}}
			o.Closed = []hours.ClosedDate{{Date: "2026-12-24", Name: "x"}}
		}, "Closed[0].Date", hours.ErrConflict, "fechado e como aberto"},
		{"closed nearly every day", func(o *hours.Options) {
			for d := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == 2026; d = d.AddDate(0, 0, 1) {
				o.Closed = append(o.Closed, hours.ClosedDate{Date: d.Format("01-02"), Name: "x"})
			}
		}, "Closed", hours.ErrTooMany, "365"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := hours.Options{Location: zone(t, "America/Sao_Paulo"), Week: monday("08:00-12:00")}
			tt.change(&o)
			_, err := hours.New(o)
			var wrong *hours.OptionsError
			if !errors.As(err, &wrong) || len(wrong.Problems) != 1 {
				t.Fatalf("New: %v, want one problem", err)
			}
			p := wrong.Problems[0]
			if p.Field != tt.field || !errors.Is(err, tt.kind) || !strings.Contains(p.Text, tt.says) {
				t.Errorf("problem %+v, want %v in %s, saying %q", p, tt.kind, tt.field, tt.says)
			}
		})
	}
}

func TestNewNamesEveryProblem(t *testing.T) {
	t.Parallel()
	_, err := hours.New(hours.Options{
		Week:   map[time.Weekday][]string{time.Friday: {"9"}, time.Monday: {"8"}},
		Closed: []hours.ClosedDate{{Date: "nunca"}},
	})
	const want = `hours: Location "": no usable location; Week.Monday[0] "8": bad hours; Week.Friday[0] "9": bad hours; ` +
		`Closed[0].Name "": name missing; Closed[0].Date "nunca": bad date`
	if err == nil || err.Error() != want {
		t.Errorf("New: %v\nwant %s", err, want)
	}
}

func TestNewIsLenientAboutForm(t *testing.T) {
	t.Parallel()
	sp := zone(t, "America/Sao_Paulo")
	c := calendar(t, hours.Options{
		Location: sp,
		Week:     map[time.Weekday][]string{time.Monday: {"13:00 - 24:00", "8:00-12:00", "12:00-13:00"}},
		Closed:   []hours.ClosedDate{{Date: " 02-29 ", Name: "dia que falta"}},
	})
	if got := c.Between(at(t, sp, "2026-11-09 00:00"), at(t, sp, "2026-11-10 00:00")); got != 16*time.Hour {
		t.Errorf("a Monday has %s, want 16h", got)
	}
	// 29 February is a Monday in 2044.
	if got := c.Between(at(t, sp, "2044-02-29 00:00"), at(t, sp, "2044-03-01 00:00")); got != 0 {
		t.Errorf("29 February has %s, want none", got)
	}
}

// The worst calendar that New takes: one block a week, and every closed date on it.
func TestTheEmptiestCalendarOpens(t *testing.T) {
	t.Parallel()
	sp := zone(t, "America/Sao_Paulo")
	o := hours.Options{
		Location: sp,
		Week:     map[time.Weekday][]string{time.Monday: {"08:00-12:00"}},
		Brazil:   hours.Brazil{National: true, Carnaval: true, AshWednesday: true, CorpusChristi: true},
	}
	monday := at(t, sp, "2026-01-05 00:00")
	for i := range 30 {
		o.Closed = append(o.Closed, hours.ClosedDate{Date: monday.AddDate(0, 0, 7*i).Format("01-02"), Name: "férias"})
	}
	for i := range 52 {
		o.Closed = append(o.Closed, hours.ClosedDate{Date: monday.AddDate(0, 0, 7*i).Format(time.DateOnly), Name: "ano sabático"})
	}
	want := at(t, sp, "2027-01-04 08:00") // 01-05 is not this Monday's date any more
	if got := calendar(t, o).NextOpen(monday); !got.Equal(want) {
		t.Errorf("opens again on %s, want %s", got, want)
	}
}
