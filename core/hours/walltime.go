package hours

import "time"

// block is a part of a day's wall clock in minutes after midnight, from included, to not.
type block struct{ from, to int }

var wholeDay = block{0, 24 * 60}

func (b block) has(minute int) bool { return b.from <= minute && minute < b.to }

// day is a date on the wall, without a location.
type day struct {
	year  int
	month time.Month
	dom   int
}

// yearday is a date that comes every year.
type yearday struct {
	month time.Month
	dom   int
}

func dayOf(t time.Time) day {
	year, month, dom := t.Date()
	return day{year, month, dom}
}

func (d day) yearday() yearday { return yearday{d.month, d.dom} }

func (d day) midnightUTC() time.Time {
	return time.Date(d.year, d.month, d.dom, 0, 0, 0, 0, time.UTC)
}

func (d day) weekday() time.Weekday { return d.midnightUTC().Weekday() }

func (d day) next() day { return dayOf(d.midnightUTC().AddDate(0, 0, 1)) }

// instant is when the clocks at loc first show the given minute of the day. If they
// jump over it, it is the moment of the jump. A later minute never gives an earlier
// instant, which time.Date does not promise: near a change of clocks it may use either
// of the two offsets.
func (d day) instant(minute int, loc *time.Location) time.Time {
	t := time.Date(d.year, d.month, d.dom, 0, minute, 0, 0, loc)
	_, offset := t.Zone()
	start, end := t.ZoneBounds()

	asked := d.midnightUTC().Add(time.Duration(minute) * time.Minute).Unix()
	switch shown := t.Unix() + int64(offset); {
	case shown > asked:
		return start
	case shown < asked:
		return end
	}
	if start.IsZero() {
		return t
	}
	_, before := start.Add(-time.Second).Zone()
	first := t.Add(time.Duration(offset-before) * time.Second)
	if first.Before(start) {
		return first
	}
	return t
}
