package dialogue

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// endOfDay is the hour that is meant where only a day is said.
const endOfDay = 18

// Words of times, folded.
var (
	dayWords = inverted(map[int][]string{0: {"hoje", "today", "hoy"}, 1: {"amanha", "tomorrow", "manana"}})
	weekdays = inverted(map[time.Weekday][]string{
		time.Sunday:    {"domingo", "dom", "sunday", "sun"},
		time.Monday:    {"segunda", "segunda feira", "seg", "monday", "mon", "lunes", "lun"},
		time.Tuesday:   {"terca", "terca feira", "ter", "tuesday", "tue", "martes"},
		time.Wednesday: {"quarta", "quarta feira", "qua", "wednesday", "wed", "miercoles", "mie"},
		time.Thursday:  {"quinta", "quinta feira", "qui", "thursday", "thu", "jueves", "jue"},
		time.Friday:    {"sexta", "sexta feira", "sex", "friday", "fri", "viernes", "vie"},
		time.Saturday:  {"sabado", "sab", "saturday", "sat"},
	})
	unitWords = inverted(map[time.Duration][]string{
		time.Minute:        {"minuto", "minutos", "min", "minute", "minutes"},
		time.Hour:          {"hora", "horas", "h", "hour", "hours"},
		24 * time.Hour:     {"dia", "dias", "day", "days"},
		7 * 24 * time.Hour: {"semana", "semanas", "week", "weeks"},
	})
	noTime    = []string{"nenhum", "sem prazo", "none", "no due time", "ninguno", "sin plazo"}
	dayAfter  = []string{"depois de amanha", "day after tomorrow", "the day after tomorrow", "pasado manana"}
	within    = []string{"em", "daqui a", "dentro de", "in", "within", "en"}
	timeLinks = []string{
		"ate as", "ate a", "ate", "dia", "as", "a las", "a la", "a", "para", "no", "na", "el", "la", "on", "at", "by", "until",
		"next", "proxima", "proximo", "this",
	}
	workingDays = []string{"uteis", "util", "habiles", "habil", "business", "working"}
	partsOfDay  = []string{"de manha", "cedo", "a tarde", "de tarde", "a noite", "de noite", "por la", "morning", "afternoon", "evening", "que vem", "week"}
)

