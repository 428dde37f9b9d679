package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// spread is how a figure varies from run to run.
type spread struct{ Min, Median, Max float64 }

func spreadOf(all []float64) spread {
	if len(all) == 0 {
		return spread{}
	}
	sorted := slices.Sorted(slices.Values(all))
	return spread{Min: sorted[0], Median: sorted[len(sorted)/2], Max: sorted[len(sorted)-1]}
}

// spreadBy is the spread of one figure of several runs.
func spreadBy[R any](runs []R, pick func(R) float64) spread {
	values := make([]float64, len(runs))
	for i, r := range runs {
		values[i] = pick(r)
	}
	return spreadOf(values)
}

// spreadRow is one figure of a summary.
type spreadRow struct {
	what   string
	of     spread
	digits int
}

// spreadTable writes a summary for people.
func spreadTable(title string, rows []spreadRow) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-36s %8s %8s %8s\n", title, "min", "median", "max")
	for _, r := range rows {
		fmt.Fprintf(&b, "  %-34s %8.*f %8.*f %8.*f\n", r.what, r.digits, r.of.Min, r.digits, r.of.Median, r.digits, r.of.Max)
	}
	return b.String()
}

// latencies are of one kind of thing, in milliseconds.
type latencies struct{ P50, P95, P99, Max float64 }

func latenciesOf(all []time.Duration) latencies {
	if len(all) == 0 {
		return latencies{}
	}
	sorted := slices.SortedFunc(slices.Values(all), cmp.Compare)
	at := func(share float64) float64 {
		return float64(sorted[min(int(share*float64(len(sorted))), len(sorted)-1)].Microseconds()) / 1000
	}
	return latencies{P50: at(.50), P95: at(.95), P99: at(.99), Max: at(1)}
}

func (l latencies) String() string {
	return fmt.Sprintf("p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, longest %.1f ms", l.P50, l.P95, l.P99, l.Max)
}
