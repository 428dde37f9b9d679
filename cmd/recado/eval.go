package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// evalCmd scores the parts that are matters of degree, on files of examples that
// say what is right. It ends well whatever the score; the floors are in the tests.
type evalCmd struct {
	Replies    evalRepliesCmd    `cmd:"" help:"What of a mail is the reply: quotes, signatures and footers left out."`
	Forwards   evalForwardsCmd   `cmd:"" help:"Who wrote a mail that was passed on, and what about."`
	Machine    evalMachineCmd    `cmd:"" name:"machine-mail" help:"Which mails machines wrote, and what bounces say."`
	Triage     evalTriageCmd     `cmd:"" help:"What a text is about, after learning from others."`
	Injections evalInjectionsCmd `cmd:"" help:"What comes of texts that try to steer the assistant; with --assistant model, of a model that obeys them."`
	Articles   evalArticlesCmd   `cmd:"" help:"Which article is found for a question."`
}

// evalInput is what every score is told.
type evalInput struct {
	Path    string `arg:"" type:"path" help:"Examples, one JSON object a line."`
	JSON    bool   `help:"Print one JSON object instead of a table."`
	Verbose bool   `short:"v" help:"List what was missed."`
}

// evalAssistant chooses who is scored.
type evalAssistant struct {
	Assistant string `enum:"built-in,model" default:"built-in" help:"Who reads: ${enum}."`
}

// examples reads a file of one JSON object a line.
func examples[T any](path string) (all []T, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the examples: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	const longestRow = 64 << 20
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, longestRow)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var row T
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", path, n, err)
		}
		all = append(all, row)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the examples: %w", err)
	}
	return all, nil
}

// scores counts in how many rows each thing happened, over all and by group.
type scores struct {
	what   []string // the things counted: columns
	groups map[scoreGroup]*scoreLine
	misses []miss
}

// scoreGroup is some of the rows: those with one language, one program.
type scoreGroup struct{ By, Name string }

type scoreLine struct {
	rows int
	hits map[string]int
}

// miss is a row that was not read as it should be.
type miss struct {
	Row string `json:"row"`
	Why string `json:"why"`
}

func newScores(what ...string) *scores {
	return &scores{what: what, groups: map[scoreGroup]*scoreLine{}}
}

// add counts one row in every group that it belongs to, and over all.
func (s *scores) add(hits []string, groups ...scoreGroup) {
	for _, g := range append([]scoreGroup{{}}, groups...) {
		line := s.groups[g]
		if line == nil {
			line = &scoreLine{hits: map[string]int{}}
			s.groups[g] = line
		}
		line.rows++
		for _, h := range hits {
			line.hits[h]++
		}
	}
}

func (s *scores) miss(row, format string, args ...any) {
	s.misses = append(s.misses, miss{row, fmt.Sprintf(format, args...)})
}

// share is what part of all rows of a group had something, in percent.
func (s *scores) share(g scoreGroup, what string) float64 {
	line := s.groups[g]
	if line == nil || line.rows == 0 {
		return 0
	}
	return 100 * float64(line.hits[what]) / float64(line.rows)
}

// sorted has the line over all first, then group by group.
func (s *scores) sorted() []scoreGroup {
	var all []scoreGroup
	for g := range s.groups {
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b scoreGroup) int {
		return cmp.Or(strings.Compare(a.By, b.By), strings.Compare(a.Name, b.Name))
	})
	return all
}

func (s *scores) print(w io.Writer, in evalInput) error {
	if !in.Verbose {
		s.misses = nil
	}
	if in.JSON {
		return s.printJSON(w)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(t, "\trows\t%s\n", strings.Join(s.what, "\t"))
	by := ""
	for _, g := range s.sorted() {
		if g.By != by {
			by = g.By
			_, _ = fmt.Fprintf(t, "by %s\n", by)
		}
		_, _ = fmt.Fprintf(t, "  %s\t%d", cmp.Or(g.Name, "all"), s.groups[g].rows)
		for _, what := range s.what {
			_, _ = fmt.Fprintf(t, "\t%d (%.1f %%)", s.groups[g].hits[what], s.share(g, what))
		}
		_, _ = fmt.Fprintln(t)
	}
	for i, m := range s.misses {
		if i == 0 {
			_, _ = fmt.Fprintln(t)
		}
		_, _ = fmt.Fprintf(t, "%s: %s\n", m.Row, m.Why)
	}
	return t.Flush()
}

func (s *scores) printJSON(w io.Writer) error {
	type line struct {
		By     string         `json:"by,omitempty"`
		Name   string         `json:"name,omitempty"`
		Rows   int            `json:"rows"`
		Counts map[string]int `json:"counts"`
	}
	out := struct {
		Lines  []line `json:"lines"` // the first is over all
		Misses []miss `json:"misses,omitempty"`
	}{Misses: s.misses}
	for _, g := range s.sorted() {
		l := line{By: g.By, Name: g.Name, Rows: s.groups[g].rows, Counts: map[string]int{}}
		for _, what := range s.what {
			l.Counts[what] = s.groups[g].hits[what]
		}
		out.Lines = append(out.Lines, l)
	}
	return json.NewEncoder(w).Encode(out)
}
