package llm_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"recado/assist"
	"recado/assist/assisttest"
	"recado/assist/assisttest/suite"
	"recado/assist/llm"
)

const byModel = "test-model/triage-2"

func TestTriesAgain(t *testing.T) {
	for name, c := range map[string]struct {
		moods      []assisttest.Mood
		retryAfter string
		calls      int
		by         string
		least      time.Duration
		most       time.Duration
	}{
		"once":                     {[]assisttest.Mood{assisttest.Down}, "", 2, byModel, 150 * time.Millisecond, 400 * time.Millisecond},
		"twice":                    {[]assisttest.Mood{assisttest.Away, assisttest.Cut}, "", 3, byModel, 400 * time.Millisecond, time.Second},
		"no more than allowed":     {[]assisttest.Mood{assisttest.Down, assisttest.Down, assisttest.Down}, "", 3, assist.ByBuiltin, 400 * time.Millisecond, time.Second},
		"as the server asks":       {[]assisttest.Mood{assisttest.Busy}, "2", 2, byModel, 2 * time.Second, 2100 * time.Millisecond},
		"by a date":                {[]assisttest.Mood{assisttest.Busy}, "date", 2, byModel, 2 * time.Second, 4100 * time.Millisecond},
		"not beyond the deadline":  {[]assisttest.Mood{assisttest.Busy}, "30", 1, assist.ByBuiltin, 0, 10 * time.Millisecond},
		"not without quota":        {[]assisttest.Mood{assisttest.NoQuota}, "", 1, assist.ByBuiltin, 0, 10 * time.Millisecond},
		"not with a wrong key":     {[]assisttest.Mood{assisttest.NoKey}, "", 1, assist.ByBuiltin, 0, 10 * time.Millisecond},
		"a slow one is given up":   {[]assisttest.Mood{assisttest.Slow}, "", 1, assist.ByBuiltin, 5 * time.Second, 5 * time.Second},
		"a bad answer is not more": {[]assisttest.Mood{assisttest.Prose}, "", 1, assist.ByBuiltin, 0, 10 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, nil, nil)
				r.server.Answer(answers(form(nil)))
				r.server.Play(c.moods...)
				if c.retryAfter == "date" {
					c.retryAfter = time.Now().Add(3 * time.Second).UTC().Format(http.TimeFormat)
				}
				r.server.RetryAfter(c.retryAfter)
				began := time.Now()
				got := r.read(t, suite.Brief(problem))
				took := time.Since(began)
				if got.By != c.by || r.server.Calls() != c.calls || took < c.least || took > c.most {
					t.Errorf("by %s after %d calls in %s; want %s after %d calls in %s to %s", got.By, r.server.Calls(), took, c.by, c.calls, c.least, c.most)
				}
			})
		})
	}
}

// A server that fails is left alone, tried again after a rest, and trusted when it works.
func TestBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, func(o *llm.Options) { o.Retries = 0 })
		r.server.Answer(answers(form(nil)))
		r.server.Always(assisttest.Down)
		for range 5 {
			r.read(t, suite.Brief(problem))
		}
		r.read(t, suite.Brief(problem))
		if r.server.Calls() != 5 || !strings.Contains(r.log.String(), "not used: broken") {
			t.Fatalf("%d calls, want 5 and then none", r.server.Calls())
		}
		time.Sleep(31 * time.Second)
		r.read(t, suite.Brief(problem))
		r.read(t, suite.Brief(problem))
		if r.server.Calls() != 6 {
			t.Fatalf("%d calls, want one try after the rest", r.server.Calls())
		}
		time.Sleep(31 * time.Second) // the rest is twice as long now
		r.read(t, suite.Brief(problem))
		if r.server.Calls() != 6 {
			t.Fatalf("%d calls, want none within the longer rest", r.server.Calls())
		}
		time.Sleep(31 * time.Second)
		r.server.Always(assisttest.Good)
		for i := range 3 {
			if got := r.read(t, suite.Brief(problem)); got.By != byModel || r.server.Calls() != 7+i {
				t.Fatalf("by %s after %d calls", got.By, r.server.Calls())
			}
		}
	})
}

// A Retry-After that reaches beyond the turn is kept to by the turns after it.
func TestRetryAfterIsKeptTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, nil)
		r.server.Answer(answers(form(nil)))
		r.server.RetryAfter("60")
		r.server.Play(assisttest.Busy)
		r.read(t, suite.Brief(problem))
		time.Sleep(59 * time.Second)
		if got := r.read(t, suite.Brief(problem)); got.By != assist.ByBuiltin || r.server.Calls() != 1 {
			t.Errorf("by %s after %d calls", got.By, r.server.Calls())
		}
		time.Sleep(2 * time.Second)
		if got := r.read(t, suite.Brief(problem)); got.By != byModel {
			t.Errorf("by %s", got.By)
		}
	})
}

