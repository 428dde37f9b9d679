// Package hours counts business time: how much of the time between two instants
// the team was there, and when a promise of so many hours falls due (B14).
//
// A [Calendar] is made once from [Options] and never changes; every method may be
// called from any goroutine. It knows opening blocks for each weekday, several a
// day because of lunch, national holidays of Brazil, dates closed by name and dates
// open by exception. The zero Calendar is always open.
//
// A [Ledger] is the list of times at which a clock stood still because the desk
// waited for somebody else. [Calendar.Due] reads both, and its [Explanation] lists
// every stretch of time that counted or did not, with the reason, so that "why is it
// due on Tuesday at 10:40?" has an answer.
//
// # Promises
//
//   - Between(t, Add(t, d)) is d for every d >= 0, to the nanosecond.
//   - Add never goes back: a later start or a larger d never gives an earlier instant.
//   - Blocks are half-open: at 18:00 sharp a desk that works until 18:00 is closed.
//     Work that uses up the last second of a block is due at its end, not next morning.
//   - Hours are read off the wall clock of the calendar's location and counted as they
//     really pass: the day on which the clocks spring forward has 23 of them. A time of
//     day that never comes is the moment of the jump; one that comes twice is the first.
//   - Every calendar that [New] accepts opens again some day, so every method returns.
//
// # What it does not do
//
// It has no clock, reads no file and stores nothing. It does not know state or city
// holidays: those go in Options.Closed, which may repeat every year. It does not put
// an explanation into words; the parts are there for who does.
//
// # How it fails
//
// Only New can fail, with an [*OptionsError] that names every problem at once and says
// in Portuguese what to write instead. The other methods accept any instant. Their
// cost grows with the number of days walked over: one or two microseconds each.
package hours
