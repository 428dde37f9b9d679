package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"recado/assist"
	"recado/assist/precedent"
	"recado/assist/search"
	"recado/bot"
	"recado/core/article"
	"recado/core/catalog"
	"recado/core/dialogue"
)

// benchAssistantCmd measures the built-in assistant on made-up articles and tickets.
type benchAssistantCmd struct {
	Articles int  `default:"10000" help:"How many articles, of some 90 words with three phrasings."`
	Tickets  int  `default:"100000" help:"How many closed tickets, of some 25 words; the newest are compared with, as in a desk."`
	Times    int  `default:"1000" help:"How many texts are read."`
	JSON     bool `help:"Print one JSON object instead of a table."`
}

// benchAssistantResult is what was measured. Raw is one pass over all texts that only
// finds their words: the least that an index could do.
type benchAssistantResult struct {
	Articles int       `json:"articles"`
	Tickets  int       `json:"tickets"`
	Kept     int       `json:"kept"` // tickets that are compared with
	Raw      float64   `json:"rawSeconds"`
	Build    float64   `json:"buildSeconds"`
	BuildCPU float64   `json:"buildProcessorSeconds"`
	Memory   float64   `json:"memoryMB"`          // of both indexes
	Triage   latencies `json:"triageMs"`          // a whole reading, articles included
	Search   latencies `json:"searchMs"`          // articles alone
	CPU      float64   `json:"triageProcessorMs"` // on the mean: what a busy machine does not change much
	Words    latencies `json:"wordsMs"`           // finding the words of as many texts as one is compared with
	Put      latencies `json:"putMs"`             // an article and a ticket replaced, in place
	Load     float64   `json:"load"`              // of the machine, when it ended
}

// Run measures once.
func (c *benchAssistantCmd) Run(ctx context.Context, std Streams) error {
	r, err := c.measure(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(std.Out).Encode(r) //nolint:musttag // latencies are printed by their names
	}
	return r.print(std.Out)
}

// benchTexts are made-up articles and tickets.
type benchTexts struct {
	say      func(words int) string
	articles []article.Article
	tickets  []precedent.Example
	offer    catalog.Offer
}

// syllables make words that look Portuguese, and so share runs of characters as real
// ones do.
var syllables = strings.Fields("ca co de di do e en es fa fi ga la li lo ma me mi na no o pa per po pro que " +
	"ra re ri sa se si ta te ti to tra va ve vi ção mento dor")

func newBenchTexts(articles, tickets int) *benchTexts {
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same texts each time
	const vocabulary = 6000
	words := make([]string, vocabulary)
	for i := range words {
		for range 2 + rng.IntN(3) {
			words[i] += syllables[rng.IntN(len(syllables))]
		}
	}
	zipf := rand.NewZipf(rng, 1.1, 4, vocabulary-1)
	b := &benchTexts{say: func(n int) string {
		out := make([]string, n)
		for i := range out {
			out[i] = words[zipf.Uint64()]
		}
		return strings.Join(out, " ")
	}}
	const categories = 60
	for i := range categories {
		b.offer.Categories = append(b.offer.Categories, catalog.Item{ID: "c" + strconv.Itoa(i), Level: catalog.Category, Name: b.say(2), Active: true})
	}
	for i := range articles {
		b.articles = append(b.articles, article.Article{
			ID: "a" + strconv.Itoa(i), Title: b.say(8), Body: b.say(60), Public: true, Phrasings: []string{b.say(6), b.say(6), b.say(6)},
		})
	}
	for i := range tickets {
		filed := map[string]string{assist.Category: "c" + strconv.Itoa(rng.IntN(categories))}
		b.tickets = append(b.tickets, precedent.Example{ID: "t" + strconv.Itoa(i), Text: b.say(25), Filed: filed})
	}
	return b
}

