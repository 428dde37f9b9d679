package hours

import (
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/br"
)

// Brazil chooses which days of the Brazilian year are closed. Only National has the
// force of law. The others are "ponto facultativo", days on which every employer
// decides, and which some states and cities make holidays of their own.
type Brazil struct {
	National      bool // the ten national holidays
	Carnaval      bool // the Monday and the Tuesday
	AshWednesday  bool // until 14:00, as the federal service does
	CorpusChristi bool
}

// holiday is a rule and the part of the day that it shuts.
type holiday struct {
	rule  *cal.Holiday
	shuts block
}

// holidays gives the rules for the days chosen. They are right from 2003 on: 21 April
// and 2 November came into the present list with Lei 10.607 of December 2002.
//
// The list is ours, not br.Holidays: that one (cal v2.1.13) lacks 20 November, holds
// Corpus Christi and the Tuesday of Carnaval as if they were law, and has no Monday.
func (b Brazil) holidays() []holiday {
	var chosen []holiday
	add := func(shuts block, rules ...*cal.Holiday) {
		for _, rule := range rules {
			chosen = append(chosen, holiday{rule, shuts})
		}
	}
	if b.National {
		// Lei 662/1949 as Lei 10.607/2002 has it.
		add(wholeDay, br.AnoNovo, br.Tiradentes, br.Trabalhador, br.Independencia, br.Finados, br.Republica, br.Natal)
		// Lei 6.802/1980.
		add(wholeDay, br.NossaSenhoraAparecida)
		// Lei 9.093/1995 leaves it to the cities, and all keep it; the federal list
		// published every year calls it national.
		add(wholeDay, br.SextaFeiraSanta)
		// Lei 14.759 of December 2023.
		add(wholeDay, &cal.Holiday{Name: "Consciência Negra", StartYear: 2024, Month: time.November, Day: 20, Func: cal.CalcDayOfMonth})
	}
	if b.Carnaval {
		add(wholeDay, &cal.Holiday{Name: br.Carnaval.Name, Offset: br.Carnaval.Offset - 1, Func: cal.CalcEasterOffset}, br.Carnaval)
	}
	if b.AshWednesday {
		add(block{0, 14 * 60}, &cal.Holiday{Name: "Quarta-feira de Cinzas", Offset: br.Carnaval.Offset + 1, Func: cal.CalcEasterOffset})
	}
	if b.CorpusChristi {
		add(wholeDay, br.CorpusChristi)
	}
	return chosen
}

// on says whether the holiday is kept on the given day.
func (h holiday) on(d day) bool {
	// Most holidays have a fixed date, and need no arithmetic to be ruled out.
	if h.rule.Month != 0 && h.rule.Month != d.month {
		return false
	}
	kept, _ := h.rule.Calc(d.year)
	// cal gives midnight in the zone of the machine. Where that midnight is jumped over
	// (7 September 2025 in Santiago) it is 23:00 of the day before; noon is not.
	return dayOf(kept.Add(12*time.Hour)) == d
}
