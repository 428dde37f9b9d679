package play

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Stage is the desk, as a transcript sees it.
type Stage interface { //nolint:interfacebloat // one method for each kind of step
	// Given sets something up; the text is in the words of docs/transcripts.md. Once
	// somebody has acted, it changes the directory as an import does.
	Given(ctx context.Context, text string) error
	// SetClock and Pass move the desk's clock; what becomes due meanwhile happens.
	SetClock(ctx context.Context, at string) error
	Pass(ctx context.Context, d time.Duration) error
	// Do lets a person act. It returns at once: a burst is several of them.
	Do(ctx context.Context, a Act) error
	// Settle lets everything happen that is due, quiet windows included.
	Settle(ctx context.Context) error
	// Heard lists all that was ever sent to a person, oldest first.
	Heard(who string) ([]Message, error)
	// Ticket gives a ticket's fields by name.
	Ticket(ctx context.Context, number string) (map[string]string, error)
	// Thread lists what was ever said in a ticket's thread in the team's room, and Private
	// what one person alone was shown there.
	Thread(number string) ([]Message, error)
	Private(who string) ([]Message, error)
	// Management lists what was ever said in the room of who leads the team.
	Management() []Message
	// Card gives what a ticket's card shows now, by name.
	Card(number string) (map[string]string, error)
	// Marks are the desk's reactions that stand now on somebody's words.
	Marks(words string) (string, error)
	// Kill ends the program without warning and starts it again.
	Kill(ctx context.Context) error
}

// Act is what a person does.
type Act struct {
	Verb     Verb
	Who      string
	Channel  string // empty with Reply or Thread
	Text     string
	Old      string // of Edits: the words that were said before; of the others: some words of what it is to
	Subject  string
	Files    string // "foto.png 200 KB, nota.pdf 1 MB"
	Reply    bool   // by mail, to the last mail they got
	Number   string // ... about this ticket
	Thread   string // the team's thread of this ticket
	Room     string // ... in the team's room: the ticket's number
	Where    string // a room, and no ticket's thread there
	Mentions string // who is named there
	Aloud    bool   // it is shown outside of the thread too
	Late     bool   // no form can be opened any more
	Forged   bool   // anybody could have sent it
	Defect   string // what hinders reading it
	Names    string // also or only: the upstream names them by Name beside their address, or instead of it
	Name     string
	Auto     bool   // a machine answers for them
	Copies   string // who else gets it: "beto, carla"
	Verdict  string // of Judges: releases or discards
	Fate     string // of Fails: bounces, is delayed, is called junk
	Service  int
	Solution int
}

// Message is what somebody got.
type Message struct {
	Channel string
	Text    string
	Subject string
	Files   []string
	Poll    string // what is asked in a poll beside it
	Change  string // of words that were there before: "edits" (Text is what they became) or "deletes" (what they were)
}

// Difference is an expectation that was not met.
type Difference struct {
	Script string
	Line   int
	Want   string
	Got    string
}

func (d *Difference) Error() string {
	return fmt.Sprintf("%s:%d: expected\n%s\nbut got\n%s", d.Script, d.Line, indent(d.Want), indent(d.Got))
}

// runner is a transcript under way.
type runner struct {
	script  *Script
	stage   Stage
	seen    map[string]int // messages taken into account already, by person and channel
	waiting string         // who acted, and where, when that has not settled yet
}

// Run plays a transcript on a stage. The first difference ends it.
func Run(ctx context.Context, s *Script, stage Stage) error {
	r := &runner{script: s, stage: stage, seen: map[string]int{}}
	for _, step := range s.Steps {
		if err := r.step(ctx, step); err != nil {
			if d, ok := err.(*Difference); ok { //nolint:errorlint // made here, never wrapped
				return d
			}
			return fmt.Errorf("%s:%d: %w", s.Name, step.Line, err)
		}
	}
	return nil
}

