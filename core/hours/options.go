package hours

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Options describes a calendar. Hours are written "08:00-12:00", on the wall clock of
// Location; "24:00" is the end of a day. A block that passes midnight is written as two.
type Options struct {
	// Location is an IANA zone from time.LoadLocation, so that every machine counts
	// alike; time.Local is refused.
	Location *time.Location

	// Always is for a desk that never closes; everything below must then be empty.
	Always bool

	// Week has the blocks of each weekday, in any order. Days that are missing are closed.
	Week map[time.Weekday][]string

	Brazil Brazil
	Closed []ClosedDate
	Open   []OpenDate
}

// ClosedDate is a day on which the team is away: a city's holiday, a party, a match.
type ClosedDate struct {
	Date  string // "2026-12-24", or "01-25" for every year
	Name  string // shown to people who ask about a due time; required
	Hours string // the part that is closed; empty is the whole day
}

// OpenDate is a day on which the team is there by exception. Its hours replace those of
// the weekday, and no holiday or closed date that comes every year touches it.
type OpenDate struct {
	Date  string // "2026-12-24"
	Name  string // may be empty
	Hours []string
}

// maxYearly limits the closed dates that come every year. Together with the holidays
// they stay below 52, the number of times that any weekday comes in a year: so every
// calendar opens, and every walk over it ends.
const maxYearly = 30

// What can be wrong with Options. Problem.Err is one of these.
var (
	ErrLocation = errors.New("no usable location")
	ErrEmpty    = errors.New("no opening hours")
	ErrHours    = errors.New("bad hours")
	ErrDate     = errors.New("bad date")
	ErrName     = errors.New("name missing")
	ErrConflict = errors.New("contradiction")
	ErrTooMany  = errors.New("too many closed dates")
)

// Problem is one thing wrong with Options.
type Problem struct {
	Field string // where in Options, such as "Week.Monday[1]" or "Closed[0].Date"
	Value string // what stood there
	Text  string // for the person who wrote it, in pt-BR
	Err   error  // what kind of problem, for errors.Is and for other languages
}

// OptionsError is every problem that New found, in the order of the fields.
type OptionsError struct{ Problems []Problem }

// Error is for logs; people read Problem.Text.
func (e *OptionsError) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = fmt.Sprintf("%s %q: %v", p.Field, p.Value, p.Err)
	}
	return "hours: " + strings.Join(texts, "; ")
}

// Unwrap gives the kinds of the problems.
func (e *OptionsError) Unwrap() []error {
	kinds := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		kinds[i] = p.Err
	}
	return kinds
}

// New makes a calendar. Its error is always an *OptionsError.
func New(o Options) (*Calendar, error) {
	var r reader
	c := &Calendar{location: r.location(o.Location)}
	if o.Always {
		if len(o.Week) > 0 || o.Brazil != (Brazil{}) || len(o.Closed) > 0 || len(o.Open) > 0 {
			r.fault("Always", "true", ErrConflict, "O atendimento é 24 horas, mas há também horários, feriados ou dias especiais. Deixe só um dos dois.")
		}
	} else {
		c.week = r.week(o.Week)
		c.holidays = o.Brazil.holidays()
		c.open = r.open(o.Open)
		c.closed, c.yearly = r.closed(o.Closed, c.open)
	}
	if len(r.problems) > 0 {
		return nil, &OptionsError{r.problems}
	}
	return c, nil
}

// reader turns the texts of Options into values and notes what it cannot read.
type reader struct{ problems []Problem }

func (r *reader) fault(field, value string, kind error, text string) {
	r.problems = append(r.problems, Problem{field, value, text, kind})
}

func (r *reader) location(loc *time.Location) *time.Location {
	switch loc {
	case nil:
		r.fault("Location", "", ErrLocation, "Falta o fuso horário. Exemplo: America/Sao_Paulo.")
	case time.Local:
		r.fault("Location", loc.String(), ErrLocation, "O fuso “Local” muda de uma máquina para outra. Escreva o nome do lugar, como America/Sao_Paulo.")
	}
	return loc
}

func (r *reader) week(texts map[time.Weekday][]string) *week {
	var w week
	some := false
	for _, d := range slices.Sorted(maps.Keys(texts)) {
		if d < time.Sunday || d > time.Saturday {
			r.fault("Week", d.String(), ErrDate, "Há um horário para um dia da semana que não existe.")
			some = true // one problem is enough for it
			continue
		}
		some = some || len(texts[d]) > 0
	}
	for d := range w {
		w[d] = r.blocks("Week."+time.Weekday(d).String(), texts[time.Weekday(d)])
	}
	if !some {
		r.fault("Week", "", ErrEmpty, "Falta o horário de atendimento: pelo menos um dia da semana precisa de um, como 08:00-12:00.")
	}
	return &w
}

