package local

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"

	"recado/core/message"
)

// Person is somebody whom the terminal can speak as.
type Person struct {
	Nick      string // one word, for /como
	Name      string
	Role      string // a few words for /pessoas, such as "agente"
	Addresses []message.Address
}

// on is the person's address on a channel.
func (p Person) on(c message.Channel) (message.Address, bool) {
	for _, a := range p.Addresses {
		if a.Channel == c {
			return a, true
		}
	}
	return message.Address{}, false
}

// People knows who there is. The terminal asks again for every command.
type People interface {
	People(ctx context.Context) ([]Person, error)
}

// TerminalOptions of NewTerminal. Hub, People, In and Out must be given.
type TerminalOptions struct {
	Hub    *Hub
	People People
	In     io.Reader
	Out    io.Writer

	Language string // pt-BR when it is none of ours
	Nick     string // who speaks first; empty is the first of People
	Zone     *time.Location

	// Settle returns when nothing is left to be answered. When In is a file or a
	// pipe it is called after every line, so that answers come in their place.
	// Nil does not wait.
	Settle func(ctx context.Context) error

	Log *slog.Logger // why something did not work; slog.Default when nil
}

// Terminal is a person at the keyboard, who may speak as anybody.
type Terminal struct {
	opts    TerminalOptions
	say     *words
	style   style
	atTable bool // a person types: there is an echo, and a prompt to keep in sight

	known  []Person // as last asked
	who    Person
	at     message.Address
	seen   Mark
	shown  []Sent // what was printed; the first is number 1
	answer *Sent  // what the next line answers
	fresh  bool   // the next mail is a new one
	topic  string // its subject
}

// NewTerminal returns a terminal. Out gets colours when it is one.
func NewTerminal(opts TerminalOptions) (*Terminal, error) {
	if opts.Hub == nil || opts.People == nil || opts.In == nil || opts.Out == nil {
		return nil, errors.New("local: a terminal needs Hub, People, In and Out")
	}
	if opts.Zone == nil {
		opts.Zone = time.Local
	}
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	say, err := loadWords(opts.Language)
	if err != nil {
		return nil, err
	}
	return &Terminal{
		opts:    opts,
		say:     say,
		style:   style{on: isTerminal(opts.Out) && os.Getenv("NO_COLOR") == ""},
		atTable: isTerminal(opts.In),
		seen:    opts.Hub.Mark(),
	}, nil
}

// isTerminal reports whether v is a file that is a terminal.
func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}

// errLeave ends Run: the person typed /sair.
var errLeave = errors.New("the person leaves")