func (r *runner) step(ctx context.Context, step Step) error {
	switch step.Verb {
	case Given:
		if err := r.settle(ctx); err != nil {
			return err
		}
		return r.stage.Given(ctx, step.Text)
	case At:
		return r.stage.SetClock(ctx, step.Args["time"])
	case Passes:
		if err := r.settle(ctx); err != nil {
			return err
		}
		return r.stage.Pass(ctx, step.duration())
	case Kill:
		return r.stage.Kill(ctx)
	case Hears:
		if err := r.settle(ctx); err != nil {
			return err
		}
		return r.hears(step)
	case Ticket, Thread, Sees, Leads, Card, Marks:
		if err := r.settle(ctx); err != nil {
			return err
		}
		return r.looks(ctx, step)
	}
	return r.act(ctx, step)
}

// looks compares what can be seen with what is expected.
func (r *runner) looks(ctx context.Context, step Step) error {
	switch step.Verb {
	case Thread:
		all, err := r.stage.Thread(step.Args["number"])
		if err != nil {
			return err
		}
		return r.finds(step, "thread "+step.Args["number"], all)
	case Leads:
		return r.finds(step, "management", r.stage.Management())
	case Sees:
		all, err := r.stage.Private(step.Who)
		if err != nil {
			return err
		}
		return r.finds(step, "only "+step.Who, all)
	case Card:
		got, err := r.stage.Card(step.Args["number"])
		if err != nil {
			return err
		}
		return r.compare(step, "card", got)
	case Marks:
		got, err := r.stage.Marks(step.Args["old"])
		if err == nil && got != step.Text {
			err = &Difference{Script: r.script.Name, Line: step.Line, Want: step.Text, Got: got}
		}
		return err
	}
	got, err := r.stage.Ticket(ctx, step.Args["number"])
	if err != nil {
		return err
	}
	return r.compare(step, "ticket", got)
}

func (r *runner) settle(ctx context.Context) error {
	if r.waiting == "" {
		return nil
	}
	r.waiting = ""
	return r.stage.Settle(ctx)
}

// act lets a person act; {code} stands for the last code that they were sent, and
// {code of ana} for Ana's.
func (r *runner) act(ctx context.Context, step Step) error {
	a := Act{
		Verb: step.Verb, Who: step.Who, Channel: step.Args["channel"], Text: step.Text, Old: step.Args["old"], Subject: step.Args["subject"],
		Files: step.Args["files"], Reply: step.Args["reply"] != "", Number: step.Args["number"], Thread: step.Args["thread"],
		Forged: step.Args["forged"] != "", Defect: step.Args["defect"], Auto: step.Args["auto"] != "", Copies: step.Args["copies"],
		Names: step.Args["names"], Name: step.Args["name"],
		Room: step.Args["room"], Where: step.Args["where"], Mentions: step.Args["mentions"], Aloud: step.Args["aloud"] != "",
		Late:    step.Args["late"] != "",
		Verdict: step.Args["verdict"],
		Fate:    step.Args["fate"],
	}
	a.Service, _ = strconv.Atoi(step.Args["service"])
	a.Solution, _ = strconv.Atoi(step.Args["solution"])
	if m := codeOf.FindStringSubmatch(a.Text); m != nil {
		who := step.Who
		if m[1] != "" {
			who = m[1]
		}
		if err := r.settle(ctx); err != nil {
			return err
		}
		code, err := r.lastCode(who)
		if err != nil {
			return err
		}
		a.Text = strings.ReplaceAll(a.Text, m[0], code)
	}
	// Only lines of one person on one channel are a burst.
	if actor := a.Who + " on " + a.Channel; r.waiting != actor || a.Channel == "" {
		if err := r.settle(ctx); err != nil {
			return err
		}
		r.waiting = actor
	}
	return r.stage.Do(ctx, a)
}

var codeOf = regexp.MustCompile(`\{code(?: of (\S+?))?\}`)

