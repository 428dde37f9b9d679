package main

import (
	"cmp"
	"strings"
	"unicode"

	"recado/channels/email/letter"
	"recado/channels/email/reply"
)

// evalRepliesCmd scores what is taken for a mail's own words.
type evalRepliesCmd struct{ evalInput }

// replyExample is a mail and what its writer wrote in it. Policy says what its
// source leaves out: only "strip quote + signature" leaves out signatures.
type replyExample struct {
	ID, Lang, Policy, Text string
	Raw                    string `json:"raw_email"`
	Want                   string `json:"expected_reply"`
}

// What is counted of a reply. Exact is after collapsing white space; lost is a line
// with words that should be there and is not; leaked is one that should not be there.
const (
	replyExact  = "exact"
	replyLost   = "lost"
	replyLeaked = "leaked"
)

// Run prints the score.
func (c *evalRepliesCmd) Run(std Streams) error {
	rows, err := examples[replyExample](c.Path)
	if err != nil {
		return err
	}
	return scoreReplies(rows).print(std.Out, c.evalInput)
}

func scoreReplies(rows []replyExample) *scores {
	s := newScores(replyExact, replyLost, replyLeaked)
	for _, r := range rows {
		got := r.read()
		lost, leaked := missingLines(r.Want, got), missingLines(got, r.Want)
		var hits []string
		if collapse(got) == collapse(r.Want) {
			hits, lost, leaked = append(hits, replyExact), nil, nil
		} else {
			s.miss(r.ID, "lost %q, leaked %q", lost, leaked)
		}
		if len(lost) > 0 {
			hits = append(hits, replyLost)
		}
		if len(leaked) > 0 {
			hits = append(hits, replyLeaked)
		}
		s.add(hits, scoreGroup{"language", cmp.Or(r.Lang, "?")}, scoreGroup{"policy", cmp.Or(r.Policy, "?")})
	}
	return s
}

// read is the text that the policy of r asks for.
func (r replyExample) read() string {
	text := r.Text
	if r.Raw != "" {
		if segments := letter.Open([]byte(r.Raw)).Segments; len(segments) > 0 && segments[0].Plain != "" {
			text = segments[0].Plain
		}
	}
	got := reply.Read(text)
	if strings.Contains(r.Policy, "+ signature") {
		return got.Own
	}
	return got.Own + "\n" + got.Signature
}

func collapse(s string) string { return strings.Join(strings.Fields(s), " ") }

// missingLines are the lines of a that have words and are not in b.
func missingLines(a, b string) (missing []string) {
	have := map[string]bool{}
	for line := range strings.Lines(b) {
		have[collapse(line)] = true
	}
	for line := range strings.Lines(a) {
		if line = collapse(line); strings.ContainsFunc(line, isWordRune) && !have[line] {
			missing = append(missing, line)
		}
	}
	return missing
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
