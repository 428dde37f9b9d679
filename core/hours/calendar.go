package hours

import (
	"iter"
	"math"
	"slices"
	"time"
)

// Calendar tells open time from closed time. The zero value is open always, in UTC.
type Calendar struct {
	location *time.Location // nil is UTC
	week     *week          // nil is always open
	holidays []holiday
	closed   map[day][]closure
	yearly   map[yearday][]closure
	open     map[day]opening
}

// week holds the blocks of each time.Weekday, in order and without overlap.
type week [7][]block

// opening is what an extra open date has instead of its weekday's blocks.
type opening struct {
	blocks []block
	name   string
}

// closure shuts part of a day, most often all of it.
type closure struct {
	block
	kind Kind
	name string
}

// Kind says why a stretch of time counted or did not. The values are stable, so that
// catalogues of texts may use them as keys.
type Kind string

// The kinds of a Segment.
const (
	Open    Kind = "open"    // somebody was there; the only kind that counts
	Night   Kind = "night"   // before the first block of a day, or after the last
	Break   Kind = "break"   // between two blocks of a day: lunch
	DayOff  Kind = "dayoff"  // a weekday without blocks: the weekend
	Holiday Kind = "holiday" // a holiday of Brazil; Name says which
	Closed  Kind = "closed"  // from Options.Closed; Name says why
	Paused  Kind = "paused"  // the clock stood still; Name is the Pause's reason
)

// Segment is a stretch of time with one reason, From included and To not.
type Segment struct {
	From, To time.Time // in the calendar's location
	Kind     Kind
	Name     string // of the holiday, the closed date, the extra open date or the pause; else ""
}

// local gives at the calendar's location. In and UTC drop the monotonic reading too: what is
// counted here is compared with instants that come back from a database.
func (c *Calendar) local(at time.Time) time.Time {
	if c.location == nil {
		return at.UTC()
	}
	return at.In(c.location)
}

// segments yields the time from `from` on, without gaps and without end, cut wherever
// a day, a block or a closure begins or ends. All counting in this package reads it.
func (c *Calendar) segments(from time.Time) iter.Seq[Segment] {
	return func(yield func(Segment) bool) {
		if c.week == nil {
			yield(Segment{From: from, To: from.Add(math.MaxInt64), Kind: Open})
			return
		}
		// No instant comes before the first showing of its own date, so this day is
		// early enough even where the clocks go back over midnight.
		for d := dayOf(from); ; d = d.next() {
			for _, p := range c.plan(d) {
				s := Segment{From: d.instant(p.from, from.Location()), To: d.instant(p.to, from.Location()), Kind: p.kind, Name: p.name}
				if s.From.Before(from) {
					s.From = from
				}
				if s.From.Before(s.To) && !yield(s) {
					return
				}
			}
		}
	}
}

// span is a part of one day's wall clock with its reason.
type span struct {
	block
	kind Kind
	name string
}

// plan divides the 24 hours of a day's wall clock.
func (c *Calendar) plan(d day) []span {
	today, closures := opening{blocks: c.week[d.weekday()]}, c.closures(d)
	if extra, ok := c.open[d]; ok {
		today, closures = extra, nil
	}
	if len(today.blocks) == 0 {
		// The week has closed it already; a holiday on a Sunday takes nothing away.
		return []span{{wholeDay, DayOff, ""}}
	}
	cuts := []int{wholeDay.from, wholeDay.to}
	for _, b := range today.blocks {
		cuts = append(cuts, b.from, b.to)
	}
	for _, cl := range closures {
		cuts = append(cuts, cl.from, cl.to)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)

	spans := make([]span, 0, len(cuts)-1)
	for i, to := range cuts[1:] {
		kind, name := today.at(cuts[i], closures)
		spans = append(spans, span{block{cuts[i], to}, kind, name})
	}
	return spans
}

// at says what a minute of the day is. A closure hides what lies under it, night and
// lunch too: a holiday is a whole day to a reader, not its working hours.
func (o opening) at(minute int, closures []closure) (Kind, string) {
	for _, cl := range closures {
		if cl.has(minute) {
			return cl.kind, cl.name
		}
	}
	for _, b := range o.blocks {
		if b.has(minute) {
			return Open, o.name
		}
	}
	if minute < o.blocks[0].from || minute >= o.blocks[len(o.blocks)-1].to {
		return Night, ""
	}
	return Break, ""
}

// closures lists what shuts a day, the most particular reason first.
func (c *Calendar) closures(d day) []closure {
	found := slices.Concat(c.closed[d], c.yearly[d.yearday()])
	for _, h := range c.holidays {
		if h.on(d) {
			found = append(found, closure{h.shuts, Holiday, h.rule.Name})
		}
	}
	return found
}
