package bot

import (
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"recado/bot/outbox"
	"recado/core/message"
)

// metrics counts what happens, and reads how all fares when it is collected.
type metrics struct {
	items    *prometheus.CounterVec
	outcomes *prometheus.CounterVec
	messages *prometheus.CounterVec
	turns    prometheus.Histogram
	read     func() readings

	waiting, lag, up, lease, passed, trouble *prometheus.Desc
}

// readings are the values behind the gauges at one moment.
type readings struct {
	State
	leases map[string]bool
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	gauge := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &metrics{
		items:    counter("recado_items_accepted_total", "Items taken in, repeats left out.", "channel"),
		outcomes: counter("recado_outcomes_total", "Items that ended, by how.", "outcome"),
		messages: counter("recado_messages_total", "Tries to send a message, by how they ended: sent, retried or buried.", "channel", "result"),
		turns: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "recado_turn_seconds", Help: "Time from the start of a turn to its commit.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 12),
		}),
		waiting: gauge("recado_waiting", "What waits: conversations for a turn, messages in hand to be sent.", "queue"),
		lag:     gauge("recado_lag_seconds", "How late the latest of what waits is.", "queue"),
		up:      gauge("recado_channel_up", "1 while the channel receives in this process.", "channel", "account"),
		trouble: gauge("recado_channel_trouble", "1 while the channel has the trouble.", "channel", "account", "trouble"),
		passed:  gauge("recado_passed_total", "What came in and was none of the desk's, such as a group or a status post.", "channel", "account", "reason"),
		lease:   gauge("recado_lease_held", "1 while this process has the lease.", "lease"),
	}
}

// Metrics is for a Prometheus registry.
func (b *Bot) Metrics() prometheus.Collector { return b.metrics }

// Describe implements prometheus.Collector.
func (m *metrics) Describe(descs chan<- *prometheus.Desc) {
	for _, c := range m.counted() {
		c.Describe(descs)
	}
	for _, d := range []*prometheus.Desc{m.waiting, m.lag, m.up, m.lease, m.passed, m.trouble} {
		descs <- d
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(out chan<- prometheus.Metric) {
	for _, c := range m.counted() {
		c.Collect(out)
	}
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	now := m.read()
	gauge(m.waiting, float64(now.Inbox.Waiting), "inbox")
	gauge(m.waiting, float64(now.Outbox.Waiting), "outbox")
	gauge(m.lag, now.Inbox.Lag.Seconds(), "inbox")
	gauge(m.lag, now.Outbox.Lag.Seconds(), "outbox")
	for _, c := range now.Channels {
		gauge(m.up, one(c.Up), string(c.Name), c.Account)
		if c.Trouble != message.NoTrouble {
			gauge(m.trouble, 1, string(c.Name), c.Account, string(c.Trouble))
		}
		for _, why := range slices.Sorted(maps.Keys(c.Passed)) {
			out <- prometheus.MustNewConstMetric(m.passed, prometheus.CounterValue, float64(c.Passed[why]), string(c.Name), c.Account, why)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(now.leases)) {
		gauge(m.lease, one(now.leases[name]), name)
	}
}

func (m *metrics) counted() []prometheus.Collector {
	return []prometheus.Collector{m.items, m.outcomes, m.messages, m.turns}
}

func (m *metrics) accepted(channel message.Channel, fresh int) {
	m.items.WithLabelValues(string(channel)).Add(float64(fresh))
}

func (m *metrics) turn(took time.Duration, outcomes []message.Outcome) {
	m.turns.Observe(took.Seconds())
	for _, o := range outcomes {
		m.outcome(o.Code)
	}
}

func (m *metrics) outcome(code message.Code) {
	m.outcomes.WithLabelValues(string(code)).Inc()
}

func (m *metrics) sent(channel message.Channel, r outbox.Result) {
	result := "retried"
	switch {
	case r.Sent:
		result = "sent"
	case r.Buried:
		result = "buried"
	case r.Withdrawn:
		result = "withdrawn"
	}
	m.messages.WithLabelValues(string(channel), result).Inc()
}

// readings is what the gauges show.
func (b *Bot) readings() readings {
	b.health.mu.Lock()
	leases := maps.Clone(b.health.held)
	b.health.mu.Unlock()
	return readings{State: b.State(), leases: leases}
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
