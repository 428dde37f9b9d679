package precedent_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"recado/assist/precedent"
)

// made makes examples of 25 words that look Portuguese, out of 6,000 used as unevenly as
// words are, filed under 60 values.
func made(n int) ([]precedent.Example, func(words int) string) {
	syllables := strings.Fields("ca co de di do e en es fa fi ga la li lo ma me mi na no o pa per po pro que ra re ri sa se si ta te ti to tra va ve vi ção mento dor")
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
	all := make([]precedent.Example, n)
	for i := range all {
		all[i] = precedent.Example{ID: "t" + strconv.Itoa(i), Text: say(25), Filed: filed("c" + strconv.Itoa(rng.IntN(60)))}
	}
	return all, say
}

// BenchmarkBuild fills an index with 20,000 examples.
func BenchmarkBuild(b *testing.B) {
	examples, _ := made(20_000)
	b.ReportAllocs()
	for b.Loop() {
		indexOf(examples...)
	}
}

// BenchmarkAsk asks 20,000 examples about texts of 12 words.
func BenchmarkAsk(b *testing.B) {
	examples, say := made(20_000)
	ix := indexOf(examples...)
	var texts []string
	for range 200 {
		texts = append(texts, say(12))
	}
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		ix.Ask(texts[i%len(texts)]).Of("category", nil)
		i++
	}
}

// BenchmarkPut replaces one example of 20,000.
func BenchmarkPut(b *testing.B) {
	examples, _ := made(20_000)
	ix := indexOf(examples...)
	i := 0
	for b.Loop() {
		ix.Put(examples[i*7919%len(examples)])
		i++
	}
}
