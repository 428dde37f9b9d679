package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing to mend.
type Fault struct {
	File   string // where it stands; empty when it is a variable or a default
	Line   int    // from 1
	Column int    // from 1
	Env    string // the variable it came from, if it did
	Key    string // path of the key, such as "email[1].imap.host"
	Text   string // what is wrong and what to write instead, for the person who runs the desk
}

// String is "file:line:column: key: text", without what is not known.
func (f Fault) String() string {
	var where []string
	switch {
	case f.Env != "":
		where = append(where, f.Env)
	case f.File != "" && f.Line > 0:
		where = append(where, fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column))
	case f.File != "":
		where = append(where, f.File)
	}
	if f.Key != "" && f.Env == "" {
		where = append(where, f.Key)
	}
	return strings.Join(append(where, f.Text), ": ")
}

// Faults is all that is wrong with a configuration, in the order of the file.
type Faults []Fault

// Error is Text on one line, for the log.
func (fs Faults) Error() string {
	return "configuration: " + strings.ReplaceAll(fs.Text(), "\n", "; ")
}

// Text has one line for each fault, for the person who runs the desk.
func (fs Faults) Text() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// orNil keeps an empty list from becoming a non-nil error.
func (fs Faults) orNil() error {
	if len(fs) == 0 {
		return nil
	}
	slices.SortStableFunc(fs, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return fs
}