// Run talks until ctx or the input ends, or the person leaves. A read of the
// keyboard cannot be broken off: after ctx has ended, the goroutine that reads In
// lives until the next line.
func (t *Terminal) Run(ctx context.Context) error {
	if err := t.begin(ctx); err != nil {
		return err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	lines, failed := t.read(reading)
	t.prompt()
	for {
		select {
		case <-ctx.Done():
			t.print("\n")
			return nil
		case <-t.opts.Hub.After(t.seen):
			t.interrupt()
		case line, more := <-lines:
			if !more {
				err := errors.Join(t.settle(ctx), *failed)
				t.print("\n")
				return err
			}
			if err := t.line(ctx, line); err != nil {
				if errors.Is(err, errLeave) {
					return nil
				}
				return err
			}
			t.prompt()
		}
	}
}

func (t *Terminal) begin(ctx context.Context) error {
	people, err := t.opts.People.People(ctx)
	if err != nil {
		return fmt.Errorf("who there is: %w", err)
	}
	if len(people) == 0 {
		return errors.New("there is nobody to speak as")
	}
	who := people[0]
	if t.opts.Nick != "" {
		var ok bool
		if who, ok = find(people, t.opts.Nick); !ok {
			return fmt.Errorf("there is nobody called %q", t.opts.Nick)
		}
	}
	t.print(t.say.Welcome + "\n")
	t.known = people
	t.speakOn(who, message.WhatsApp)
	return nil
}

// read passes lines on. A line that ends in a backslash goes on in the next. The
// error behind failed may be looked at once lines is closed.
func (t *Terminal) read(ctx context.Context) (lines <-chan string, failed *error) {
	out, failed := make(chan string), new(error)
	go func() {
		defer close(out)
		in, text := bufio.NewReader(t.opts.In), ""
		for {
			line, err := in.ReadString('\n')
			text += strings.TrimRight(line, "\r\n")
			if head, more := strings.CutSuffix(text, `\`); more && err == nil {
				text = head + "\n"
				continue
			}
			if text != "" || err == nil {
				select {
				case out <- text:
				case <-ctx.Done():
					return
				}
			}
			text = ""
			if err != nil {
				if !errors.Is(err, io.EOF) {
					*failed = fmt.Errorf("read the keyboard: %w", err)
				}
				return
			}
		}
	}()
	return out, failed
}

// line does what one line says. An error is the end.
func (t *Terminal) line(ctx context.Context, line string) error {
	if !t.atTable {
		t.print(line + "\n") // nobody saw it being typed
	}
	done, err := t.command(ctx, line)
	if err != nil || done {
		return err
	}
	if strings.TrimSpace(line) == "" {
		return nil
	}
	return t.speak(ctx, Line{Text: strings.TrimPrefix(line, " ")})
}

// speak says a line as whoever one is.
func (t *Terminal) speak(ctx context.Context, l Line) error {
	l.From, l.Name, l.Answers, l.Subject = t.at, t.who.Name, t.answers(), t.topic
	if l.From.Channel == message.Email && l.Answers == "" && l.Subject == "" {
		l.Subject = subjectOf(l.Text)
	}
	t.answer, t.fresh, t.topic = nil, false, ""
	if !t.deliver(ctx, l) || t.atTable {
		return nil
	}
	return t.settle(ctx)
}

// deliver tells the person when a line could not be said. At the end of ctx it is
// said all the same: it waits in the hub.
func (t *Terminal) deliver(ctx context.Context, l Line) bool {
	_, err := t.opts.Hub.Say(ctx, l)
	if err != nil && ctx.Err() == nil {
		t.opts.Log.Error("chat: say a line", "err", err)
		t.print(t.say.NotSaid + "\n")
	}
	return err == nil
}

// answers is the upstream id of what the next line answers: what was picked, or,
// for a mail, the newest one that this person got.
func (t *Terminal) answers() string {
	switch {
	case t.answer != nil:
		return t.answer.UpstreamID
	case t.at.Channel != message.Email || t.fresh:
		return ""
	}
	got := t.opts.Hub.To(t.at, 0)
	if len(got) == 0 {
		return ""
	}
	return got[len(got)-1].UpstreamID
}

// subjectOf is what a person in a hurry writes on a mail.
func subjectOf(text string) string {
	const most = 60
	first, _, _ := strings.Cut(text, "\n")
	if r := []rune(first); len(r) > most {
		return string(r[:most]) + "…"
	}
	return first
}

// settle waits for the answers and prints them.
func (t *Terminal) settle(ctx context.Context) error {
	if t.opts.Settle != nil {
		if err := t.opts.Settle(ctx); err != nil && ctx.Err() == nil {
			return fmt.Errorf("wait for the answers: %w", err)
		}
	}
	t.news()
	return nil
}

// interrupt prints news in the place of the prompt, and then the prompt again. What
// was typed so far is still in the keyboard's line.
func (t *Terminal) interrupt() {
	if fresh, _ := t.opts.Hub.Since(t.seen); len(fresh) == 0 {
		return
	}
	if t.style.on {
		t.print("\r\x1b[K")
	} else {
		t.print("\n")
	}
	t.news()
	t.prompt()
}

func (t *Terminal) news() {
	var fresh []Sent
	fresh, t.seen = t.opts.Hub.Since(t.seen)
	for _, s := range fresh {
		t.shown = append(t.shown, s)
		t.print(t.show(len(t.shown), s))
	}
}

func (t *Terminal) prompt() {
	t.print(t.style.bold(plain(t.who.Nick)) + t.style.dim(" · "+t.say.channel(t.at.Channel)) + "> ")
}

// print writes to the person. A terminal that has gone is noticed by reading.
func (t *Terminal) print(s string) { _, _ = io.WriteString(t.opts.Out, s) }