// blocks reads the blocks of one day and puts them in order.
func (r *reader) blocks(field string, texts []string) []block {
	var blocks []block
	for i, text := range texts {
		if b, ok := r.block(fmt.Sprintf("%s[%d]", field, i), text); ok {
			blocks = append(blocks, b)
		}
	}
	slices.SortFunc(blocks, func(a, b block) int { return cmp.Compare(a.from, b.from) })
	for i := 1; i < len(blocks); i++ {
		if blocks[i].from < blocks[i-1].to {
			r.fault(field, strings.Join(texts, ", "), ErrConflict,
				fmt.Sprintf("Os horários %s e %s se sobrepõem. Junte os dois ou corrija um.", blocks[i-1], blocks[i]))
		}
	}
	return blocks
}

func (r *reader) block(field, text string) (block, bool) {
	from, to, dash := strings.Cut(text, "-")
	a, okA := minuteOf(from)
	b, okB := minuteOf(to)
	switch {
	case !dash || !okA || !okB:
		r.fault(field, text, ErrHours, fmt.Sprintf("Não entendi o horário “%s”. Escreva assim: 08:00-12:00.", text))
		return block{}, false
	case b <= a:
		r.fault(field, text, ErrHours, fmt.Sprintf("O horário “%s” termina antes de começar. "+
			"Se passa da meia-noite, divida em dois: 22:00-24:00 e, no dia seguinte, 00:00-06:00.", text))
		return block{}, false
	}
	return block{a, b}, true
}

// minuteOf reads "8:00", "08:00" or "24:00" as minutes after midnight.
func minuteOf(text string) (int, bool) {
	text = strings.TrimSpace(text)
	if text == "24:00" {
		return wholeDay.to, true
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err == nil
}

func (b block) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", b.from/60, b.from%60, b.to/60, b.to%60)
}

func (r *reader) open(dates []OpenDate) map[day]opening {
	open := make(map[day]opening, len(dates))
	for i, o := range dates {
		field := fmt.Sprintf("Open[%d]", i)
		d, ok := dateOf(o.Date)
		if !ok {
			r.fault(field+".Date", o.Date, ErrDate, fmt.Sprintf("Não encontrei o dia “%s” no calendário. Escreva ano-mês-dia, como 2026-12-24.", o.Date))
			continue
		}
		if _, twice := open[d]; twice {
			r.fault(field+".Date", o.Date, ErrConflict, fmt.Sprintf("O dia %s aparece duas vezes entre os dias extras. Junte os horários em um só.", o.Date))
		}
		blocks := r.blocks(field+".Hours", o.Hours)
		if len(o.Hours) == 0 {
			r.fault(field+".Hours", "", ErrEmpty, fmt.Sprintf("Falta o horário do dia extra %s. Exemplo: 08:00-12:00.", o.Date))
		}
		open[d] = opening{blocks, strings.TrimSpace(o.Name)}
	}
	return open
}

func (r *reader) closed(dates []ClosedDate, open map[day]opening) (map[day][]closure, map[yearday][]closure) {
	once, yearly := map[day][]closure{}, map[yearday][]closure{}
	for i, cd := range dates {
		field := fmt.Sprintf("Closed[%d]", i)
		cl := r.closure(field, cd)
		// 2000 has a 29 February, so every date that can come is found.
		if d, ok := dateOf("2000-" + strings.TrimSpace(cd.Date)); ok {
			yearly[d.yearday()] = append(yearly[d.yearday()], cl)
			continue
		}
		d, ok := dateOf(cd.Date)
		if !ok {
			r.fault(field+".Date", cd.Date, ErrDate, fmt.Sprintf("Não encontrei o dia “%s” no calendário. "+
				"Escreva ano-mês-dia, como 2026-12-24, ou só mês-dia, como 01-25, se vale todo ano.", cd.Date))
			continue
		}
		if _, both := open[d]; both {
			r.fault(field+".Date", cd.Date, ErrConflict, fmt.Sprintf("O dia %s está como fechado e como aberto. "+
				"Deixe só um; no dia aberto dá para escrever só as horas em que há gente.", cd.Date))
		}
		once[d] = append(once[d], cl)
	}
	if len(yearly) > maxYearly {
		r.fault("Closed", fmt.Sprint(len(yearly)), ErrTooMany, fmt.Sprintf("São %d dias fechados todo ano, e o limite é %d. "+
			"Dias de um ano só se escrevem com o ano.", len(yearly), maxYearly))
	}
	return once, yearly
}

func (r *reader) closure(field string, cd ClosedDate) closure {
	name := strings.TrimSpace(cd.Name)
	if name == "" {
		r.fault(field+".Name", "", ErrName, fmt.Sprintf("Diga por que o dia %s está fechado; o nome aparece para quem pergunta do prazo.", cd.Date))
	}
	shut := wholeDay
	if cd.Hours != "" {
		shut, _ = r.block(field+".Hours", cd.Hours)
	}
	return closure{shut, Closed, name}
}

// dateOf reads "2026-12-24".
func dateOf(text string) (day, bool) {
	t, err := time.Parse(time.DateOnly, strings.TrimSpace(text))
	return dayOf(t), err == nil
}
