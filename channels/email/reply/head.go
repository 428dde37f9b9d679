package reply

import (
	"regexp"
	"slices"
	"strings"
)

// head is the head of an earlier mail, written into the text of a later one.
type head struct {
	length  int // lines
	fields  map[field]string
	finnish bool // its labels are Finnish, where "VS:" answers
}

const (
	mostHeadLines    = 20
	mostContinuation = 3
)

// headAt reads a head that begins at the first line: a sender and at least two other
// fields, one of which only a mail has. Forms that people fill in have "De" and "Para" too.
func headAt(lines []line) (head, bool) {
	h := readHead(lines, false)
	address := strings.Contains(h.fields[fieldFrom], "@") || strings.Contains(h.fields[fieldTo], "@")
	_, from := h.fields[fieldFrom]
	_, subject := h.fields[fieldSubject]
	_, date := h.fields[fieldDate]
	_, to := h.fields[fieldTo]
	known := len(h.fields)
	if _, other := h.fields[fieldOther]; other {
		known--
	}
	return h, from && (address && known >= 3 || subject && date && to || address && known == 2 && subject)
}

// readHead reads the lines that have labels. After a separator, when sure is set, a
// label without a colon is believed too.
func readHead(lines []line, sure bool) head {
	h := head{fields: map[field]string{}}
	last, continuation := noField, 0
	if len(lines) == 0 {
		return h
	}
	for n := 0; n < mostHeadLines && n < len(lines); n++ {
		l := lines[n]
		if l.empty() && headGoesOn(lines[n:], h) {
			continue
		}
		if l.empty() || l.depth != lines[0].depth {
			break
		}
		f, value := labelled(l.text, sure)
		_, repeated := h.fields[f]
		switch {
		case f != noField && (!repeated || f == fieldOther):
			h.finnish = h.finnish || strings.HasPrefix(l.text, "Lähettäjä")
			h.fields[f] = value
			h.length, last, continuation = n+1, f, 0
			continue
		case last == noField || f != noField:
			return h
		}
		if continuation++; continuation > mostContinuation && !strings.Contains(l.text, "@") {
			break
		}
		if moreLabels(lines[n+1:], h, sure) { // else it may be the first line of the text
			h.fields[last] = strings.TrimSpace(h.fields[last] + " " + l.text)
		} else if last == fieldFrom && !strings.Contains(h.fields[last], "@") {
			h.fields[last] = strings.TrimSpace(h.fields[last] + " " + l.text)
		}
	}
	return h
}

// headGoesOn reports whether the head goes on below a blank line, as it does when HTML
// put every field into a paragraph of its own.
func headGoesOn(lines []line, h head) bool {
	if len(h.fields) == 0 {
		return false
	}
	if _, done := h.fields[fieldSubject]; done && len(h.fields) >= 3 {
		return false
	}
	return moreLabels(lines, h, false)
}

// moreLabels reports a field of which there was none so far among the next lines.
func moreLabels(lines []line, h head, sure bool) bool {
	words := 0
	for _, l := range lines[:min(len(lines), mostContinuation+2)] {
		if l.empty() {
			if words > 0 {
				return false
			}
			continue
		}
		f, _ := labelled(l.text, sure)
		if f != noField {
			_, seen := h.fields[f]
			return !seen
		}
		words++
	}
	return false
}

const longestLabel = 40 // bytes

// labelled splits a line of a head into what it stands for and its value.
func labelled(text string, sure bool) (field, string) {
	text = strings.TrimLeft(text, "*_| \t")
	at := strings.IndexAny(text, ":：")
	if at > 0 && at <= longestLabel {
		if f := labels[strings.ToLower(strings.TrimRight(text[:at], " \t*_"))]; f != noField {
			value := strings.TrimLeft(text[at:], ":：")
			return f, strings.Trim(value, "*_ \t")
		}
	}
	if sure { // Yahoo in Polish writes "Dw Name <address>"
		if word, value, ok := strings.Cut(text, " "); ok && labels[strings.ToLower(word)] == fieldCc && strings.Contains(value, "@") {
			return fieldCc, strings.TrimSpace(value)
		}
	}
	return noField, ""
}

