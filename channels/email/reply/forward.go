package reply

import (
	"regexp"
	"strings"

	"recado/channels/email/letter"
)

// Forward is a mail that was passed on inside another one, as its head claims. It
// proves nothing: whoever passes a mail on may write into it what they like.
type Forward struct {
	Address string // of its sender, lower case; "" when only a name was given
	Name    string
	Subject string
	Date    string // as the program wrote it, in any language
	Text    string // what was passed on, below its head and without marks
}

const (
	longestName    = 200 // bytes
	longestSubject = 500
	longestDate    = 100
)

// Forwarded finds the mail that a text passes on. subject is that of the mail around
// it. A reply that quotes is no forward: what is passed on comes first of the earlier
// mails, and either the program says so, or the subject does ("Fwd:", "ENC:", "WG:").
// A head alone says too little when there is a subject; without one it is believed,
// since no program answers without "Re:".
func Forwarded(subject, text string) (Forward, bool) {
	lines := linesOf(letter.Tidy(text))
	o := firstOpener(within(lines, maxMatched))
	rest, says := withoutForwardPrefix(subject)
	if says && finnishReply(subject, o.head) {
		says = false
	}
	unnamed := strings.TrimSpace(subject) == ""
	var f Forward
	switch {
	case o.kind == ruled && o.separator == forwarded:
		f = fromHead(o.head)
	case (o.kind == ruled && o.separator == original || o.kind == headed) && (says || unnamed):
		f = fromHead(o.head)
	case o.kind == intro && says:
		f = fromIntro(lines[o.at : o.at+o.length])
	case o.kind == prefixed && says:
		f = fromIntro(lines[o.at : o.at+max(introAt(lines[o.at:]), 0)])
	}
	if f.Address == "" && f.Name == "" {
		return Forward{}, false
	}
	if f.Subject == "" {
		f.Subject = rest
	}
	f.Text = unmarked(lines[min(o.at+o.length, len(lines)):])
	f.Subject = letter.Cut(letter.OneLine(f.Subject), longestSubject)
	f.Name, f.Date = letter.Cut(letter.OneLine(f.Name), longestName), letter.Cut(letter.OneLine(f.Date), longestDate)
	return f, true
}

// unmarked is lines without the quote marks that all of them have.
func unmarked(lines []line) string {
	lines = trimmed(lines)
	if len(lines) == 0 || lines[0].depth == 0 {
		return join(lines)
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimLeft(l.raw, " \t")
		if l.depth > 0 {
			out[i] = strings.TrimPrefix(strings.TrimPrefix(out[i], ">"), " ")
		}
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

func fromHead(h head) Forward {
	f := Forward{Subject: h.fields[fieldSubject], Date: h.fields[fieldDate]}
	f.Address, f.Name = party(h.fields[fieldFrom])
	return f
}

// fromIntro reads "Em 28/10/2021 12:46, "Bia" <bia@x> escreveu:", as Outlook for Mac
// of 2019 passes mails on: the name stands before the address, the date before that
// or behind.
func fromIntro(lines []line) Forward {
	var words []string
	for _, l := range lines {
		words = append(words, l.text)
	}
	s := strings.Join(words, " ")
	at := introAddress.FindStringIndex(s)
	if at == nil {
		return Forward{}
	}
	var f Forward
	f.Address, _ = party(s[at[0]:at[1]])
	f.Date = strings.TrimSpace(introWhen.FindString(s))
	before := strings.TrimRight(s[:at[0]], " (")
	if m := quotedName.FindStringSubmatch(before); m != nil {
		f.Name = m[1]
		return f
	}
	// Without quotes the name is what follows the date, or the verb.
	if cut := introWhen.FindAllStringIndex(before, -1); cut != nil {
		before = before[cut[len(cut)-1][1]:]
	}
	if cut := verbAt(before); cut != nil {
		before = before[cut[1]:]
	}
	f.Name = strings.Trim(beforeName.ReplaceAllString(before, ""), ` ,"'“”„«»`)
	return f
}

var (
	introWhen = regexp.MustCompile(`\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?(?: (?:\pL{1,4} )?\d{1,2}[:.h]\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?)?` +
		`|\d{1,2}[:.h]\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?`)
	quotedName = regexp.MustCompile(`["“”„«] ?([^"“”„«»]{1,200}?) ?["“”»]$`)
	beforeName = regexp.MustCompile(`(?i)^[\s,]*(?:пользователь|користувач|používateľ|uživatel|időpontban|kullanıcısı|heeft|użytkownik` +
		`|utilizatorul|korisnik|от|de|von|da)[\s,]+`)
	addressIn = regexp.MustCompile(`[^\s<>()\[\]"',;:«»„“”|*]+@[^\s<>()\[\]"',;:«»„“”|*]+`)
)

// party reads a name and an address as programs write them for people: `Bia
// <bia@x>`, `"Bia" [mailto:bia@x]`, `Bia (bia@x)`, `bia@x`, `Bia`. The first counts,
// of several and of those that speak on behalf of another.
func party(s string) (address, name string) {
	s = strings.TrimSpace(s)
	name = s
	if at := addressIn.FindStringIndex(s); at != nil {
		address = strings.ToLower(strings.Trim(s[at[0]:at[1]], ".'"))
		name = s[:at[0]]
	}
	if i := strings.IndexAny(name, "<[("); i >= 0 {
		name = name[:i]
	}
	name = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(name), "mailto:"))
	name = strings.Trim(name, ` "'“”„«»*,;`)
	return address, name
}

// withoutForwardPrefix takes "Fwd:" and its like off a subject, once; ok says that it
// came first. "Re: Fwd: x" answers, "Fwd: Re: x" passes on.
func withoutForwardPrefix(subject string) (rest string, ok bool) {
	subject = strings.TrimSpace(visible(subject))
	if strings.HasPrefix(subject, "[") { // "[external] FW: x"
		if _, after, found := strings.Cut(subject, "]"); found {
			if rest, ok := withoutForwardPrefix(after); ok {
				return rest, true
			}
		}
	}
	word, after, found := cutColon(subject)
	if !found {
		return subject, false
	}
	word = strings.ToLower(strings.TrimSpace(word))
	if at := strings.IndexAny(word, "[("); at > 0 { // "Fw[2]:"
		word = word[:at]
	}
	if forwardPrefixes[word] {
		return strings.TrimSpace(after), true
	}
	return subject, false
}

func cutColon(s string) (before, after string, found bool) {
	at := strings.IndexAny(s, ":：")
	if at < 0 {
		return s, "", false
	}
	return s[:at], strings.TrimLeft(s[at:], ":："), true
}

// finnishReply: "VS:" passes on in Danish and Norwegian, and answers in Finnish.
func finnishReply(subject string, h head) bool {
	word, _, _ := cutColon(strings.TrimSpace(subject))
	return strings.EqualFold(strings.TrimSpace(word), "vs") && h.finnish
}