// Bad answers tell nothing of the server: the next turn asks again.
func TestBadAnswersDoNotBreak(t *testing.T) {
	r := newRig(t, nil, nil)
	r.server.Always(assisttest.Prose)
	for range 8 {
		r.read(t, suite.Brief(problem))
	}
	if r.server.Calls() != 8 {
		t.Errorf("%d calls, want 8", r.server.Calls())
	}
}

// No more calls at once than places; who gets none in time goes without.
func TestPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, func(o *llm.Options) { o.Concurrency, o.Retries = 2, 0 })
		r.server.Always(assisttest.Slow)
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() { r.read(t, suite.Brief(problem)) })
		}
		synctest.Wait()
		for range 4 {
			all.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				if got, err := r.Read(ctx, suite.Brief(problem)); err != nil || got.By != assist.ByBuiltin {
					t.Errorf("read %+v, %v", got, err)
				}
			})
		}
		all.Wait()
		if n := r.server.Calls(); n != 2 {
			t.Errorf("%d calls, want 2", n)
		}
		if text := r.log.String(); strings.Count(text, "not used: busy") != 4 || strings.Count(text, "not used: slow") != 2 {
			t.Errorf("want two slow and four busy:\n%s", text)
		}
	})
}

// A turn that is given up is no failure of the server.
func TestGivenUpTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil, nil)
		r.server.Always(assisttest.Slow)
		for range 10 {
			ctx, cancel := context.WithCancel(t.Context())
			go func() { time.Sleep(time.Second); cancel() }()
			got, err := r.Read(ctx, suite.Brief(problem))
			if err != nil || got.By != assist.ByBuiltin {
				t.Fatalf("read %+v, %v", got, err)
			}
		}
		if r.server.Calls() != 10 {
			t.Errorf("%d calls: the breaker counted them", r.server.Calls())
		}
	})
}

func TestBudgets(t *testing.T) {
	day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly) // a bubble's first day
	for name, c := range map[string]struct {
		budget llm.Budget
		by     []string // of three turns: two of one conversation, one of another organisation's
	}{
		"none":            {llm.Budget{}, []string{byModel, byModel, byModel}},
		"of the day":      {llm.Budget{Day: 2600}, []string{byModel, assist.ByBuiltin, assist.ByBuiltin}},
		"of an organi.":   {llm.Budget{Organisation: 2600}, []string{byModel, assist.ByBuiltin, byModel}},
		"of a conver.":    {llm.Budget{Conversation: 2600}, []string{byModel, assist.ByBuiltin, byModel}},
		"of nearly none":  {llm.Budget{Day: 1}, []string{assist.ByBuiltin, assist.ByBuiltin, assist.ByBuiltin}},
		"of all, but big": {llm.Budget{Day: 1e6, Organisation: 1e6, Conversation: 1e6}, []string{byModel, byModel, byModel}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &ledger{spent: map[string]int64{}}
				r := newRig(t, nil, func(o *llm.Options) { o.Ledger, o.Budget = l, c.budget })
				r.server.Answer(answers(form(nil)))
				other := suite.Brief(problem)
				other.Organisation.ID, other.Conversation = "ipe", "whatsapp/desk/5511999990009"
				for i, b := range []string{"a", "a", "b"} {
					brief := suite.Brief(problem)
					if b == "b" {
						brief = other
					}
					if got := r.read(t, brief); got.By != c.by[i] {
						t.Errorf("turn %d by %s, want %s", i+1, got.By, c.by[i])
					}
				}
				used := testutil.ToFloat64(counterOf(t, r, "in")) + testutil.ToFloat64(counterOf(t, r, "out"))
				if got := l.spent[day+" desk"]; float64(got) != used {
					t.Errorf("%d tokens in the ledger, %v counted (%v)", got, used, l.spent)
				}
				time.Sleep(24 * time.Hour)
				if c.budget.Day != 1 {
					if got := r.read(t, suite.Brief(problem)); got.By != byModel {
						t.Errorf("the next day by %s", got.By)
					}
				}
			})
		})
	}
}

// What nobody charges for is given back; what may be charged stays counted.
func TestBudgetAfterFailures(t *testing.T) {
	for mood, free := range map[assisttest.Mood]bool{assisttest.Down: true, assisttest.NoKey: true, assisttest.Slow: false, assisttest.Cut: false} {
		t.Run(string(mood), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &ledger{spent: map[string]int64{}}
				r := newRig(t, nil, func(o *llm.Options) { o.Ledger, o.Retries = l, 0 })
				r.server.Always(mood)
				r.read(t, suite.Brief(problem))
				for account, spent := range l.spent {
					if (spent == 0) != free {
						t.Errorf("%s: %d", account, spent)
					}
				}
			})
		})
	}
}

