package sqlstore

import (
	"context"
	"strconv"
	"strings"
)

// manyText names a statement over n rows.
type manyText struct {
	text string
	n    int
}

// manySizes are the numbers of rows that statements are made for: few, so that
// few are prepared.
var manySizes = []int{64, 16, 4, 1}

// many runs a statement over rows, in as few steps as manySizes allow, and returns
// how many rows it changed. In its text {rows} stands for the list of rows; shape
// has a letter for each column: t text, n number, where the types must be spelled
// out since PostgreSQL cannot guess them (a VALUES list of its own), or else a dot.
func (c *conn) many(ctx context.Context, text, shape string, rows [][]any) (changed int64, err error) {
	err = steps(rows, func(size int, args []any) error {
		n, err := c.exec(ctx, c.manyText(text, shape, size), args...)
		changed += n
		return err
	})
	return changed, err
}

// plain is the shape of an INSERT, whose types PostgreSQL takes from the columns.
func plain(columns int) string { return strings.Repeat(".", columns) }

// manyReturning is many for a statement that returns rows.
func manyReturning[T any](ctx context.Context, c *conn, scan func(row) (T, error), text, shape string, rows [][]any) (all []T, err error) {
	err = steps(rows, func(size int, args []any) error {
		some, err := returning(ctx, c, scan, c.manyText(text, shape, size), args...)
		all = append(all, some...)
		return err
	})
	return all, err
}

// steps cuts rows into pieces of manySizes.
func steps(rows [][]any, step func(size int, args []any) error) error {
	for _, size := range manySizes {
		for len(rows) >= size {
			args := make([]any, 0, size*len(rows[0]))
			for _, r := range rows[:size] {
				args = append(args, r...)
			}
			if err := step(size, args); err != nil {
				return err
			}
			rows = rows[size:]
		}
	}
	return nil
}

func (c *conn) manyText(text, shape string, n int) string {
	key := manyText{text, n}
	if full, ok := c.texts[key]; ok {
		return full
	}
	full := strings.Replace(text, "{rows}", c.dialect.rowList(shape, n), 1)
	c.texts[key] = full
	return full
}

// rowList is "(cast($1 as text),cast($2 as bigint),$3),(...)". SQLite gets places
// without names: it looks names up one by one, for each value of hundreds.
func (d dialect) rowList(shape string, n int) string {
	var b strings.Builder
	for r := range n {
		if r > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		for i, kind := range shape {
			if i > 0 {
				b.WriteByte(',')
			}
			place := "?"
			if !d.nameless {
				place = "$" + strconv.Itoa(r*len(shape)+i+1)
			}
			switch kind {
			case 't':
				place = "cast(" + place + " as text)"
			case 'n':
				place = "cast(" + place + " as bigint)"
			}
			b.WriteString(place)
		}
		b.WriteByte(')')
	}
	return b.String()
}

// places is "$1,$2,..." for n values.
func places(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(i + 1))
	}
	return b.String()
}
