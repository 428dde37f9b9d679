package play

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"
)

// Script is one transcript.
type Script struct {
	Name  string // the file
	Title string // its first line
	Steps []Step
}

// Step is one line, with the lines that continue it.
type Step struct {
	Line int
	Verb Verb
	Who  string            // the person concerned
	Args map[string]string // of the verb: see the table in parse
	Text string
}

// Verb is what a step does.
type Verb string

// The verbs of the format.
const (
	Given  Verb = "given"  // the world before
	At     Verb = "at"     // the clock
	Says   Verb = "says"   // a person speaks
	Edits  Verb = "edits"  // ... changes their words
	Takes  Verb = "takes"  // ... deletes them
	Reacts Verb = "reacts" // ... reacts to the last message they got, or to one with some words
	Votes  Verb = "votes"  // ... votes in the last poll they got, or in one about some words
	Phones Verb = "phones" // somebody writes to them on the desk's own phone
	Rates  Verb = "rates"  // ... uses the rating page
	Judges Verb = "judges" // ... uses the page of a held item
	Fails  Verb = "fails"  // the last mail that they got comes back
	Hears  Verb = "hears"  // what the desk says to a person
	Passes Verb = "passes" // time goes by
	Ticket Verb = "ticket" // a ticket's fields
	Press  Verb = "press"  // ... presses a button
	Opens  Verb = "opens"  // ... opens their page of the desk
	Leads  Verb = "leads"  // what is said in the room of who leads the team
	Fills  Verb = "fills"  // ... fills in the form that was opened for them
	Orders Verb = "orders" // ... uses the slash command
	Picks  Verb = "picks"  // ... picks an entry of a message's menu
	Reads  Verb = "reads"  // ... reads a message that they got
	Thread Verb = "thread" // what is said in a ticket's thread, in the team's room
	Sees   Verb = "sees"   // what one person alone sees there
	Card   Verb = "card"   // what a ticket's card shows
	Marks  Verb = "marks"  // the desk's reactions to somebody's words
	Kill   Verb = "kill"   // the program dies and is started again
)

// form is how a line is recognised.
type form struct {
	verb  Verb
	shape *regexp.Regexp
}

// name is a person's: one word.
const name = `(?P<who>[\p{L}\d_-]+)`