var (
	dateForm  = regexp.MustCompile(`^(\d{1,2})[/.](\d{1,2})(?:[/.](\d{2}|\d{4}))?$`)
	isoForm   = regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::\d{2})?(Z|[+-]\d{2}:\d{2})?)?$`)
	clockForm = regexp.MustCompile(`^(\d{1,2})(?:[:h](\d{2}))?(h|hs|hrs|hora|horas|am|pm)?$`)
)

// moment is a time while it is read, word by word.
type moment struct {
	now    time.Time // in the place where it is meant
	months bool      // 12/25 is the 25th of December
	day    time.Time // zero: not said
	hour   int       // -1: not said
	minute int
}

// parseWhen reads a time as people say it, and what is said after it: "amanhã 14h
// aguardando o fornecedor". A zero time is none at all. False: no time that is clear, as
// when a part of a day is meant, or working days.
func parseWhen(text string, now time.Time, lang string) (at time.Time, rest string, ok bool) {
	if rest, none := beginsWith(text, noTime); none {
		return time.Time{}, trimReason(rest), true
	}
	if at, err := time.Parse(time.RFC3339, strings.TrimSpace(text)); err == nil {
		return at, "", true // out of a form
	}
	if at, rest, ok := parseSpan(text, now); ok {
		return at, trimReason(rest), true
	}
	m := &moment{now: now, months: lang == "en", hour: -1}
	for rest = strings.TrimSpace(text); rest != ""; {
		next, read := m.read(rest)
		if !read {
			linked, is := beginsWith(rest, timeLinks)
			if !is {
				break
			}
			if next, read = m.read(linked); !read {
				break
			}
		}
		rest = next
	}
	if m.day.IsZero() && m.hour < 0 {
		return time.Time{}, text, false
	}
	if _, vague := beginsWith(rest, partsOfDay); vague {
		return time.Time{}, text, false
	}
	return m.time(), trimReason(rest), true
}

func trimReason(rest string) string { return strings.Trim(rest, " ,;.(—–-)") }

// parseSpan reads "em 2 horas", "in 3 days".
func parseSpan(text string, now time.Time) (time.Time, string, bool) {
	rest, ok := beginsWith(text, within)
	words := strings.Fields(rest)
	if !ok || len(words) == 0 {
		return time.Time{}, text, false
	}
	digits := strings.TrimRight(words[0], "hdmin")
	n, err := strconv.Atoi(digits)
	unit := words[0][len(digits):]
	used := 1
	if unit == "" && len(words) > 1 {
		unit, used = words[1], 2
	}
	if unit == "d" {
		unit = "dias"
	}
	span, known := unitWords[fold(strings.Trim(unit, ",;"))]
	if err != nil || !known || n < 1 || n > 1000 {
		return time.Time{}, text, false
	}
	rest = strings.Join(words[used:], " ")
	if _, working := beginsWith(rest, workingDays); working {
		return time.Time{}, text, false
	}
	if span >= 24*time.Hour { // a day has not always 24 hours
		return now.AddDate(0, 0, n*int(span/(24*time.Hour))), rest, true
	}
	return now.Add(time.Duration(n) * span), rest, true
}

// read takes one part of a time off the beginning of text.
func (m *moment) read(text string) (rest string, ok bool) {
	if rest, ok := beginsWith(text, dayAfter); ok && m.day.IsZero() {
		m.day = m.now.AddDate(0, 0, 2)
		return rest, true
	}
	words := strings.Fields(text)
	if len(words) == 0 {
		return text, false
	}
	rest = strings.Join(words[1:], " ")
	word := strings.TrimRight(words[0], ",;.")
	if word != words[0] && rest != "" {
		rest = ", " + rest // it ends what was said of the time
	}
	if m.day.IsZero() && m.readDay(word) {
		return rest, true
	}
	if m.hour >= 0 {
		return text, false
	}
	if len(words) > 1 && m.readClock(word+strings.Trim(words[1], ",;.")) { // "2 pm", "14 horas"
		return strings.Join(words[2:], " "), true
	}
	if m.readClock(word) || rest == "" && !m.day.IsZero() && m.readClock(word+"h") {
		return rest, true
	}
	return text, false
}

func (m *moment) readDay(word string) bool {
	folded := fold(word)
	if n, ok := dayWords[folded]; ok {
		m.day = m.now.AddDate(0, 0, n)
		return true
	}
	if wd, ok := weekdays[folded]; ok {
		days := (int(wd) - int(m.now.Weekday()) + 7) % 7
		if days == 0 {
			days = 7
		}
		m.day = m.now.AddDate(0, 0, days)
		return true
	}
	if f := isoForm.FindStringSubmatch(word); f != nil && f[4] == "" {
		return m.setDay(number0(f[1]), number0(f[2]), number0(f[3]))
	}
	f := dateForm.FindStringSubmatch(word)
	if f == nil {
		return false
	}
	day, month, year := number0(f[1]), number0(f[2]), number0(f[3])
	if m.months {
		day, month = month, day
	}
	switch {
	case year == 0:
		year = m.now.Year()
		if month < int(m.now.Month()) || month == int(m.now.Month()) && day < m.now.Day() {
			year++
		}
	case year < 100:
		year += 2000
	}
	return m.setDay(year, month, day)
}

func (m *moment) setDay(year, month, day int) bool {
	at := time.Date(year, time.Month(month), day, 12, 0, 0, 0, m.now.Location())
	if at.Day() != day || int(at.Month()) != month {
		return false
	}
	m.day = at
	return true
}

// readClock reads an hour: "14h", "14h30", "9:30", "2pm". A number alone is one only at
// the end, after a day: "amanhã 14".
func (m *moment) readClock(word string) bool {
	switch fold(word) {
	case "meio dia", "noon", "mediodia":
		m.hour, m.minute = 12, 0
		return true
	}
	f := clockForm.FindStringSubmatch(strings.ToLower(word))
	if f == nil || f[2] == "" && f[3] == "" {
		return false
	}
	hour, minute := number0(f[1]), number0(f[2])
	switch {
	case f[3] == "pm" && hour < 12:
		hour += 12
	case f[3] == "am" && hour == 12:
		hour = 0
	}
	if hour > 23 || minute > 59 {
		return false
	}
	m.hour, m.minute = hour, minute
	return true
}

// time is what was said: a day alone is its end, an hour alone the next time it strikes.
func (m *moment) time() time.Time {
	day, hour := m.day, m.hour
	if day.IsZero() {
		day = m.now
	}
	if hour < 0 {
		hour = endOfDay
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), hour, m.minute, 0, 0, m.now.Location())
	if m.day.IsZero() && !at.After(m.now) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// number0 reads digits; none are 0.
func number0(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
