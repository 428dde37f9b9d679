package hours_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the tests must not depend on the machine's zones

	"recado/core/hours"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func calendar(t testing.TB, o hours.Options) *hours.Calendar {
	t.Helper()
	c, err := hours.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// workdays gives every day from Monday to Friday the same blocks.
func workdays(blocks ...string) map[time.Weekday][]string {
	week := map[time.Weekday][]string{}
	for d := time.Monday; d <= time.Friday; d++ {
		week[d] = blocks
	}
	return week
}

// everyDay gives all seven days the same blocks.
func everyDay(blocks ...string) map[time.Weekday][]string {
	week := workdays(blocks...)
	week[time.Saturday], week[time.Sunday] = blocks, blocks
	return week
}

// desk is the usual Brazilian desk: lunch from 12 to 13, every day off that there is.
func desk(t testing.TB) hours.Options {
	return hours.Options{
		Location: zone(t, "America/Sao_Paulo"),
		Week:     workdays("08:00-12:00", "13:00-18:00"),
		Brazil:   hours.Brazil{National: true, Carnaval: true, AshWednesday: true, CorpusChristi: true},
		Closed: []hours.ClosedDate{
			{Date: "01-25", Name: "Aniversário de São Paulo"},
			{Date: "2026-06-24", Name: "Jogo do Brasil", Hours: "15:00-18:00"},
		},
		Open: []hours.OpenDate{
			{Date: "2026-12-24", Name: "Véspera de Natal", Hours: []string{"08:00-12:00"}},
			{Date: "2026-11-15", Name: "Plantão", Hours: []string{"09:00-12:00"}},
		},
	}
}

// at reads "2026-11-19 16:40" on the wall clock of a place.
func at(t testing.TB, loc *time.Location, text string) time.Time {
	t.Helper()
	layout := "2006-01-02 15:04"
	if len(text) > len(layout) {
		layout = "2006-01-02 15:04 -0700"
	}
	when, err := time.ParseInLocation(layout, text, loc)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

func TestAdd(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, from string
		d          time.Duration
		want       string
	}{
		{"within a block", "2026-11-10 09:00", 2 * time.Hour, "2026-11-10 11:00"},
		{"over lunch", "2026-11-10 11:30", time.Hour, "2026-11-10 13:30"},
		{"ends exactly at lunch, not after it", "2026-11-10 11:00", time.Hour, "2026-11-10 12:00"},
		{"ends exactly at the end of the week", "2026-11-13 17:00", time.Hour, "2026-11-13 18:00"},
		{"over night", "2026-11-10 17:30", time.Hour, "2026-11-11 08:30"},
		{"over the weekend", "2026-11-06 17:00", 2 * time.Hour, "2026-11-09 09:00"},
		{"asked at lunch", "2026-11-10 12:20", time.Hour, "2026-11-10 14:00"},
		{"asked on a Sunday", "2026-11-08 03:00", time.Hour, "2026-11-09 09:00"},
		{"nothing to wait for", "2026-11-08 03:00", 0, "2026-11-08 03:00"},
		{"less than nothing", "2026-11-10 09:00", -time.Hour, "2026-11-10 09:00"},
		{"a whole week of work", "2026-11-09 08:00", 45 * time.Hour, "2026-11-13 18:00"},

		{"New Year 2025, a Wednesday", "2024-12-31 17:00", 2 * time.Hour, "2025-01-02 09:00"},
		{"Carnaval 2025 until Ash Wednesday 14:00", "2025-02-28 17:00", 2 * time.Hour, "2025-03-05 15:00"},
		{"Good Friday and Tiradentes 2025 make four days", "2025-04-17 17:00", 2 * time.Hour, "2025-04-22 09:00"},
		{"Corpus Christi 2025", "2025-06-18 17:30", time.Hour, "2025-06-20 08:30"},
		{"Consciência Negra 2025, a Thursday", "2025-11-19 17:30", time.Hour, "2025-11-21 08:30"},
		{"Carnaval 2026", "2026-02-13 17:00", 2 * time.Hour, "2026-02-18 15:00"},
		{"Good Friday 2026", "2026-04-02 17:30", time.Hour, "2026-04-06 08:30"},
		{"Independência 2026, a Monday", "2026-09-04 17:30", time.Hour, "2026-09-08 08:30"},
		{"Carnaval 2027", "2027-02-05 17:00", 2 * time.Hour, "2027-02-10 15:00"},
		{"Good Friday 2027", "2027-03-25 17:30", time.Hour, "2027-03-29 08:30"},
		{"Corpus Christi 2027", "2027-05-26 17:30", time.Hour, "2027-05-28 08:30"},

		{"a city's day in 2027, a Monday", "2027-01-22 17:30", time.Hour, "2027-01-26 08:30"},
		{"half an afternoon for the match", "2026-06-24 14:00", 2 * time.Hour, "2026-06-25 09:00"},
		{"an extra morning on a closed day", "2026-11-13 17:30", 2 * time.Hour, "2026-11-15 10:30"},
		{"Christmas Eve only until noon", "2026-12-24 11:00", 2 * time.Hour, "2026-12-28 09:00"},
	}
	c := calendar(t, desk(t))
	sp := zone(t, "America/Sao_Paulo")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			from, want := at(t, sp, tt.from), at(t, sp, tt.want)
			if got := c.Add(from, tt.d); !got.Equal(want) || got.Location().String() != sp.String() {
				t.Errorf("Add(%s, %s) = %s, want %s", tt.from, tt.d, got, want)
			}
			if tt.d < 0 {
				return
			}
			if got := c.Between(from, want); got != tt.d {
				t.Errorf("Between(%s, %s) = %s, want %s", tt.from, tt.want, got, tt.d)
			}
			if got := c.Between(want, from); got != -tt.d {
				t.Errorf("Between(%s, %s) = %s, want %s", tt.want, tt.from, got, -tt.d)
			}
		})
	}
}

