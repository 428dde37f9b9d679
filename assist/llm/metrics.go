package llm

import "github.com/prometheus/client_golang/prometheus"

// metrics are what the model does and costs.
type metrics struct {
	calls   *prometheus.CounterVec
	tokens  *prometheus.CounterVec
	cost    *prometheus.CounterVec
	seconds prometheus.Histogram
	resting *prometheus.Desc
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	return &metrics{
		calls: counter("recado_model_calls_total",
			"Times that the model was to be asked, by what came of it: used, or why the built-in assistant stood in.", "purpose", "result"),
		tokens: counter("recado_model_tokens_total", "Tokens that the model took (in) and gave (out).", "purpose", "direction"),
		cost:   counter("recado_model_cost_total", "What the tokens cost, by the configured prices, in their currency.", "purpose"),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "recado_model_seconds", Help: "Time from the request to the model's answer, tries included.",
			Buckets: []float64{.1, .25, .5, 1, 2, 3, 4, 5, 6, 7, 8, 15, 30},
		}),
		resting: prometheus.NewDesc("recado_model_resting", "1 while the model is left alone for this, because it failed at it.", []string{"for"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (a *Assistant) Describe(descs chan<- *prometheus.Desc) {
	for _, c := range a.metrics.counted() {
		c.Describe(descs)
	}
	descs <- a.metrics.resting
}

// Collect implements prometheus.Collector.
func (a *Assistant) Collect(out chan<- prometheus.Metric) {
	for _, c := range a.metrics.counted() {
		c.Collect(out)
	}
	for name, b := range a.breakers.byName() {
		open := 0.0
		if b.open(a.o.Clock.Now()) {
			open = 1
		}
		out <- prometheus.MustNewConstMetric(a.metrics.resting, prometheus.GaugeValue, open, name)
	}
}

func (m *metrics) counted() []prometheus.Collector {
	return []prometheus.Collector{m.calls, m.tokens, m.cost, m.seconds}
}
