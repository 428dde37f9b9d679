package notice

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// layouts by language: the same year, and another.
var layouts = map[string][2]string{
	"pt-BR": {"02/01 15:04", "02/01/2006 15:04"},
	"en":    {"Jan 2, 15:04", "Jan 2, 2006 15:04"},
	"es":    {"02/01 15:04", "02/01/2006 15:04"},
}

// When writes a time as people say it, in their place: the hour alone today.
func (c *Catalogue) When(lang string, at, now time.Time, place *time.Location) string {
	if at.IsZero() {
		return "–"
	}
	lang = Language(lang)
	at, now = at.In(place), now.In(place)
	switch days := daysBetween(now, at); days {
	case 0:
		return c.Word(lang, "when.today") + " " + at.Format("15:04")
	case -1:
		return c.Word(lang, "when.yesterday") + " " + at.Format("15:04")
	case 1:
		return c.Word(lang, "when.tomorrow") + " " + at.Format("15:04")
	}
	if at.Year() == now.Year() {
		return at.Format(layouts[lang][0])
	}
	return at.Format(layouts[lang][1])
}

// Stamp writes a time for what stands for days: never "today".
func (c *Catalogue) Stamp(lang string, at time.Time, place *time.Location) string {
	return at.In(place).Format(layouts[Language(lang)][0])
}

// OnPaper writes a time for what is read when nobody knows any more when it was made.
func (c *Catalogue) OnPaper(lang string, at time.Time, place *time.Location) string {
	return at.In(place).Format(layouts[Language(lang)][1])
}

// daysBetween counts midnights.
func daysBetween(from, to time.Time) int {
	a := time.Date(from.Year(), from.Month(), from.Day(), 12, 0, 0, 0, time.UTC)
	b := time.Date(to.Year(), to.Month(), to.Day(), 12, 0, 0, 0, time.UTC)
	return int(b.Sub(a).Hours() / 24)
}

// Size writes a number of bytes: "20 MB".
func Size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.0f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.0f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}

// Decimal is a number with one digit behind the comma, or the point.
func (c *Catalogue) Decimal(lang string, n float64) string {
	text := strconv.FormatFloat(n, 'f', 1, 64)
	if Language(lang) == "en" {
		return text
	}
	return strings.Replace(text, ".", ",", 1)
}