func (c *benchAssistantCmd) measure(ctx context.Context) (benchAssistantResult, error) {
	kept := min(c.Tickets, precedentsKept)
	texts := newBenchTexts(c.Articles, kept)
	r := benchAssistantResult{Articles: c.Articles, Tickets: c.Tickets, Kept: kept, Raw: texts.pass().Seconds()}
	before := liveHeap()
	start, used := bot.SystemClock{}.Now(), processorTime()
	ix, known := search.New(), precedent.New()
	var filling sync.WaitGroup // as library.refresh does
	filling.Go(func() {
		for _, a := range texts.articles {
			ix.Put(a)
		}
	})
	for _, t := range texts.tickets {
		known.Put(t)
	}
	filling.Wait()
	r.Build, r.BuildCPU = bot.SystemClock{}.Now().Sub(start).Seconds(), (processorTime() - used).Seconds()
	r.Memory = liveHeap() - before
	builtin := assist.NewBuiltin(ix, 0).Learn(known)

	var reading, searching, putting, finding []time.Duration
	timed := func(all *[]time.Duration, do func()) {
		start := bot.SystemClock{}.Now()
		do()
		*all = append(*all, bot.SystemClock{}.Now().Sub(start))
	}
	asked := make([]string, c.Times)
	for i := range asked {
		asked[i] = texts.say(12)
	}
	used = processorTime()
	for _, text := range asked {
		var err error
		timed(&reading, func() { _, err = builtin.Read(ctx, dialogue.Brief{Text: text, Offer: texts.offer, WantArticles: true}) })
		if err != nil {
			return r, err
		}
	}
	r.CPU = (processorTime() - used).Seconds() * 1000 / float64(max(1, c.Times))
	for i, text := range asked {
		timed(&searching, func() { ix.Search(text, nil, 3) })
		timed(&putting, func() {
			ix.Put(texts.articles[i%max(1, len(texts.articles))])
			known.Put(texts.tickets[i%max(1, len(texts.tickets))])
		})
		const compared = 256
		timed(&finding, func() {
			for k := range compared {
				search.Words(texts.tickets[(i+k)%len(texts.tickets)].Text)
			}
		})
	}
	r.Triage, r.Search, r.Put, r.Words = latenciesOf(reading), latenciesOf(searching), latenciesOf(putting), latenciesOf(finding)
	r.Load = loadAverage()
	runtime.KeepAlive(texts)
	return r, nil
}

// pass finds the words of all texts once.
func (b *benchTexts) pass() time.Duration {
	start := bot.SystemClock{}.Now()
	for _, a := range b.articles {
		search.Words(a.Title)
		search.Words(a.Body)
		for _, p := range a.Phrasings {
			search.Words(p)
		}
	}
	for _, t := range b.tickets {
		search.Words(t.Text)
	}
	return bot.SystemClock{}.Now().Sub(start)
}

// liveHeap is what is held after a collection, in MB.
func liveHeap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

func (r benchAssistantResult) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(t, "articles\t%d\ntickets\t%d, of which compared with %d\n", r.Articles, r.Tickets, r.Kept)
	_, _ = fmt.Fprintf(t, "built in\t%.2f s, %.2f s of a processor\t%.1f times a pass over the words (%.2f s)\n",
		r.Build, r.BuildCPU, r.Build/max(r.Raw, 1e-9), r.Raw)
	_, _ = fmt.Fprintf(t, "memory\t%.0f MB\n\n\tp50\tp95\tp99\tmost\tp95 in raw passes\n", r.Memory)
	for _, l := range []struct {
		what string
		took latencies
	}{
		{"triage with articles, ms", r.Triage}, {"search alone, ms", r.Search},
		{"article and ticket replaced, ms", r.Put}, {"raw: words of 256 tickets, ms", r.Words},
	} {
		_, _ = fmt.Fprintf(t, "%s\t%.2f\t%.2f\t%.2f\t%.2f\t%.1f\n", l.what, l.took.P50, l.took.P95, l.took.P99, l.took.Max, l.took.P95/max(r.Words.P95, 1e-9))
	}
	_, _ = fmt.Fprintf(t, "triage, on the mean\t%.2f ms of a processor\nload of the machine\t%.1f\n", r.CPU, r.Load)
	return t.Flush()
}
