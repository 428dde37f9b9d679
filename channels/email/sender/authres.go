package sender

import "strings"

// Result is one result in an Authentication-Results field: method=value and
// its properties, all in lower case.
type Result struct {
	method, Value string
	props         map[string]string
}

// ParseAuthResults reads a field value as RFC 8601 section 2.2 defines it. What is
// in a comment or a quoted string is never taken for a result: a sender chooses
// what the mail exchanger writes there.
func ParseAuthResults(value string) (authserv string, results []Result, ok bool) {
	clauses, ok := authClauses(value)
	if !ok || len(clauses) == 0 || len(clauses[0]) == 0 || strings.Contains(clauses[0][0], "=") {
		return "", nil, false
	}
	if len(clauses[0]) > 1 && clauses[0][1] != "1" { // an unknown version means an unknown grammar
		return "", nil, false
	}
	authserv = clauses[0][0]
	for _, words := range clauses[1:] {
		if r, ok := authClause(words); ok {
			results = append(results, r)
		}
	}
	return authserv, results, true
}

func authClause(words []string) (Result, bool) {
	if len(words) == 0 {
		return Result{}, false
	}
	method, value, ok := strings.Cut(words[0], "=")
	if !ok || method == "" || value == "" {
		return Result{}, false
	}
	method, _, _ = strings.Cut(method, "/") // method/version
	r := Result{method, value, map[string]string{}}
	for _, w := range words[1:] {
		name, v, ok := strings.Cut(w, "=")
		if _, twice := r.props[name]; !ok || twice {
			return Result{}, false
		}
		r.props[name] = v
	}
	return r, true
}

// authClauses splits at semicolons, and each clause into words; blanks around "="
// belong to the word. It fails on an unclosed comment or quote.
func authClauses(value string) (clauses [][]string, ok bool) {
	var words []string
	var word strings.Builder
	depth, quoted, escaped, glue := 0, false, false, false
	flush := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for _, r := range strings.ToLower(value) {
		switch {
		case escaped:
			escaped = false
			if quoted {
				word.WriteRune(r)
			}
		case r == '\\' && (quoted || depth > 0):
			escaped = true
		case quoted:
			if r == '"' {
				quoted = false
			} else {
				word.WriteRune(r)
			}
		case r == '(':
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth > 0:
		case r == '"':
			if glue {
				flush()
			}
			quoted, glue = true, false
		case r == ';':
			flush()
			clauses, words, glue = append(clauses, words), nil, false
		case r == ' ' || r == '\t':
			if !glue && !strings.HasSuffix(word.String(), "=") {
				glue = word.Len() > 0
			}
		case r == '=':
			word.WriteRune(r)
			glue = false
		default:
			if glue {
				flush()
				glue = false
			}
			word.WriteRune(r)
		}
	}
	flush()
	return append(clauses, words), depth == 0 && !quoted && !escaped
}
