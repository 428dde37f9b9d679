package slack

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// node is an object of JSON whose shape is not relied on: what is missing, or is of
// another type than it should be, reads as nothing. Slack sends more kinds of payload than
// it documents, and one field that changed must not lose a whole event.
type node map[string]any

func parseNode(raw []byte) (node, error) {
	var n node
	err := json.Unmarshal(raw, &n)
	return n, err
}

// text is a string, or a number as it was written.
func (n node) text(name string) string {
	switch v := n[name].(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// first is the first of these fields that says something.
func (n node) first(names ...string) string {
	for _, name := range names {
		if s := n.text(name); s != "" {
			return s
		}
	}
	return ""
}

// at is an object within, at the end of a path.
func (n node) at(path ...string) node {
	for _, name := range path {
		inner, _ := n[name].(map[string]any)
		n = inner
	}
	return n
}

// list is the objects of a list; what else stands in it is left out.
func (n node) list(name string) (all []node) {
	values, _ := n[name].([]any)
	for _, v := range values {
		if o, ok := v.(map[string]any); ok {
			all = append(all, o)
		}
	}
	return all
}

// texts is the strings of a list.
func (n node) texts(name string) (all []string) {
	values, _ := n[name].([]any)
	for _, v := range values {
		if s, ok := v.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// is reports a true, also one that was written as a string, as slash commands have it.
func (n node) is(name string) bool {
	switch v := n[name].(type) {
	case bool:
		return v
	case string:
		return v == "true"
	}
	return false
}

func (n node) has(name string) bool { return n[name] != nil }

// moment reads a ts such as "1712345678.000100": seconds since 1970, and what tells
// messages of one second apart. The zero time when it is none.
func moment(ts string) time.Time {
	seconds, fraction, _ := strings.Cut(ts, ".")
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || s <= 0 || s > 1<<38 {
		return time.Time{}
	}
	us, err := strconv.ParseInt(fraction, 10, 64)
	if err != nil || us < 0 || us > 999_999 {
		us = 0
	}
	return time.Unix(s, us*1000).UTC()
}
