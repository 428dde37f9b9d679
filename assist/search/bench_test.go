package search_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"recado/assist/search"
	"recado/core/article"
)

const manyArticles = 10_000

// syllables make words that look Portuguese, and so share 4-grams as real ones do.
var syllables = strings.Fields("ca co de di do e en es fa fi ga la li lo ma me mi na no o pa per po pro que ra re ri sa se si ta te ti to tra va ve vi ção mento dor")

// synthetic makes articles of 8 title and 60 body words and three phrasings, out of
// 6,000 words used as unevenly as words are (Zipf).
func synthetic(n int) ([]article.Article, func(words int) string) {
	rng := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 6000)
	for i := range words {
		for range 2 + rng.IntN(3) {
			words[i] += syllables[rng.IntN(len(syllables))]
		}
	}
	zipf := rand.NewZipf(rng, 1.1, 4, uint64(len(words)-1))
	say := func(n int) string {
		out := make([]string, n)
		for i := range out {
			out[i] = words[zipf.Uint64()]
		}
		return strings.Join(out, " ")
	}
	articles := make([]article.Article, n)
	for i := range articles {
		articles[i] = article.Article{
			ID: fmt.Sprintf("a%05d", i), Title: say(8), Body: say(60), Public: true,
			Phrasings: []string{say(6), say(6), say(6)},
		}
	}
	return articles, say
}

// BenchmarkSearch asks questions of 7 words and reports the middle and the slow
// ones besides the mean.
func BenchmarkSearch(b *testing.B) {
	articles, say := synthetic(manyArticles)
	ix := search.New()
	for _, a := range articles {
		ix.Put(a)
	}
	queries := make([]string, 500)
	for i := range queries {
		queries[i] = say(7)
	}
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		ix.Search(queries[len(took)%len(queries)], nil, 3)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds()), "p95-µs")
}

// BenchmarkBuild fills an index with 10,000 articles and reports its memory.
func BenchmarkBuild(b *testing.B) {
	articles, _ := synthetic(manyArticles)
	for b.Loop() {
		before := heap()
		ix := search.New()
		for _, a := range articles {
			ix.Put(a)
		}
		b.ReportMetric(float64(heap()-before)/(1<<20), "MB")
		runtime.KeepAlive(ix)
	}
}

// BenchmarkPut replaces one article of 10,000.
func BenchmarkPut(b *testing.B) {
	articles, _ := synthetic(manyArticles)
	ix := search.New()
	for _, a := range articles {
		ix.Put(a)
	}
	i := 0
	for b.Loop() {
		ix.Put(articles[i*7919%len(articles)])
		i++
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