func TestOpenAndNextOpen(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, at, next string // next equal to at: open
	}{
		{"first minute", "2026-11-10 08:00", "2026-11-10 08:00"},
		{"before the first", "2026-11-10 07:59", "2026-11-10 08:00"},
		{"noon is lunch already", "2026-11-10 12:00", "2026-11-10 13:00"},
		{"18:00 is over", "2026-11-10 18:00", "2026-11-11 08:00"},
		{"Friday evening", "2026-11-13 18:00", "2026-11-15 09:00"}, // the extra Sunday
		{"Ash Wednesday at 13:59", "2026-02-18 13:59", "2026-02-18 14:00"},
		{"Ash Wednesday at 14:00", "2026-02-18 14:00", "2026-02-18 14:00"},
		{"kick-off", "2026-06-24 15:00", "2026-06-25 08:00"},
		{"Christmas Eve, afternoon", "2026-12-24 13:00", "2026-12-28 08:00"},
	}
	c := calendar(t, desk(t))
	sp := zone(t, "America/Sao_Paulo")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			when, next := at(t, sp, tt.at), at(t, sp, tt.next)
			if got := c.NextOpen(when); !got.Equal(next) {
				t.Errorf("NextOpen(%s) = %s, want %s", tt.at, got, tt.next)
			}
			if got := c.Open(when); got != when.Equal(next) {
				t.Errorf("Open(%s) = %t", tt.at, got)
			}
		})
	}
}

