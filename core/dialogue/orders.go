package dialogue

import (
	"regexp"
	"strings"
)

// order is what the first line of an agent's words says to do with the rest.
type order string

const (
	orderAnswer order = ""
	orderNote   order = "note"
	orderClose  order = "close"
	orderReopen order = "reopen"
	orderWait   order = "wait"
	orderAct    order = "act"  // operations on the ticket: see parseDeeds
	orderNear   order = "near" // words that are nearly one of those
)

// orders are first lines, case aside. A note is recognised first, and by more forms
// than needed: a word meant for the team must not leave it (rule 8). Mail programs put
// no-break spaces and invisible marks before the first word, so they count as blanks.
var orders = []struct {
	order order
	form  *regexp.Regexp
}{
	{orderNote, regexp.MustCompile(`(?i)^[\s\p{Z}\p{Cf}*_>(\[]*(//|🔒|` +
		`((nota|note)( interna| privada)?|(internal|private) note|intern[oa]|internal)[\s\p{Z}*_]*([:：\])]|[-–—][\s\p{Z}]|\n|$)[*_]*` +
		`)[\s\p{Z}]*`)},
	{orderClose, firstWord(`fechar|encerrar|concluir|finalizar|close|cerrar`)},
	{orderReopen, firstWord(`reabrir|reopen`)},
	{orderWait, firstWord(`espera|e[mn] espera|esperando|aguardar|aguardando|waiting|wait`)},
}

// firstWord is the form of an order: one of the words and a colon.
func firstWord(words string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)^[\s\p{Z}\p{Cf}*_]*(` + words + `)[\s\p{Z}*_]*[:：][*_]*[\s\p{Z}]*`)
}

// parseOrder splits an agent's words into what to do and what to say.
func parseOrder(text string) (order, string) {
	for _, o := range orders {
		if m := o.form.FindStringIndex(text); m != nil {
			return o.order, strings.TrimSpace(text[m[1]:])
		}
	}
	if deeds, _ := parseDeeds(text); deeds != nil {
		return orderAct, strings.TrimSpace(text)
	}
	if nearDeed(text) {
		return orderNear, strings.TrimSpace(text)
	}
	return orderAnswer, strings.TrimSpace(text)
}
