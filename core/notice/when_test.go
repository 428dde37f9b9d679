package notice

import (
	"testing"
	"time"
)

func TestWhen(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	place, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 22, 30, 0, 0, place)
	for name, tc := range map[string]struct {
		lang string
		at   time.Time
		want string
	}{
		"now":                            {"pt-BR", now, "hoje 22:30"},
		"the first minute of today":      {"pt-BR", time.Date(2026, 3, 2, 0, 0, 0, 0, place), "hoje 00:00"},
		"the last minute of yesterday":   {"pt-BR", time.Date(2026, 3, 1, 23, 59, 0, 0, place), "ontem 23:59"},
		"in two hours, which is another": {"pt-BR", now.Add(2 * time.Hour), "amanhã 00:30"},
		"in another zone, the same day":  {"pt-BR", time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC), "hoje 22:00"},
		"two days ago":                   {"pt-BR", now.AddDate(0, 0, -2), "28/02 22:30"},
		"in two days":                    {"pt-BR", now.AddDate(0, 0, 2), "04/03 22:30"},
		"another year":                   {"pt-BR", time.Date(2025, 12, 31, 8, 5, 0, 0, place), "31/12/2025 08:05"},
		"never":                          {"pt-BR", time.Time{}, "–"},
		"english today":                  {"en", now, "today 22:30"},
		"english":                        {"en", time.Date(2026, 2, 5, 8, 5, 0, 0, place), "Feb 5, 08:05"},
		"english, another year":          {"en", time.Date(2025, 2, 5, 8, 5, 0, 0, place), "Feb 5, 2025 08:05"},
		"spanish tomorrow":               {"es", now.AddDate(0, 0, 1), "mañana 22:30"},
		"spanish":                        {"es", time.Date(2026, 2, 5, 8, 5, 0, 0, place), "05/02 08:05"},
		"an unknown language":            {"fr", now, "hoje 22:30"},
		"no language":                    {"", time.Date(2026, 2, 5, 8, 5, 0, 0, place), "05/02 08:05"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.When(tc.lang, tc.at, now, place); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// Days are counted by midnights, not by hours: a day of a clock change has 23 or 25.
func TestWhenClocksChange(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	place, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		now, at time.Time
		want    string
	}{
		"the short day":  {time.Date(2026, 3, 7, 23, 0, 0, 0, place), time.Date(2026, 3, 8, 23, 30, 0, 0, place), "tomorrow 23:30"},
		"after it":       {time.Date(2026, 3, 9, 0, 10, 0, 0, place), time.Date(2026, 3, 8, 0, 5, 0, 0, place), "yesterday 00:05"},
		"the long day":   {time.Date(2026, 11, 1, 0, 0, 0, 0, place), time.Date(2026, 11, 1, 23, 59, 0, 0, place), "today 23:59"},
		"before the new": {time.Date(2026, 12, 31, 12, 0, 0, 0, place), time.Date(2027, 1, 1, 12, 0, 0, 0, place), "tomorrow 12:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.When("en", tc.at, tc.now, place); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 B", 1: "1 B", 1023: "1023 B", 1024: "1 KB", 1 << 20: "1 MB", 20 << 20: "20 MB", 20<<20 + 600<<10: "21 MB", 5<<20 - 1: "5 MB",
	} {
		if got := Size(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}
