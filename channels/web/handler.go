package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"recado/channels"
	"recado/core/message"
	"recado/sign"
)

// Surveys knows what is rated. Wiring connects it to the store.
type Surveys interface {
	// Survey returns what the page of survey id shows, ErrNoSurvey, or
	// ErrSurveyOver when it cannot be answered any more.
	Survey(ctx context.Context, id string) (RatingPage, error)
}

// Errors of Surveys.
var (
	ErrNoSurvey   = errors.New("web: no such survey")
	ErrSurveyOver = errors.New("web: the time to answer this survey is over")
)

// RatingPage is what the page shows of a closed ticket.
type RatingPage struct {
	Number   string // protocol number
	Subject  string
	Agent    string // first name; empty when nobody in particular answered
	Language string // BCP 47, the ticket's
	Stars           // given before; zero for none
}

// Stars is an answer. Zero stars leave that side unrated.
type Stars struct {
	Service  int // 1 to 5, for the agent
	Solution int // 1 to 5, for the system
	Comment  string
}

// Handler serves the public pages and hands ratings to sink. It is what Run serves
// on the main address.
func (c *Channel) Handler(sink channels.Sink) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", c.health)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { c.ready(w, r, c.private(r)) })
	metrics := c.metrics()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if !c.private(r) {
			c.note(w, r, http.StatusNotFound, func(t *texts) note { return t.NotFound })
			return
		}
		metrics.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("User-agent: *\nDisallow: /\n")) // a peer that has gone needs no answer
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		c.note(w, r, http.StatusOK, func(t *texts) note { return t.Home })
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		c.note(w, r, http.StatusNotFound, func(t *texts) note { return t.NotFound })
	})
	mux.HandleFunc("/"+purposeRate+"/{token}", func(w http.ResponseWriter, r *http.Request) {
		c.signed(w, r, c.show, func(w http.ResponseWriter, r *http.Request) { c.record(w, r, sink) })
	})
	if c.opts.Quarantine != nil {
		mux.HandleFunc("/"+purposeHeld+"/{token}", func(w http.ResponseWriter, r *http.Request) {
			c.signed(w, r, c.showHeld, func(w http.ResponseWriter, r *http.Request) { c.judge(w, r, sink) })
		})
	}
	if c.opts.Pairings != nil {
		mux.HandleFunc("/"+purposePair+"/{token}", func(w http.ResponseWriter, r *http.Request) {
			c.signed(w, r, c.showPairing, c.pair)
		})
	}
	for path, hook := range c.opts.Hooks {
		mux.Handle(path, hook)
	}
	return withHeaders(mux)
}

// private reports whether metrics and details may be shown on the main address.
func (c *Channel) private(r *http.Request) bool {
	return c.opts.AdminAddr == "" && fromThisMachine(r)
}

// signed is a signed page: GET looks, POST records.
func (c *Channel) signed(w http.ResponseWriter, r *http.Request, look, record http.HandlerFunc) {
	switch {
	case !c.limiter.allow(c.peer(r), c.opts.Clock()):
		w.Header().Set("Retry-After", "60")
		c.note(w, r, http.StatusTooManyRequests, func(t *texts) note { return t.Slow })
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		look(w, r)
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "GET, HEAD, POST")
		c.note(w, r, http.StatusMethodNotAllowed, func(t *texts) note { return t.NotFound })
	case !c.ownForm(r):
		c.note(w, r, http.StatusForbidden, func(t *texts) note { return t.Foreign })
	default:
		record(w, r)
	}
}

func (c *Channel) show(w http.ResponseWriter, r *http.Request) {
	subject, ok := c.subject(w, r)
	if !ok {
		return
	}
	page, err := c.opts.Surveys.Survey(r.Context(), subject)
	if err != nil {
		c.refuse(w, r, err)
		return
	}
	c.form(w, r, http.StatusOK, page, newSubmission(page), nil)
}

// record hands a posted rating in. The survey is looked up too, for a posted form
// may be weeks old; that it cannot be looked up is no reason to lose what the
// person wrote, so the form comes back as after any failure of ours.
func (c *Channel) record(w http.ResponseWriter, r *http.Request, sink channels.Sink) {
	subject, ok := c.subject(w, r)
	if !ok {
		return
	}
	sub, err := readSubmission(w, r)
	if err != nil {
		c.note(w, r, http.StatusBadRequest, func(t *texts) note { return t.Foreign })
		return
	}
	page, err := c.opts.Surveys.Survey(r.Context(), subject)
	switch {
	case errors.Is(err, ErrNoSurvey) || errors.Is(err, ErrSurveyOver):
		c.refuse(w, r, err)
		return
	case err != nil:
		c.opts.Log.Error("web: look a survey up", "survey", subject, "err", err)
		c.form(w, r, http.StatusServiceUnavailable, page, sub, func(t *texts) string { return t.Busy })
		return
	}
	if problem := sub.check(); problem != nil {
		c.form(w, r, http.StatusUnprocessableEntity, page, sub, problem)
		return
	}
	if err := c.accept(r.Context(), sink, c.inbound(subject, sub, c.language(r, page.Language))); err != nil {
		c.opts.Log.Error("web: keep a rating", "survey", subject, "err", err)
		w.Header().Set("Retry-After", "60")
		c.form(w, r, http.StatusServiceUnavailable, page, sub, func(t *texts) string { return t.Busy })
		return
	}
	c.thank(w, r, page, sub)
}

// accept goes on when the person's phone has lost its connection meanwhile: the
// click was made.
func (c *Channel) accept(ctx context.Context, sink channels.Sink, in message.Inbound) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), acceptWithin)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the sink panicked: %v", v)
		}
	}()
	return sink.Accept(ctx, in)
}

// subject is what the token in the path was made for. When the token does not
// hold, subject answers the request and returns false.
func (c *Channel) subject(w http.ResponseWriter, r *http.Request) (string, bool) {
	subject, err := c.opts.Signer.VerifyLink(purposeRate, tokenOf(r), c.opts.Clock())
	switch {
	case errors.Is(err, sign.ErrExpired):
		c.refuse(w, r, ErrSurveyOver)
		return "", false
	case err != nil:
		c.note(w, r, http.StatusNotFound, func(t *texts) note { return t.Broken })
		return "", false
	}
	return subject, true
}

// tokenOf is the token of a page's address. A program that makes links clickable often
// takes the full stop after one along.
func tokenOf(r *http.Request) string { return strings.TrimRight(r.PathValue("token"), ".,;:!?)>]'\"") }

// refuse answers with the page for an error of Surveys.
func (c *Channel) refuse(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, ErrSurveyOver):
		c.note(w, r, http.StatusGone, func(t *texts) note { return t.Over })
	case errors.Is(err, ErrNoSurvey):
		c.note(w, r, http.StatusNotFound, func(t *texts) note { return t.Broken })
	default:
		c.opts.Log.Error("web: look a survey up", "err", err)
		w.Header().Set("Retry-After", "60")
		c.note(w, r, http.StatusServiceUnavailable, func(t *texts) note { return t.Down })
	}
}
