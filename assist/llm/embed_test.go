package llm_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"recado/assist/assisttest"
	"recado/assist/assisttest/suite"
	"recado/assist/llm"
)

func withVectors(o *llm.Options) { o.Embeddings, o.Retries = "text-embedding-3-small", 1 }

// vectorsOf gives these vectors, whatever the texts.
func vectorsOf(all ...assisttest.Vector) func([]string) []assisttest.Vector {
	return func([]string) []assisttest.Vector { return all }
}

func TestEmbed(t *testing.T) {
	if newRig(t, nil, nil).Embedder() != nil {
		t.Error("there is an embedder without a model for it")
	}
	l := &ledger{spent: map[string]int64{}}
	r := newRig(t, nil, func(o *llm.Options) { withVectors(o); o.Ledger = l })
	r.server.Play(assisttest.Down)
	r.server.Embeds(vectorsOf(assisttest.Vector{Index: 1, Numbers: []float64{0, 1}}, assisttest.Vector{Index: 0, Numbers: []float64{1, 0}}))
	got, err := r.Embedder().Embed(t.Context(), "aurora", "whatsapp/desk/1", []string{"a nota", "o pneu"})
	if err != nil || len(got) != 2 || !slices.Equal(got[0], []float32{1, 0}) || !slices.Equal(got[1], []float32{0, 1}) {
		t.Fatalf("embedded %v, %v\n%s", got, err, r.log)
	}
	if e := r.server.Embedded(); len(e) != 2 || !slices.Equal(e[1], []string{"a nota", "o pneu"}) {
		t.Errorf("asked %q", e)
	}
	for _, o := range r.server.Objections() {
		t.Error(o)
	}
	for _, account := range []string{"desk", "organisation aurora", "conversation whatsapp/desk/1"} {
		if n := l.spent[time.Now().UTC().Format(time.DateOnly)+" "+account]; n <= 0 || n > 40 {
			t.Errorf("%s has %d tokens: %v", account, n, l.spent)
		}
	}
	if m := r.Embedder().Model(); m != "text-embedding-3-small at https://api.openai.com/v1" {
		t.Errorf("vectors are kept as those of %q", m)
	}
}

func TestEmbedsNothing(t *testing.T) {
	one := assisttest.Vector{Numbers: []float64{1, 0}}
	two := assisttest.Vector{Index: 1, Numbers: []float64{0, 1}}
	for name, c := range map[string]struct {
		mood    assisttest.Mood
		vectors []assisttest.Vector
		why     llm.Why
	}{
		"down":             {assisttest.Down, nil, llm.Down},
		"slow":             {assisttest.Slow, nil, llm.Slow},
		"busy":             {assisttest.Busy, nil, llm.Busy},
		"no key":           {assisttest.NoKey, nil, llm.Rejected},
		"a page":           {assisttest.Page, nil, llm.Garbled},
		"a completion":     {assisttest.Prose, nil, llm.Empty},
		"huge":             {assisttest.Huge, nil, llm.Huge},
		"cut":              {assisttest.Cut, nil, llm.Cut},
		"too few":          {assisttest.Good, []assisttest.Vector{one}, llm.Garbled},
		"one twice":        {assisttest.Good, []assisttest.Vector{one, one}, llm.Garbled},
		"of no text":       {assisttest.Good, []assisttest.Vector{one, {Index: 2, Numbers: []float64{0, 1}}}, llm.Garbled},
		"of other lengths": {assisttest.Good, []assisttest.Vector{one, {Index: 1, Numbers: []float64{0, 1, 0}}}, llm.Garbled},
		"nowhere":          {assisttest.Good, []assisttest.Vector{{Numbers: []float64{0, 0}}, two}, llm.Garbled},
		"of no numbers":    {assisttest.Good, []assisttest.Vector{{}, {Index: 1}}, llm.Garbled},
		"of too many":      {assisttest.Good, []assisttest.Vector{{Numbers: make([]float64, 9000)}, two}, llm.Huge},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil, withVectors)
				r.server.Always(c.mood)
				if c.vectors != nil {
					r.server.Embeds(vectorsOf(c.vectors...))
				}
				got, err := r.Embedder().Embed(t.Context(), "", "", []string{"a", "b"})
				var f *llm.Failure
				if got != nil || !errors.As(err, &f) || f.Why != c.why {
					t.Errorf("embedded %v, %v; want the reason %s", got, err, c.why)
				}
			})
		})
	}
}

// A server that has no model for vectors is asked for words all the same, and no more for
// vectors; and the other way round.
func TestEachRestsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, func(o *llm.Options) { withVectors(o); o.Retries = 0 })
		r.server.Answer(answers(form(nil)))
		r.server.Always(assisttest.NoKey)
		for range 6 {
			_, _ = r.Embedder().Embed(t.Context(), "", "", []string{"a"})
		}
		if r.server.Calls() != 5 || !strings.Contains(r.log.String(), "not used: broken") {
			t.Fatalf("%d calls, want 5 and then none", r.server.Calls())
		}
		r.server.Always(assisttest.Good)
		if got := r.read(t, suite.Brief(problem)); got.By != byModel {
			t.Errorf("read by %s", got.By)
		}
		if _, err := r.Embedder().Embed(t.Context(), "", "", []string{"a"}); err == nil {
			t.Error("it did not rest")
		}
	})
}

// Azure names the deployment of the vectors' model in the address.
func TestAzureEmbeds(t *testing.T) {
	var seen string
	r := newRig(t, nil, func(o *llm.Options) {
		withVectors(o)
		o.Endpoint = llm.Endpoint{Kind: llm.Azure, URL: "http://127.0.0.1:1", Key: "azure-key", Model: "m"}
		inner := o.Transport
		o.Transport = trips(func(req *http.Request) (*http.Response, error) {
			seen = req.URL.String()
			return inner.RoundTrip(req)
		})
	})
	if _, err := r.Embedder().Embed(t.Context(), "", "", []string{"a"}); err != nil {
		t.Fatal(err, r.server.Objections())
	}
	if want := "http://127.0.0.1:1/openai/deployments/text-embedding-3-small/embeddings?api-version=2024-10-21"; seen != want {
		t.Errorf("asked %s, want %s", seen, want)
	}
}
