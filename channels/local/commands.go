package local

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"recado/core/message"
)

// command is a slash command, by its names in all languages.
type command struct {
	names []string
	run   func(t *Terminal, ctx context.Context, arg string) error
}

func commands() []command {
	return []command{
		{[]string{"como", "as"}, (*Terminal).cmdAs},
		{[]string{"canal", "channel"}, (*Terminal).cmdChannel},
		{[]string{"anexar", "attach", "adjuntar"}, (*Terminal).cmdAttach},
		{[]string{"responder", "reply"}, (*Terminal).cmdReply},
		{[]string{"novo", "new", "nuevo"}, (*Terminal).cmdNew},
		{[]string{"pessoas", "people", "personas"}, (*Terminal).cmdPeople},
		{[]string{"ajuda", "help", "ayuda"}, (*Terminal).cmdHelp},
		{[]string{"sair", "quit", "salir"}, (*Terminal).cmdQuit},
	}
}

// command runs line when it is one of ours. Two slashes begin a note to the team,
// and are words like any other.
func (t *Terminal) command(ctx context.Context, line string) (done bool, err error) {
	word, arg, _ := strings.Cut(line, " ")
	name, ok := strings.CutPrefix(word, "/")
	if !ok || strings.HasPrefix(name, "/") {
		return false, nil
	}
	for _, c := range commands() {
		if slices.Contains(c.names, folded(name)) {
			return true, c.run(t, ctx, strings.TrimSpace(arg))
		}
	}
	t.printf(t.say.Unknown, word)
	return true, nil
}

func (t *Terminal) printf(format string, v ...any) { t.print(plain(fmt.Sprintf(format, v...)) + "\n") }

// cmdAs changes who one is: a person by nick or name, or a stranger by an address.
func (t *Terminal) cmdAs(ctx context.Context, arg string) error {
	if !t.ask(ctx) {
		return nil
	}
	p, ok := find(t.known, arg)
	if !ok {
		p, ok = stranger(arg)
	}
	if !ok {
		t.printf(t.say.Nobody, arg)
		return nil
	}
	t.speakOn(p, t.at.Channel)
	return nil
}

// speakOn makes p speak on this channel, or on another if p does not have it.
func (t *Terminal) speakOn(p Person, c message.Channel) {
	at, ok := p.on(c)
	switch {
	case ok:
		t.become(p, at)
	case len(p.Addresses) > 0:
		t.become(p, p.Addresses[0])
	default:
		t.printf(t.say.NoAddress, p.Name)
	}
}

func (t *Terminal) become(p Person, at message.Address) {
	t.who, t.at, t.answer, t.fresh, t.topic = p, at, nil, false, ""
	t.printf(t.say.Now, p.Name, t.say.channel(at.Channel), at.ID)
}

func (t *Terminal) cmdChannel(_ context.Context, arg string) error {
	at, ok := t.who.on(channelCalled(arg))
	if !ok {
		t.printf(t.say.NotThere, t.who.Name, arg)
		return nil
	}
	t.become(t.who, at)
	return nil
}

func channelCalled(s string) message.Channel {
	switch s = strings.ReplaceAll(folded(s), "-", ""); s {
	case "zap", "wa":
		return message.WhatsApp
	case "mail", "correo":
		return message.Email
	}
	return message.Channel(s)
}

func (t *Terminal) cmdAttach(ctx context.Context, arg string) error {
	f, ok := openFile(arg)
	if !ok {
		t.printf(t.say.NoFile, arg)
		return nil
	}
	defer f.Close()
	return t.speak(ctx, Line{Files: []File{{Name: filepath.Base(arg), Content: f}}})
}

// openFile opens a file with something in it to read: no folder, no device.
func openFile(path string) (*os.File, bool) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		return f, true
	}
	_ = f.Close() // nothing was read from it
	return nil, false
}