var separatorForm = regexp.MustCompile(`^[>*_\s` + dashes + `=~#]*?[` + dashes + `=~]{2,}\s*\*?\s*(.{2,60}?)\s*\*?\s*[` + dashes + `=~]{2,}[*_]*(.*)$`)

// separatorAt reads a line that programs draw above an earlier mail. Yahoo writes the
// whole head behind it, on the same line: rest.
func separatorAt(text string) (kind separator, rest string) {
	if m := separatorForm.FindStringSubmatch(text); m != nil {
		words := strings.ToLower(strings.Trim(m[1], " :*"+dashes))
		switch {
		case forwardedWords[words]:
			return forwarded, strings.TrimSpace(m[2])
		case originalWords[words]:
			return original, strings.TrimSpace(m[2])
		}
	}
	words := strings.ToLower(strings.Trim(text, " *_>"))
	plain := strings.TrimRight(words, " :：")
	if plain != words && forwardedWords[plain] { // Apple Mail: a colon instead of dashes
		return forwarded, ""
	}
	if writeAbove(words) {
		return above, ""
	}
	return noSeparator, ""
}

// aboveForms are "write above this line", as desks put it into their notices.
var aboveForms = regexp.MustCompile(`^[^\pL]*(?:please |por favor,? |bitte |merci de |veuillez )?(?:` +
	`(?:type|write|enter|put|add)(?: your)? (?:reply|answer|response|message)?.{0,20}above (?:this|the) (?:line|dashed line)|` +
	`(?:reply|respond|answer)(?: by email)? (?:directly )?above (?:this|the) line|in replies all text above this line|` +
	`(?:responda|escreva|digite|insira).{0,30}(?:acima d(?:est|ess)a linha|acima da linha)|` +
	`(?:responda|escriba|escribe|responde|introduzca).{0,40}(?:encima|arriba) de esta l[ií]nea|` +
	`(?:répond(?:ez|re)|écri(?:vez|re)|saisi(?:ssez|r)).{0,40}au[- ]dessus de cette ligne|` +
	`(?:antworten|schreiben|antwort).{0,50}(?:über|oberhalb) dies(?:er|e) (?:linie|zeile)|` +
	`(?:rispond[ia]|scriv[ia]|rispondere).{0,40}sopra (?:di )?questa (?:riga|linea)|` +
	`(?:typ|schrijf|antwoord|reageer).{0,40}boven deze (?:regel|lijn))[^\pL]{0,30}.{0,60}$`)

func writeAbove(words string) bool {
	const longest = 160
	return len(words) <= longest && aboveForms.MatchString(words)
}

// gluedLabels finds labels in a head that is all on one line; they are written in
// capitals there, so that they can be told from words.
var gluedLabels = func() *regexp.Regexp {
	var all []string
	for f, words := range labelWords {
		if f != fieldOther {
			all = append(all, words...)
		}
	}
	slices.Sort(all)
	return regexp.MustCompile(`(?:` + alternation(all) + `)\s?[:：]|Assunto |Dw `)
}()

// unglued splits the head that stands on one line, at its labels.
func unglued(rest string) []line {
	var out []line
	at := gluedLabels.FindAllStringIndex(rest, 2*mostHeadLines)
	for i, m := range at {
		end := len(rest)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		text := rest[m[0]:end]
		if label, value, ok := strings.Cut(text, "Assunto "); ok && label == "" {
			text = "Assunto: " + strings.TrimLeft(value, ": ")
		}
		f, _ := labelled(text, true)
		if f == fieldSubject { // the last; what looks like a label in it is none
			text += rest[end:]
		}
		out = append(out, line{raw: text, text: strings.TrimSpace(text)})
		if f == fieldSubject {
			break
		}
	}
	return out
}