func TestClockChanges(t *testing.T) {
	t.Parallel()
	const ny, santiago, howe = "America/New_York", "America/Santiago", "Australia/Lord_Howe"
	tests := []struct {
		name, zone string
		week       map[time.Weekday][]string
		from       string
		d          time.Duration
		want       string
	}{
		{"office hours keep to the wall clock in spring", ny, workdays("09:00-18:00"), "2026-03-06 17:00", 2 * time.Hour, "2026-03-09 10:00 -0400"},
		{"and in autumn", ny, workdays("09:00-18:00"), "2026-10-30 17:00", 2 * time.Hour, "2026-11-02 10:00 -0500"},
		{"a spring day round the clock has 23 hours", ny, everyDay("00:00-24:00"), "2026-03-08 00:00", 23 * time.Hour, "2026-03-09 00:00 -0400"},
		{"an autumn day has 25", ny, everyDay("00:00-24:00"), "2026-11-01 00:00", 25 * time.Hour, "2026-11-02 00:00 -0500"},
		{"a block over the lost hour is an hour shorter", ny, everyDay("01:30-05:00"), "2026-03-08 00:00", 150 * time.Minute, "2026-03-08 05:00 -0400"},
		{"a block over the repeated hour is an hour longer", ny, everyDay("00:30-05:00"), "2026-11-01 00:00", 330 * time.Minute, "2026-11-01 05:00 -0500"},
		{"a block that begins in the lost hour begins at the jump", ny, everyDay("02:30-04:00"), "2026-03-08 00:00", time.Minute, "2026-03-08 03:01 -0400"},
		{"a block within the lost hour is not there that day", ny, everyDay("02:10-02:50"), "2026-03-08 00:00", time.Minute, "2026-03-09 02:11 -0400"},
		{"a block that begins in the repeated hour begins at its first coming", ny, everyDay("01:30-05:00"), "2026-11-01 00:00", time.Minute, "2026-11-01 01:31 -0400"},
		{"and one that ends in it ends at the first", ny, everyDay("00:30-01:30"), "2026-11-01 00:00", time.Hour, "2026-11-01 01:30 -0400"},
		{"where midnight is lost the day begins at one", santiago, everyDay("00:00-24:00"), "2025-09-07 01:00", 23 * time.Hour, "2025-09-08 00:00 -0300"},
		{"where midnight is lost no minute before it is", santiago, everyDay("23:00-24:00"), "2025-09-06 22:00", time.Hour, "2025-09-07 01:00 -0300"},
		{"where the last hour comes twice the day has 25", santiago, everyDay("00:00-24:00"), "2026-04-04 00:00", 25 * time.Hour, "2026-04-05 00:00 -0400"},
		// East of Greenwich time.Date takes the other one of two offsets.
		{"a block that begins in Lord Howe's lost half hour", howe, everyDay("02:15-04:00"), "2025-10-05 00:00", time.Minute, "2025-10-05 02:31 +1100"},
		{"a block that begins in its repeated half hour", howe, everyDay("01:45-04:00"), "2026-04-05 00:00", time.Minute, "2026-04-05 01:46 +1100"},
		{"half an hour is lost on Lord Howe", howe, everyDay("00:00-24:00"), "2025-10-05 00:00", 23*time.Hour + 30*time.Minute, "2025-10-06 00:00 +1100"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, tt.zone)
			c := calendar(t, hours.Options{Location: loc, Week: tt.week})
			from, want := at(t, loc, tt.from), at(t, loc, tt.want)
			if got := c.Add(from, tt.d); !got.Equal(want) {
				t.Errorf("Add(%s, %s) = %s, want %s", from, tt.d, got, want)
			}
			if got := c.Between(from, want); got != tt.d {
				t.Errorf("Between(%s, %s) = %s, want %s", from, want, got, tt.d)
			}
		})
	}
}

// Not parallel: AllocsPerRun forbids it.
func TestAlwaysOpen(t *testing.T) {
	sp := zone(t, "America/Sao_Paulo")
	var zero hours.Calendar
	for name, c := range map[string]*hours.Calendar{"zero value": &zero, "option": calendar(t, hours.Options{Location: sp, Always: true})} {
		t.Run(name, func(t *testing.T) {
			from := at(t, sp, "2026-12-25 03:00")
			want := from.Add(30 * time.Hour)
			if got := c.Add(from, 30*time.Hour); !got.Equal(want) {
				t.Errorf("Add = %s, want %s", got, want)
			}
			if got := c.Add(from, -time.Hour); !got.Equal(from) {
				t.Errorf("an hour less than nothing ends at %s, want %s", got, from)
			}
			if got := c.Between(from, want); got != 30*time.Hour {
				t.Errorf("Between = %s", got)
			}
			if !c.Open(from) || !c.NextOpen(from).Equal(from) {
				t.Error("closed at Christmas")
			}
			if e := c.Explain(from, 30*time.Hour); !e.Due.Equal(want) || len(e.Segments) != 1 || e.Segments[0].Kind != hours.Open {
				t.Errorf("Explain = %+v", e)
			}
			if n := testing.AllocsPerRun(10, func() { c.Between(from, c.Add(from, time.Hour)) }); n != 0 {
				t.Errorf("%v allocations, want none", n)
			}
		})
	}
}

// An instant from time.Now carries a second reading, by which time.Time.Sub would
// measure something other than what comes back from a database.
func TestAddDropsTheMonotonicReading(t *testing.T) {
	t.Parallel()
	var zero hours.Calendar
	for _, c := range []*hours.Calendar{&zero, calendar(t, desk(t))} {
		if got := c.Add(time.Now(), 0); got != got.Round(0) {
			t.Errorf("Add kept it: %s", got)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	c := calendar(b, desk(b))
	from := at(b, zone(b, "America/Sao_Paulo"), "2026-11-13 16:40")
	for name, d := range map[string]time.Duration{"8h": 8 * time.Hour, "2340h, a year": 2340 * time.Hour} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Add(from, d)
			}
		})
	}
}
