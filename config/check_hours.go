package config

import (
	"slices"
	"strings"
	"time"
)

// hours checks the form of opening times. Whether they make a calendar is for
// core/hours to say, which cmd/recado asks before anything starts.
func (r *reader) hours(h Hours) {
	if h.Always {
		r.always(h)
		return
	}
	some := false
	for _, d := range h.Week.days() {
		r.blocks("hours.week."+d.name, d.blocks)
		some = some || len(d.blocks) > 0
	}
	if !some {
		r.fault("hours.week", "the team has to be there at some time; write always: true for a desk that never closes")
	}
	for i, c := range h.Closed {
		path := entry("hours.closed", i)
		if !isDate(c.Date) && !isDate("2000-"+c.Date) {
			r.fault(path+".date", "write year-month-day, such as 2026-12-24, or month-day, such as 01-25, for every year")
		}
		if strings.TrimSpace(c.Name) == "" {
			r.fault(path+".name", "say why: people who ask about a due time are told")
		}
		if c.Hours != "" {
			r.blocks(path+".hours", []string{c.Hours})
		}
	}
	for i, o := range h.Open {
		path := entry("hours.open", i)
		if !isDate(o.Date) {
			r.fault(path+".date", "write year-month-day, such as 2026-12-24")
		}
		if len(o.Hours) == 0 {
			r.fault(path+".hours", "say when, such as 08:00-12:00")
		}
		r.blocks(path+".hours", o.Hours)
	}
}

func (r *reader) always(h Hours) {
	someDay := slices.ContainsFunc(h.Week.days(), func(d weekDay) bool { return len(d.blocks) > 0 })
	if someDay || h.Holidays != (Holidays{}) || len(h.Closed) > 0 || len(h.Open) > 0 {
		r.fault("hours.always", "a desk that never closes has no week, holidays or dates; keep one of the two")
	}
}

type weekDay struct {
	name   string
	blocks []string
}

func (w Week) days() []weekDay {
	return []weekDay{
		{"monday", w.Monday}, {"tuesday", w.Tuesday}, {"wednesday", w.Wednesday}, {"thursday", w.Thursday},
		{"friday", w.Friday}, {"saturday", w.Saturday}, {"sunday", w.Sunday},
	}
}

// blocks checks the opening blocks of one day: each in order, none over another.
func (r *reader) blocks(path string, texts []string) {
	type span struct{ from, to int }
	var spans []span
	for _, text := range texts {
		from, to, dash := strings.Cut(text, "-")
		s := span{minute(from), minute(to)}
		if !dash || s.from < 0 || s.to <= s.from {
			r.fault(path, "%q is not a block of a day; write 08:00-12:00, and two blocks for one that passes midnight", text)
			return
		}
		spans = append(spans, s)
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].to {
			r.fault(path, "two blocks overlap: %s", strings.Join(texts, ", "))
			return
		}
	}
}

// minute is "08:00" as minutes after midnight, or -1.
func minute(text string) int {
	text = strings.TrimSpace(text)
	if text == "24:00" {
		return 24 * 60
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

func isDate(text string) bool {
	_, err := time.Parse(time.DateOnly, strings.TrimSpace(text))
	return err == nil
}
