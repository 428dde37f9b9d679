package bulk

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// mark tells spreadsheet programs that a file is UTF-8.
const mark = "\uFEFF"

// writeCSV writes a spreadsheet: semicolons, as programs set to Portuguese expect.
func writeCSV(w io.Writer, k Kind, rows []entry, language string) error {
	if _, err := io.WriteString(w, mark); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Comma = ';'
	headings := make([]string, len(columns[k]))
	for i, c := range columns[k] {
		headings[i] = c.heading(language)
	}
	if err := out.Write(headings); err != nil {
		return err
	}
	for _, row := range rows {
		fields := make([]string, len(columns[k]))
		for i, c := range columns[k] {
			fields[i] = escape(text(row[c.name], language))
		}
		if err := out.Write(fields); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// text is a value as a cell holds it.
func text(value any, language string) string {
	switch v := value.(type) {
	case nil:
		return ""
	case bool:
		return yesNo(v, language)
	case []string:
		return strings.Join(v, "|")
	}
	return fmt.Sprint(value)
}

func yesNo(yes bool, language string) string {
	switch {
	case yes && strings.HasPrefix(language, "pt"):
		return "sim"
	case yes:
		return "yes"
	case strings.HasPrefix(language, "pt"):
		return "não"
	}
	return "no"
}

// ordered is an entry with its columns in their order.
func ordered(k Kind, row entry, without ...string) yaml.MapSlice {
	var out yaml.MapSlice
	for _, c := range columns[k] {
		if v, ok := row[c.name]; ok && !slices.Contains(without, c.name) {
			out = append(out, yaml.MapItem{Key: c.name, Value: v})
		}
	}
	return out
}

func writeYAML(w io.Writer, k Kind, rows []entry) error {
	list := make([]yaml.MapSlice, len(rows))
	for i, row := range rows {
		list[i] = ordered(k, row)
	}
	return encode(w, yaml.MapSlice{{Key: string(k), Value: list}})
}

func encode(w io.Writer, value any) error {
	out, err := yaml.MarshalWithOptions(value, yaml.UseLiteralStyleIfMultiline(true), yaml.IndentSequence(true))
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

func writeMarkdown(w io.Writer, row entry) error {
	if _, err := io.WriteString(w, fence+"\n"); err != nil {
		return err
	}
	if err := encode(w, ordered(Articles, row, "body")); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s\n\n%s\n", fence, row["body"])
	return err
}