// cmdReply answers a message by its number, as the person who got it. Without
// words it is the next line that answers.
func (t *Terminal) cmdReply(ctx context.Context, arg string) error {
	number, text, _ := strings.Cut(arg, " ")
	s, ok := t.numbered(number)
	if !ok {
		t.printf(t.say.NoNumber, number)
		return nil
	}
	if s.To != t.at {
		if !t.ask(ctx) {
			return nil
		}
		t.become(owner(t.known, s.To), s.To)
	}
	t.answer = &s
	if text = strings.TrimSpace(text); text != "" {
		return t.speak(ctx, Line{Text: text})
	}
	return nil
}

// numbered is the message that was printed under a number.
func (t *Terminal) numbered(number string) (Sent, bool) {
	n, err := strconv.Atoi(strings.Trim(number, "[]#"))
	if err != nil || n < 1 || n > len(t.shown) {
		return Sent{}, false
	}
	return t.shown[n-1], true
}

// owner is the person at an address; nobody known is a person of that address.
func owner(people []Person, at message.Address) Person {
	for _, p := range people {
		if slices.Contains(p.Addresses, at) {
			return p
		}
	}
	return Person{Nick: at.ID, Name: at.ID, Addresses: []message.Address{at}}
}

func (t *Terminal) cmdNew(_ context.Context, arg string) error {
	t.answer, t.fresh, t.topic = nil, true, arg
	return nil
}

func (t *Terminal) cmdPeople(ctx context.Context, _ string) error {
	t.ask(ctx)
	for _, p := range t.known {
		t.print("  " + t.style.bold(plain(p.Nick)) + "  " + plain(p.Name) + t.style.dim("  "+plain(p.Role)) + "\n")
		for _, a := range p.Addresses {
			t.print(t.style.dim("      "+t.say.channel(a.Channel)+" "+plain(a.ID)) + "\n")
		}
	}
	return nil
}

func (t *Terminal) cmdHelp(context.Context, string) error {
	t.print(t.say.Help)
	return nil
}

func (t *Terminal) cmdQuit(context.Context, string) error { return errLeave }

// ask asks again who there is.
func (t *Terminal) ask(ctx context.Context) bool {
	people, err := t.opts.People.People(ctx)
	if err != nil {
		t.opts.Log.Error("chat: who there is", "err", err)
		t.print(t.say.NoPeople + "\n")
		return false
	}
	t.known = people
	return true
}

// find is the person of this nick or name, case and accents aside, or the only one
// whose nick or name begins so.
func find(people []Person, name string) (Person, bool) {
	name = folded(name)
	if name == "" {
		return Person{}, false
	}
	var near []Person
	for _, p := range people {
		nick, full := folded(p.Nick), folded(p.Name)
		if nick == name || full == name {
			return p, true
		}
		if strings.HasPrefix(nick, name) || strings.HasPrefix(full, name) {
			near = append(near, p)
		}
	}
	if len(near) == 1 {
		return near[0], true
	}
	return Person{}, false
}

// folded is s without case and accents.
func folded(s string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), s)
	if err != nil {
		plain = s
	}
	return strings.ToLower(strings.TrimSpace(plain))
}

// stranger is somebody whom the desk does not know: an e-mail address or a number.
func stranger(s string) (Person, bool) {
	if local, domain, ok := strings.Cut(s, "@"); ok && local != "" && domain != "" && !strings.ContainsAny(s, " \t") {
		at := message.Address{Channel: message.Email, ID: strings.ToLower(s)}
		return Person{Nick: at.ID, Name: at.ID, Addresses: []message.Address{at}}, true
	}
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("+-(). ", r) {
			return -1
		}
		return r
	}, s)
	if len(digits) < 10 || strings.Trim(digits, "0123456789") != "" {
		return Person{}, false
	}
	at := message.Address{Channel: message.WhatsApp, ID: digits}
	return Person{Nick: "+" + digits, Name: "+" + digits, Addresses: []message.Address{at}}, true
}
