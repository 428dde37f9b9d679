package config

import (
	"encoding"
	"log/slog"
	"reflect"
	"strconv"
	"time"
)

// field is one key of a section: what its yaml tag says.
type field struct {
	name  string
	index int
}

func fieldsOf(section reflect.Type) []field {
	fields := make([]field, section.NumField())
	for i := range fields {
		fields[i] = field{section.Field(i).Tag.Get("yaml"), i}
	}
	return fields
}

func namesOf(section reflect.Type) []string {
	var names []string
	for _, f := range fieldsOf(section) {
		names = append(names, f.name)
	}
	return names
}

var (
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
	durationType = reflect.TypeFor[time.Duration]()
	zoneType     = reflect.TypeFor[*time.Location]()
	levelType    = reflect.TypeFor[slog.Level]()
	mailboxType  = reflect.TypeFor[Mailbox]()
	whatsAppType = reflect.TypeFor[WhatsApp]()
	slackType    = reflect.TypeFor[Slack]()
)

// isSection reports whether a type is a group of keys, not one value.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(textType)
}

// fresh is what a new entry of a list starts from.
func fresh(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch t {
	case mailboxType:
		v.Set(reflect.ValueOf(defaultMailbox()))
	case whatsAppType:
		v.Set(reflect.ValueOf(defaultWhatsApp()))
	case slackType:
		v.Set(reflect.ValueOf(defaultSlack()))
	}
	return v
}

// set reads one value from text. Its errors are for people.
func set(v reflect.Value, text string) error {
	switch reader, ok := reflect.TypeAssert[encoding.TextUnmarshaler](v.Addr()); {
	case v.Type() == levelType: // its own reader's errors are for programmers
		return setParsed(v, text, parseLevel)
	case ok:
		return reader.UnmarshalText([]byte(text))
	case v.Type() == durationType:
		return setParsed(v, text, parseDuration)
	case v.Type() == zoneType:
		return setParsed(v, text, parseZone)
	case v.Kind() == reflect.Bool:
		return setParsed(v, text, parseBool)
	case v.Kind() == reflect.Int:
		return setParsed(v, text, parseInt)
	case v.Kind() == reflect.Float64:
		return setParsed(v, text, parseFloat)
	}
	v.SetString(text)
	return nil
}

func setParsed[T any](v reflect.Value, text string, parse func(string) (T, error)) error {
	value, err := parse(text)
	if err == nil {
		v.Set(reflect.ValueOf(value))
	}
	return err
}

// keys lists every path of the schema, with [] for the entries of a list.
func keys(section reflect.Type, prefix string) []string {
	var all []string
	for _, f := range fieldsOf(section) {
		path, t := join(prefix, f.name), section.Field(f.index).Type
		all = append(all, path)
		if t.Kind() == reflect.Slice && isSection(t.Elem()) {
			path, t = path+"[]", t.Elem()
		}
		if isSection(t) {
			all = append(all, keys(t, path)...)
		}
	}
	return all
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// entry is the path of an entry of a list. Entries are counted from 1.
func entry(path string, i int) string { return path + "[" + strconv.Itoa(i+1) + "]" }