var forms = []form{
	{Given, regexp.MustCompile(`^given (?P<text>.+)$`)},
	{At, regexp.MustCompile(`^at (?P<time>\d{4}-\d{2}-\d{2} \d{2}:\d{2})$`)},
	{Passes, regexp.MustCompile(`^(?P<count>\d+) (?P<unit>second|minute|hour|day)s? pass(?:es)?$`)},
	{Kill, regexp.MustCompile(`^kill$`)},
	{Ticket, regexp.MustCompile(`^ticket (?P<number>\S+)\s+(?P<text>.+)$`)},
	{Thread, regexp.MustCompile(`^recado in thread (?P<number>\S+)\s+(?P<text>[~=/].*|nothing)$`)},
	{Leads, regexp.MustCompile(`^recado in management\s+(?P<text>[~=/].*|nothing)$`)},
	{Opens, regexp.MustCompile(`^` + name + ` opens the page$`)},
	{Sees, regexp.MustCompile(`^only ` + name + ` sees\s+(?P<text>[~=/].*|nothing)$`)},
	{Card, regexp.MustCompile(`^card (?P<number>\S+)\s+(?P<text>.+)$`)},
	{Marks, regexp.MustCompile(`^recado marks "(?P<old>[^"]+)"\s+(?P<text>.+)$`)},
	{Press, regexp.MustCompile(`^` + name + ` presses "(?P<text>[^"]+)"(?: in thread (?P<thread>\S+))?(?:, (?P<late>too late))?$`)},
	{Fills, regexp.MustCompile(`^` + name + ` fills in\s{2,}(?P<text>\w+=.+)$`)},
	{Orders, regexp.MustCompile(`^` + name + ` commands(?: in (?P<room>[^\s,]+))?(?:, mentioning (?P<mentions>[\p{L}\d_-]+))?` +
		`(?:, (?P<late>too late))?\s{2,}(?P<text>.+)$`)},
	{Picks, regexp.MustCompile(`^` + name + ` picks (?P<text>\w+)(?: on "(?P<old>[^"]+)")?(?:, (?P<late>too late))?$`)},
	{Reads, regexp.MustCompile(`^` + name + ` reads on (?P<channel>\w+)\s{2,}(?P<text>.+)$`)},
	{Hears, regexp.MustCompile(`^recado (?:(?P<change>edits|deletes) )?to ` + name + `(?: on (?P<channel>\w+))?\s+(?P<text>[~=/].*|nothing)$`)},
	{Edits, regexp.MustCompile(`^` + name + ` edits on (?P<channel>\w+)\s{2,}(?P<old>.+?) => (?P<text>.+)$`)},
	{Takes, regexp.MustCompile(`^` + name + ` deletes on (?P<channel>\w+)\s{2,}(?P<text>.+)$`)},
	{Reacts, regexp.MustCompile(`^` + name + ` reacts on (?P<channel>\w+)(?: to "(?P<old>[^"]+)")?\s{2,}(?P<text>\S+)$`)},
	{Votes, regexp.MustCompile(`^` + name + ` votes on (?P<channel>\w+)(?: in "(?P<old>[^"]+)")?\s{2,}(?P<text>.+)$`)},
	{Phones, regexp.MustCompile(`^the desk's phone to ` + name + `\s{2,}(?P<text>.+)$`)},
	{Rates, regexp.MustCompile(`^` + name + ` rates on the page\s{2,}service=(?P<service>\d) solution=(?P<solution>\d)(?:\s+(?P<text>.+))?$`)},
	{Judges, regexp.MustCompile(`^` + name + ` (?P<verdict>releases|discards) on the page$`)},
	{Fails, regexp.MustCompile(`^mail to ` + name + ` (?P<fate>bounces|is delayed|is called junk)(?:, (?P<forged>forged))?\s{2,}(?P<text>.+)$`)},
	{Says, regexp.MustCompile(`^` + name + `(?: on (?P<channel>\w+)(?: in thread (?P<room>[^\s,]+)| in room (?P<where>[^\s,]+))?` +
		`| (?P<reply>replies)(?: to (?P<number>[^\s,]+))?| in thread (?P<thread>\S+))` +
		`(?: (?P<auto>automatically))?(?:, (?P<forged>forged))?(?:, (?P<defect>garbled|encrypted|incomplete|locked|view-once|foreign))?` +
		`(?:, (?P<aloud>aloud))?(?:, (?P<names>also|only) (?P<name>\S+@lid))?(?:, mentioning (?P<mentions>[\p{L}\d_-]+))?(?:, subject "(?P<subject>[^"]*)")?` +
		`(?:, quoting "(?P<old>[^"]+)")?(?:, copy to (?P<copies>[^:]+?))?(?:, with (?P<files>[^:]+?))?(?:\s{2,}(?P<text>.*))?$`)},
}

// Parse reads a transcript.
func Parse(file string, r io.Reader) (*Script, error) {
	s := &Script{Name: file}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), " \t")
		trimmed := strings.TrimSpace(line)
		switch {
		case s.Title == "" && trimmed != "":
			s.Title = strings.TrimPrefix(trimmed, "# ")
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
		case line != trimmed && (line[0] == ' ' || line[0] == '\t'):
			if len(s.Steps) == 0 {
				return nil, fmt.Errorf("%s:%d: this line continues nothing", file, n)
			}
			last := &s.Steps[len(s.Steps)-1]
			last.Text = strings.TrimPrefix(last.Text+"\n"+trimmed, "\n")
		default:
			step, err := parseLine(trimmed)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", file, n, err)
			}
			step.Line = n
			s.Steps = append(s.Steps, step)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(s.Steps) == 0 {
		return nil, fmt.Errorf("%s: no steps", file)
	}
	return s, nil
}

func parseLine(line string) (Step, error) {
	for _, f := range forms {
		m := f.shape.FindStringSubmatchIndex(line)
		if m == nil {
			continue
		}
		step := Step{Verb: f.verb, Args: map[string]string{}}
		for i, group := range f.shape.SubexpNames() {
			if group == "" || m[2*i] < 0 {
				continue
			}
			value := line[m[2*i]:m[2*i+1]]
			switch group {
			case "who":
				step.Who = value
			case "text":
				step.Text = value
			default:
				step.Args[group] = value
			}
		}
		return step, nil
	}
	return Step{}, fmt.Errorf("cannot read %q (see docs/transcripts.md)", line)
}

// duration of a Passes step.
func (s Step) duration() time.Duration {
	unit := map[string]time.Duration{"second": time.Second, "minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[s.Args["unit"]]
	var n int
	_, _ = fmt.Sscan(s.Args["count"], &n) // the form allows digits only
	return time.Duration(n) * unit
}