// A ledger that cannot be asked is a budget that is used up.
func TestLedgerAway(t *testing.T) {
	r := newRig(t, nil, func(o *llm.Options) { o.Ledger = &ledger{fails: errStore} })
	if got := r.read(t, suite.Brief(problem)); got.By != assist.ByBuiltin || r.server.Calls() != 0 {
		t.Errorf("by %s after %d calls", got.By, r.server.Calls())
	}
}

// Servers differ in how they want to be asked; it is learned once.
func TestManners(t *testing.T) {
	for name, c := range map[string]struct {
		kind  llm.Kind
		model string
		lacks assisttest.Lack
		calls int // until the first answer
	}{
		"all known":             {llm.OpenAI, "m", assisttest.Lack{}, 1},
		"no schema":             {llm.Other, "m", assisttest.Lack{Schema: true}, 2},
		"no JSON":               {llm.Ollama, "m", assisttest.Lack{JSON: true}, 3},
		"no temperature":        {llm.OpenAI, "m", assisttest.Lack{Temperature: true}, 2},
		"old tokens":            {llm.OpenAI, "m", assisttest.Lack{NewTokens: true}, 2},
		"new tokens":            {llm.VLLM, "m", assisttest.Lack{OldTokens: true}, 2},
		"a model that reasons":  {llm.OpenAI, "gpt-5-mini", assisttest.Lack{Temperature: true}, 1}, // the library knows it
		"one that reasons, old": {llm.LlamaCPP, "o3-mini", assisttest.Lack{Temperature: true, OldTokens: true}, 1},
		"everything":            {llm.Other, "m", assisttest.Lack{JSON: true, Temperature: true}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil, func(o *llm.Options) {
				o.Endpoint = llm.Endpoint{Kind: c.kind, URL: "http://127.0.0.1:1/v1", Model: c.model}
			})
			r.server.Answer(answers(form(nil)))
			r.server.Lacks(c.lacks)
			if got := r.read(t, suite.Brief(problem)); got.By != c.model+"/triage-2" || r.server.Calls() != c.calls {
				t.Fatalf("by %s after %d calls, want %d\n%s", got.By, r.server.Calls(), c.calls, r.log)
			}
			r.read(t, suite.Brief(problem))
			if n := r.server.Calls(); n != c.calls+1 {
				t.Errorf("%d calls for the second turn", n-c.calls)
			}
			for _, o := range r.server.Objections() {
				t.Error(o)
			}
		})
	}
}

// Azure names the deployment in the address, and has its key in a header of its own.
func TestAzure(t *testing.T) {
	var seen []string
	r := newRig(t, nil, func(o *llm.Options) {
		o.Endpoint = llm.Endpoint{Kind: llm.Azure, URL: "http://127.0.0.1:1", Key: "azure-key", Model: "gpt-4.1:mini"}
		inner := o.Transport
		o.Transport = trips(func(req *http.Request) (*http.Response, error) {
			seen = append(seen, req.URL.String(), req.Header.Get("Api-Key"))
			return inner.RoundTrip(req)
		})
	})
	r.server.Answer(answers(form(nil)))
	if got := r.read(t, suite.Brief(problem)); got.By != "gpt-4.1:mini/triage-2" {
		t.Fatalf("by %s\n%s %v", got.By, r.log, r.server.Objections())
	}
	want := "http://127.0.0.1:1/openai/deployments/gpt-4.1:mini/chat/completions?api-version=2024-10-21"
	if seen[0] != want || seen[1] != "azure-key" {
		t.Errorf("asked %v, want %s", seen, want)
	}
}

type trips func(*http.Request) (*http.Response, error)

func (t trips) RoundTrip(req *http.Request) (*http.Response, error) { return t(req) }

// Over a real connection, with the moods that only one has.
func TestOverTheNetwork(t *testing.T) {
	server, err := assisttest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	server.Answer(answers(form(nil)))
	r := newRig(t, nil, func(o *llm.Options) {
		o.Transport, o.Retries = nil, 0
		o.Deadline = 2 * time.Second
		o.Endpoint = llm.Endpoint{Kind: llm.OpenAI, URL: server.URL, Key: "k", Model: "test-model"}
	})
	for _, c := range []struct {
		mood assisttest.Mood
		by   string
	}{{assisttest.Good, byModel}, {assisttest.Cut, assist.ByBuiltin}, {assisttest.Moved, assist.ByBuiltin}, {assisttest.Huge, assist.ByBuiltin}, {assisttest.Good, byModel}} {
		server.Play(c.mood)
		if got := r.read(t, suite.Brief(problem)); got.By != c.by {
			t.Errorf("%s: by %s, want %s\n%s", c.mood, got.By, c.by, r.log)
		}
	}
}
