package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// alive is all that /healthz says.
const alive = "recado is alive"

// readyWithin bounds one question to Options.Ready.
const readyWithin = 3 * time.Second

// Part is one thing that the process needs: a database, a channel.
type Part struct {
	Name   string `json:"name"`
	Up     bool   `json:"up"`
	Vital  bool   `json:"vital"`            // without it the process is not ready
	Detail string `json:"detail,omitempty"` // for the team; no secrets
}

// AdminHandler serves /healthz, /readyz with details and /metrics to whoever
// reaches it. It is what Run serves on Options.AdminAddr.
func (c *Channel) AdminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", c.health)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { c.ready(w, r, true) })
	mux.Handle("GET /metrics", c.metrics())
	return withHeaders(mux)
}

func (c *Channel) health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte(alive + "\n")) // a peer that has gone needs no answer
}

func (c *Channel) metrics() http.Handler {
	if c.opts.Gatherer == nil {
		return http.NotFoundHandler()
	}
	return promhttp.HandlerFor(c.opts.Gatherer, promhttp.HandlerOpts{
		ErrorLog: metricsLog{c},
		Timeout:  readyWithin,
	})
}

// metricsLog passes promhttp's complaints on.
type metricsLog struct{ c *Channel }

func (l metricsLog) Println(v ...any) { l.c.opts.Log.Error("web: metrics", "err", v) }

// readiness is the body of /readyz. Parts are left out for strangers.
type readiness struct {
	Ready bool   `json:"ready"`
	Parts []Part `json:"parts,omitempty"`
}

// ready answers 200 when every vital part is up, else 503.
func (c *Channel) ready(w http.ResponseWriter, r *http.Request, details bool) {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	state := readiness{Ready: true}
	if c.opts.Ready != nil {
		state.Parts = c.opts.Ready(ctx)
	}
	for _, p := range state.Parts {
		state.Ready = state.Ready && (p.Up || !p.Vital)
	}
	if !details {
		state.Parts = nil
	}
	w.Header().Set("Content-Type", "application/json")
	if !state.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	if err := json.NewEncoder(w).Encode(state); err != nil {
		c.opts.Log.Debug("web: the peer of /readyz has gone", "err", err)
	}
}

// fromThisMachine reports whether a request was made here and passed on by nobody.
// The Host is looked at because a page elsewhere can make a browser on this
// machine ask us under a name of its own (DNS rebinding).
func fromThisMachine(r *http.Request) bool {
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	return isLoopback(hostOnly(r.RemoteAddr)) && isLoopback(hostOnly(r.Host))
}
