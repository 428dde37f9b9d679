package sender

import (
	"strings"

	"recado/channels/email/letter"
)

// result is one result in an Authentication-Results field: method=value and its
// properties, all in lower case.
type result struct {
	method, value string
	props         map[string]string
}

// authResults is one Authentication-Results field.
type authResults struct {
	authserv string // empty in the form that Microsoft writes
	results  []result
}

// parseAuthResults reads a field value as RFC 8601 section 2.2 defines it. What is in a
// comment or a quoted string is never taken for a result: a sender chooses what
// the mail exchanger writes there. A result that is not of the grammar is left out,
// a field that is not is refused.
func parseAuthResults(value string) (a authResults, ok bool) {
	clauses, ok := authClauses(value)
	if !ok || len(clauses[0]) == 0 {
		return authResults{}, false
	}
	if r, isResult := readResult(clauses[0]); isResult {
		a.results = append(a.results, r)
	} else if a.authserv, ok = authservID(clauses[0]); !ok {
		return authResults{}, false
	}
	for _, words := range clauses[1:] {
		if r, ok := readResult(words); ok {
			a.results = append(a.results, r)
		}
	}
	return a, true
}

// authservID reads "id" or "id version". An unknown version means an unknown grammar.
func authservID(words []word) (string, bool) {
	if len(words) > 2 || len(words) == 2 && words[1].text != "1" || words[0].equals >= 0 || words[0].glued {
		return "", false
	}
	return words[0].text, true
}

func readResult(words []word) (result, bool) {
	if len(words) == 0 || words[0].quotedName {
		return result{}, false
	}
	method, value, ok := words[0].cut()
	method, _, _ = strings.Cut(method, "/") // method/version
	if !ok || method == "" || value == "" {
		return result{}, false
	}
	r := result{method, value, map[string]string{}}
	for _, w := range words[1:] {
		name, v, ok := w.cut()
		if _, twice := r.props[name]; !ok || twice || w.glued || w.quotedName {
			return result{}, false
		}
		r.props[name] = v
	}
	return r, true
}

// word is name=value, or what stands alone. Its text is without quotes.
type word struct {
	text       string
	equals     int  // where the first "=" outside quotes is, or -1
	glued      bool // a comment touches the value: "a.example(.b.example" is how a sender cuts its own domain short
	quotedName bool
}

func (w word) cut() (name, value string, ok bool) {
	if w.equals < 0 {
		return "", "", false
	}
	return w.text[:w.equals], w.text[w.equals+1:], true
}

// authClauses splits at semicolons, and each clause into words; blanks and comments
// around "=" belong to the word. There is at least one clause. It fails on an
// unclosed comment or quote, and on control characters.
func authClauses(value string) (clauses [][]word, ok bool) {
	s := scanner{rest: letter.Lower(value), clauses: [][]word{nil}}
	for s.rest != "" {
		if !s.step() {
			return nil, false
		}
	}
	s.flush()
	return s.clauses, true
}

type scanner struct {
	rest    string
	clauses [][]word
	word    word
	open    bool // word has begun
	blank   bool // blanks or comments were seen since
	paren   bool // a comment followed its last character at once
}

// step takes one character, quoted string or comment.
func (s *scanner) step() bool {
	c := s.rest[0]
	switch {
	case c == ' ' || c == '\t':
		s.rest, s.blank = s.rest[1:], true
	case c < ' ' || c == 0x7f:
		return false
	case c == '(':
		n := commentLength(s.rest)
		if n == 0 {
			return false
		}
		s.paren = s.paren || s.open && !s.blank
		s.rest, s.blank = s.rest[n:], true
	case c == ';':
		s.flush()
		s.clauses, s.rest = append(s.clauses, nil), s.rest[1:]
	case c == '"':
		text, n := quotedString(s.rest)
		if n == 0 {
			return false
		}
		s.begin()
		s.word.quotedName = s.word.quotedName || s.word.equals < 0
		s.word.text, s.rest = s.word.text+text, s.rest[n:]
	case c == '=' && s.open && s.word.equals < 0:
		s.word.equals = len(s.word.text)
		s.word.text, s.rest, s.blank, s.paren = s.word.text+"=", s.rest[1:], false, false
	default:
		s.begin()
		s.word.text, s.rest = s.word.text+s.rest[:1], s.rest[1:]
	}
	return true
}

// begin makes ready for a character of a word, which is a new one after blanks,
// unless the value is still to come.
func (s *scanner) begin() {
	if s.open && s.blank && s.word.equals != len(s.word.text)-1 {
		s.flush()
	}
	if !s.open {
		s.open, s.word = true, word{equals: -1}
	}
	s.blank = false
}

func (s *scanner) flush() {
	if s.open {
		s.word.glued = s.paren
		last := len(s.clauses) - 1
		s.clauses[last] = append(s.clauses[last], s.word)
	}
	s.open, s.blank, s.paren = false, false, false
}

// commentLength is 0 when the comment is never closed (RFC 5322 section 3.2.2).
func commentLength(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

func quotedString(s string) (text string, length int) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), i + 1
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0
}
