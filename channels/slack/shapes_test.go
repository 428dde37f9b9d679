package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shapes are payloads of every kind that Slack documents and of many that it does not,
// with nothing in them, and with each of their fields of the wrong type.
func shapes(t testing.TB) (all map[string]string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "shapes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var groups map[string]map[string]json.RawMessage
	if err := json.Unmarshal(raw, &groups); err != nil {
		t.Fatal(err)
	}
	all = map[string]string{}
	for kind, samples := range groups {
		for name, payload := range samples {
			all[kind+"/"+name] = string(payload)
		}
	}
	return all
}

// bent is a payload again and again, each time with one of its values gone or of another
// type.
func bent(v any, try func()) {
	odd := []any{nil, "", "x", 0.0, -1.0, true, []any{}, []any{nil, 1.0, "x"}, map[string]any{}, map[string]any{"id": 1.0}}
	switch v := v.(type) {
	case map[string]any:
		for key, was := range v {
			for _, other := range odd {
				v[key] = other
				try()
			}
			delete(v, key)
			try()
			v[key] = was
			bent(was, try)
		}
	case []any:
		for i, was := range v {
			for _, other := range odd {
				v[i] = other
				try()
			}
			v[i] = was
			bent(was, try)
		}
	}
}

// Whatever comes, nothing panics; what is handed in is complete, and all else is counted
// under a reason.
func TestNoShapePanics(t *testing.T) {
	c := offline(t)
	for name, payload := range shapes(t) {
		kind, _, _ := strings.Cut(name, "/")
		var v any
		if err := json.Unmarshal([]byte(payload), &v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		try := func() {
			n, _ := v.(map[string]any)
			if err := whole(c, kind, n); err != nil {
				t.Fatalf("%s: %v\n%v", name, err, v)
			}
		}
		try()
		bent(v, try)
	}
}

// whole checks what a payload became.
func whole(c *Channel, kind string, n node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it panicked: %v", p)
		}
	}()
	a := c.whose(n).decode(kind, n)
	if a.passed != "" {
		return nil
	}
	if a.user == "" && a.in.From.IsZero() {
		return fmt.Errorf("nobody did it")
	}
	in := a.in
	if in.From.IsZero() {
		profile{id: a.user, team: or(a.team, c.Workspace)}.sign(c.Workspace, &in)
	}
	in.Text = c.reader(context.Background(), a.emoji).plain(strings.ReplaceAll(a.said, "<@", "<"))
	for _, f := range a.files {
		fileIn(f)
		isLink(f)
	}
	return in.Check()
}

// offline is a channel that asks nobody.
func offline(t testing.TB) *Channel {
	t.Helper()
	c, err := New(Options{
		Workspace: "T1", BotToken: "xoxb-1", AppToken: "xapp-1", API: "http://127.0.0.1:1/", Files: &files{}, Memory: &memory{}, Clock: func() time.Time { return time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	c.me = identity{user: "UBOT", bot: "BBOT", team: "T1"}
	return c
}

// The kinds that are ours are not merely survived: the samples become what they are.
func TestShapesBecomeItems(t *testing.T) {
	c := offline(t)
	got := map[string]string{}
	for name, payload := range shapes(t) {
		kind, _, _ := strings.Cut(name, "/")
		n, err := parseNode([]byte(payload))
		if err != nil {
			t.Fatal(err)
		}
		a := c.decode(kind, n)
		got[name] = "passed: " + a.passed
		if a.passed == "" {
			got[name] = strings.Join([]string{string(a.in.Kind), a.in.Key.ID, a.in.Conversation, string(a.in.Auto), a.in.Choice, a.in.Target.ID, a.said}, " | ")
		}
	}
	golden(t, "shapes.golden.json", got)
}

func FuzzPayloads(f *testing.F) {
	for name, payload := range shapes(f) {
		kind, _, _ := strings.Cut(name, "/")
		f.Add(kind, payload)
	}
	c := offline(f)
	f.Fuzz(func(t *testing.T, kind, payload string) {
		n, err := parseNode([]byte(payload))
		if err != nil {
			return
		}
		if err := whole(c, kind, n); err != nil {
			t.Fatal(err)
		}
	})
}
