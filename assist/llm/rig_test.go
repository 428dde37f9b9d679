package llm_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"recado/assist"
	"recado/assist/assisttest"
	"recado/assist/llm"
	"recado/assist/search"
	"recado/core/article"
	"recado/core/dialogue"
)

// clock is the bubble's, or the real one.
type clock struct{}

func (clock) Now() time.Time                         { return time.Now() }
func (clock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// builtIn knows articles.
func builtIn(articles []article.Article) *assist.Builtin {
	index := search.New()
	for _, a := range articles {
		index.Put(a)
	}
	return assist.NewBuiltin(index, 0)
}

// rig is an assistant beside its pretend server.
type rig struct {
	*llm.Assistant

	server *assisttest.Server
	log    *logged
}

func newRig(t testing.TB, articles []article.Article, change func(*llm.Options)) *rig {
	t.Helper()
	r := &rig{server: assisttest.New(), log: &logged{}}
	o := llm.Options{
		Endpoint: llm.Endpoint{Kind: llm.OpenAI, Key: "sk-test-key", Model: "test-model"}, BuiltIn: builtIn(articles), Desk: "Suporte Demo",
		Clock: clock{}, Deadline: 5 * time.Second, Retries: 2, Transport: r.server, Log: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&o)
	}
	var err error
	if r.Assistant, err = llm.New(o); err != nil {
		t.Fatal(err)
	}
	return r
}

// logged is everything that was logged.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// read reads a brief; the model's side must never be an error.
func (r *rig) read(t *testing.T, b dialogue.Brief) dialogue.Reading {
	t.Helper()
	got, err := r.Read(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// ledger is llm.Ledger in memory.
type ledger struct {
	mu    sync.Mutex
	spent map[string]int64
	fails error
}

func (l *ledger) Spend(_ context.Context, day string, limits map[string]int64, tokens int64) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fails != nil {
		return "", l.fails
	}
	for name, most := range limits {
		if most > 0 && l.spent[day+" "+name]+tokens > most {
			return name, nil
		}
	}
	for name := range limits {
		l.spent[day+" "+name] += tokens
	}
	return "", nil
}

func (l *ledger) Settle(_ context.Context, day string, accounts []string, tokens int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, name := range accounts {
		l.spent[day+" "+name] += tokens
	}
	return nil
}

// counterOf is the counter of tokens in a direction, of triage.
func counterOf(t *testing.T, r *rig, direction string) prometheus.Collector {
	t.Helper()
	return tokens{r, direction}
}

// tokens picks one counter out of the assistant's.
type tokens struct {
	r         *rig
	direction string
}

func (k tokens) Describe(descs chan<- *prometheus.Desc) {
	descs <- prometheus.NewDesc("recado_model_tokens_total", "Tokens that the model took (in) and gave (out).", []string{"purpose", "direction"}, nil)
}

func (k tokens) Collect(out chan<- prometheus.Metric) {
	all := make(chan prometheus.Metric, 64)
	k.r.Collect(all)
	close(all)
	found := false
	for m := range all {
		var d dto.Metric
		if !strings.Contains(m.Desc().String(), `"recado_model_tokens_total"`) || m.Write(&d) != nil {
			continue
		}
		for _, l := range d.GetLabel() {
			if l.GetName() == "direction" && l.GetValue() == k.direction {
				found = true
				out <- m
			}
		}
	}
	if !found {
		out <- prometheus.MustNewConstMetric(prometheus.NewDesc("none_total", "none", nil, nil), prometheus.CounterValue, 0)
	}
}
