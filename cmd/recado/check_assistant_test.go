package main

import (
	"fmt"
	"strings"
	"testing"

	"recado/assist/assisttest"
)

// Each fault of a model is told in words, with what to do, and without its key.
func TestCheckOfAModel(t *testing.T) {
	server, err := assisttest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	dead := deadPort(t)
	for name, c := range map[string]struct {
		url, want string
		mood      assisttest.Mood
		lacks     assisttest.Lack
	}{
		"it works":     {server.URL, "ok     model m1: it reads a message in ", assisttest.Good, assisttest.Lack{}},
		"no schema":    {server.URL, "note   model m1: it reads well in ", assisttest.Good, assisttest.Lack{Schema: true}},
		"a wrong key":  {server.URL, "WRONG  model m1: " + server.URL + " does not take the key (HTTP 401)", assisttest.NoKey, assisttest.Lack{}},
		"no money":     {server.URL, "WRONG  model m1: " + server.URL + " is too busy, or the account is empty (HTTP 429)", assisttest.NoQuota, assisttest.Lack{}},
		"in trouble":   {server.URL, "WRONG  model m1: " + server.URL + " is in trouble (HTTP 500)", assisttest.Down, assisttest.Lack{}},
		"a chatterbox": {server.URL, "WRONG  model m1: \"m1\" answers, but not with what it is asked for (garbled)", assisttest.Prose, assisttest.Lack{}},
		"a wrong path": {strings.TrimSuffix(server.URL, "/v1") + "/v2/x", "WRONG  model m1: ", assisttest.Page, assisttest.Lack{}},
		"nobody there": {"http://" + dead + "/v1", "WRONG  model m1: http://" + dead + "/v1: nothing answers there; is it running", assisttest.Good, assisttest.Lack{}},
	} {
		t.Run(name, func(t *testing.T) {
			server.Always(c.mood)
			server.Lacks(c.lacks)
			out := checkedModel(t, c.url, "")
			if got := lineOf(out, "model m1"); !strings.HasPrefix(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if strings.Contains(out, "hunter2") {
				t.Error("the key was shown")
			}
		})
	}
}

// The model of embeddings is tried by itself, and what it costs is said.
func TestCheckOfEmbeddings(t *testing.T) {
	server, err := assisttest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	for name, c := range map[string]struct {
		mood assisttest.Mood
		want string
	}{
		"it works":    {assisttest.Good, "ok     model e1: 16 numbers a text in "},
		"a wrong key": {assisttest.NoKey, "WRONG  model e1: " + server.URL + " does not take the key (HTTP 401)"},
		"no vectors":  {assisttest.Prose, "WRONG  model e1: \"e1\" answers, but not with what it is asked for (empty)"},
	} {
		t.Run(name, func(t *testing.T) {
			server.Always(c.mood)
			out := checkedModel(t, server.URL, "embeddings: e1")
			if got := lineOf(out, "model e1"); !strings.HasPrefix(got, c.want) || c.mood == assisttest.Good && !strings.Contains(got, "costs one request") {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A model that is to look at pictures is shown one.
func TestCheckOfPictures(t *testing.T) {
	server, err := assisttest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	reads := ""
	server.Answer(func(c assisttest.Chat) string {
		if c.Name != "picture" {
			return assisttest.Fill(c.Schema)
		}
		return asJSON(map[string]string{"shows": "Um número", "reads": reads})
	})
	for name, c := range map[string]struct {
		lacks       assisttest.Lack
		mood        assisttest.Mood
		reads, want string
	}{
		"it reads":         {assisttest.Lack{}, assisttest.Good, "539", "ok     pictures by m1: it reads a picture in "},
		"it guesses":       {assisttest.Lack{}, assisttest.Good, "Boa tarde", "note   pictures by m1: it answers, and does not read a number"},
		"it takes none":    {assisttest.Lack{Pictures: true}, assisttest.Good, "", "WRONG  pictures by m1: \"m1\" takes no pictures (HTTP 400)"},
		"it only talks":    {assisttest.Lack{}, assisttest.Prose, "", "WRONG  pictures by m1: \"m1\" answers, but not with what it is asked for (garbled)"},
		"it takes no keys": {assisttest.Lack{}, assisttest.NoKey, "", "WRONG  pictures by m1: " + server.URL + " does not take the key (HTTP 401)"},
	} {
		t.Run(name, func(t *testing.T) {
			reads = c.reads
			server.Always(c.mood)
			server.Lacks(c.lacks)
			out := checkedModel(t, server.URL, "pictures: true")
			if got := lineOf(out, "pictures by m1"); !strings.HasPrefix(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// checkedModel is what check says of a desk with the model m1 at an address; more of the
// model's keys may follow.
func checkedModel(t *testing.T, at, more string) string {
	t.Helper()
	cfg := written(t, "recado.yaml", fmt.Sprintf(
		"data: %s\nweb: {listen: %q}\nsmtp_in: {enabled: off}\ndesk: {register: s@desk.example}\nassistant: {model: {name: m1, url: %q, key: hunter2, %s}}\n",
		t.TempDir(), deadPort(t), at, more))
	out, _, _ := told(t, "check", "-c", cfg)
	return out
}