// code is six digits that are not the end of a protocol number.
var code = regexp.MustCompile(`(?:^|[^-\d])(\d{6})\b`)

func (r *runner) lastCode(who string) (string, error) {
	heard, err := r.stage.Heard(who)
	if err != nil {
		return "", err
	}
	for _, m := range slices.Backward(heard) {
		if c := code.FindStringSubmatch(m.Text); c != nil {
			return c[1], nil
		}
	}
	return "", fmt.Errorf("%s was sent no code", who)
}

// hears compares.
func (r *runner) hears(step Step) error {
	all, err := r.stage.Heard(step.Who)
	if err != nil {
		return err
	}
	return r.finds(step, step.Who, all)
}

// finds looks for a message after the last that matched. One that matches, and those
// before it, are past.
func (r *runner) finds(step Step, whose string, all []Message) error {
	channel := step.Args["channel"]
	var fresh []Message
	for i, m := range all {
		if (channel == "" || m.Channel == channel) && i >= r.seen[whose+"/"+m.Channel] {
			fresh = append(fresh, m)
		}
	}
	if step.Text == "nothing" {
		if len(fresh) > 0 {
			return r.different(step, whose, fresh)
		}
		return nil
	}
	match, err := matcher(step.Text)
	if err != nil {
		return err
	}
	for i, m := range all {
		if (channel != "" && m.Channel != channel) || m.Change != step.Args["change"] || i < r.seen[whose+"/"+m.Channel] || !match(m) {
			continue
		}
		r.seen[whose+"/"+m.Channel] = i + 1
		return nil
	}
	return r.different(step, whose, fresh)
}

// matcher reads an expectation.
func matcher(want string) (func(Message) bool, error) {
	sign, text := want[:1], strings.TrimSpace(want[1:])
	switch sign {
	case "~":
		return func(m Message) bool { return strings.Contains(plain(whole(m)), plain(text)) }, nil
	case "=":
		shape := regexp.QuoteMeta(plain(text))
		shape = strings.ReplaceAll(shape, regexp.QuoteMeta("..."), `[\s\S]*`)
		return matchShape("^" + shape + "$")
	}
	return matchShape(strings.TrimSuffix(text, "/"))
}

func matchShape(shape string) (func(Message) bool, error) {
	re, err := regexp.Compile(shape)
	if err != nil {
		return nil, fmt.Errorf("the pattern cannot be read: %w", err)
	}
	return func(m Message) bool { return re.MatchString(plain(m.Text)) }, nil
}

// whole is what a person sees of a message.
func whole(m Message) string {
	return strings.Join(append([]string{m.Subject, m.Text, m.Poll}, m.Files...), "\n")
}

// plain leaves out what a transcript does not care for: empty lines, and spacing
// around lines.
func plain(s string) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func (r *runner) different(step Step, whose string, got []Message) error {
	var b strings.Builder
	for _, m := range got {
		b.WriteString("[" + strings.TrimSpace(m.Channel+" "+m.Change) + "] " + plain(whole(m)) + "\n")
	}
	if len(got) == 0 {
		b.WriteString("nothing")
	}
	want := strings.TrimSpace(step.Args["change"]+" to "+whose) + ": " + step.Text
	return &Difference{Script: r.script.Name, Line: step.Line, Want: want, Got: b.String()}
}

// compare compares fields: name=value, a value with spaces in quotes.
func (r *runner) compare(step Step, of string, got map[string]string) error {
	for _, f := range fieldForm.FindAllStringSubmatch(step.Text, -1) {
		want := strings.Trim(f[2], `"`)
		if have, ok := got[f[1]]; !ok {
			return fmt.Errorf("a %s has no field %q", of, f[1])
		} else if have != want {
			return &Difference{Script: r.script.Name, Line: step.Line, Want: f[1] + "=" + want, Got: f[1] + "=" + have}
		}
	}
	return nil
}

var fieldForm = regexp.MustCompile(`(\w+)=("[^"]*"|\S*)`)

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n    ")
}
