package slackfake

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience is how long a reader waits for something: a busy machine is slow, not broken.
const patience = 30 * time.Second

// object is a piece of JSON.
type object = map[string]any

// Server is a Slack of a test's own, with one app on it. Its methods are safe for
// concurrent use.
type Server struct {
	t     testing.TB
	http  *httptest.Server
	lines *lines

	mu         sync.Mutex
	news       chan struct{} // closed and made anew with each change
	next       map[string]int
	lastTS     int64 // of the last message, in microseconds
	deadline   time.Duration
	workspaces []*Workspace
	app        app
	tokens     map[string]*token
	refresh    map[string]*Workspace // by refresh token
	codes      map[string]*Workspace // by OAuth code
	tickets    map[string]bool       // websocket addresses that were handed out
	sockets    []*socket
	turn       int // which socket is next
	waiting    []*delivery
	held       []*delivery
	resting    []*delivery // until they come again
	lost       []*delivery
	hooks      hooks
	late       int
	triggers   map[string]*trigger
	responses  map[string]*response
	uploads    map[string]*File // by ticket of the upload address
	calls      []Call
	faults     faults
	rates      rates
	oddities   []string
}

// verification is the token that Slack used to prove itself with, before it signed; it
// still comes with everything.
const verification = "fake-verification"

// app is what the app's settings page shows.
type app struct {
	id, name, clientID, clientSecret, signingSecret, token string
	tokenRevoked, socketOff                                bool
	installed                                              *manifest // nil: the app may do everything
}

// New starts a server for t. When t ends, whatever was strange fails it.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		t: t, news: make(chan struct{}), next: map[string]int{}, deadline: 3 * time.Second,
		tokens: map[string]*token{}, refresh: map[string]*Workspace{}, codes: map[string]*Workspace{}, tickets: map[string]bool{},
		triggers: map[string]*trigger{}, responses: map[string]*response{}, uploads: map[string]*File{},
		app: app{ //nolint:gosec // these secrets open nothing but this fake
			id: "A0FAKE001", name: "Recado", clientID: "100.200",
			clientSecret: "fake-client-secret", signingSecret: "fake-signing-secret", token: "xapp-1-A0FAKE001-1-fake",
		},
	}
	s.faults.init()
	s.rates.init()
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.serveAPI)
	mux.HandleFunc("GET /link/", s.serveSocket)
	mux.HandleFunc("POST /upload/v1/{ticket}", s.serveUpload)
	mux.HandleFunc("GET /files-pri/{id}/{name}", s.serveDownload)
	mux.HandleFunc("GET /signin", s.serveSignIn)
	mux.HandleFunc("POST /actions/{id}", s.serveResponse)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.strange("a request for %s %s", r.Method, r.URL.Path)
		http.NotFound(w, r)
	})
	s.http = httptest.NewUnstartedServer(mux)
	s.http.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // broken connections are what tests are about
	s.lines = &lines{Listener: s.http.Listener, open: map[string]*line{}}
	s.http.Listener = s.lines
	s.http.Start()
	t.Cleanup(s.close)
	return s
}

func (s *Server) close() {
	s.mu.Lock()
	s.faults.release()
	for _, c := range s.sockets {
		c.cut()
	}
	s.mu.Unlock()
	s.http.CloseClientConnections()
	s.http.Close()
	for _, odd := range s.Oddities() {
		s.t.Error("slackfake: " + odd)
	}
}

// strange notes what fails the test at its end. The caller holds the lock.
func (s *Server) strange(format string, args ...any) {
	s.oddities = append(s.oddities, fmt.Sprintf(format, args...))
}

// Oddities are the strange things so far; a test that provokes some takes them away.
func (s *Server) Oddities() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	odd := s.oddities
	s.oddities = nil
	return odd
}

// URL is where the Web API is, for slack.OptionAPIURL.
func (s *Server) URL() string { return s.http.URL + "/api/" }

// AppToken is the app-level token, which opens sockets.
func (s *Server) AppToken() string { return s.app.token }

// AppID is the app's id.
func (s *Server) AppID() string { return s.app.id }

// SigningSecret signs what is posted to the app.
func (s *Server) SigningSecret() string { return s.app.signingSecret }

// ClientID and ClientSecret are the app's credentials for OAuth.
func (s *Server) ClientID() string { return s.app.clientID }

// ClientSecret goes with ClientID.
func (s *Server) ClientSecret() string { return s.app.clientSecret }

// SetPatience is how long the app may take to acknowledge and to use a trigger. It is
// 3 s otherwise, as with the real Slack.
func (s *Server) SetPatience(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadline = d
}

func (s *Server) now() time.Time { return time.Now() } //nolint:forbidigo // clients compare our times with their own, which are the system's

// changed wakes who waits for something. The caller holds the lock.
func (s *Server) changed() {
	close(s.news)
	s.news = make(chan struct{})
}

// until waits until ok, which is called under the lock. The test fails when that takes
// too long; said describes what was there instead.
func (s *Server) until(what string, ok func() bool, said func() string) {
	s.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		s.mu.Lock()
		done, news := ok(), s.news
		s.mu.Unlock()
		if done {
			return
		}
		select {
		case <-news:
		case <-late.C:
			s.mu.Lock()
			defer s.mu.Unlock()
			s.t.Fatalf("slackfake: no %s within %v; there is %s", what, patience, said())
		}
	}
}

// id names a thing as Slack would: a letter and what follows. The caller holds the lock.
func (s *Server) id(kind string) string {
	s.next[kind]++
	return fmt.Sprintf("%s0FAKE%03d", kind, s.next[kind])
}

// ts is the time of the next message, which is its name in its channel. The caller
// holds the lock.
func (s *Server) ts() string {
	s.lastTS = max(s.lastTS+1, s.now().UnixMicro())
	return fmt.Sprintf("%d.%06d", s.lastTS/1e6, s.lastTS%1e6)
}

// handle is a name as Slack makes handles of.
func handle(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), " ", ".")
}
