package assisttest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Server is the pretend server. Make one with New or Start.
type Server struct {
	URL string // as an OpenAI-compatible base, ending in /v1; empty unless started

	mu         sync.Mutex
	answer     func(Chat) string
	hears      func(Audio) string
	embeds     func([]string) []Vector
	queue      []Mood
	always     Mood
	retryAfter string
	lacks      Lack
	chats      []Chat
	audios     []Audio
	embedded   [][]string
	objections []string
	calls      int

	http *http.Server
}

// New makes a server that is used as a RoundTripper.
func New() *Server { return &Server{} }

// Start makes one that listens on loopback.
func Start(ctx context.Context) (*Server, error) {
	s := New()
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the pretend model: %w", err)
	}
	s.URL = "http://" + l.Addr().String() + "/v1"
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.http.Serve(l) }() // it ends with Close
	return s, nil
}

// Close stops listening.
func (s *Server) Close() error {
	if s.http == nil {
		return nil
	}
	return s.http.Close()
}

// Answer scripts what a good answer says; nil: the first values of the schema.
func (s *Server) Answer(with func(Chat) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = with
}

// Hears scripts what recordings say.
func (s *Server) Hears(with func(Audio) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hears = with
}

// Embeds scripts the vectors of texts; nil: by their words alone.
func (s *Server) Embeds(with func(texts []string) []Vector) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.embeds = with
}

// Play sets the moods of the next requests, one each; later ones are as Always says.
func (s *Server) Play(moods ...Mood) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, moods...)
}

// Always sets the mood of all requests that Play says nothing about.
func (s *Server) Always(m Mood) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.always, s.queue = m, nil
}

// RetryAfter is the header that refusals bear from now on.
func (s *Server) RetryAfter(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retryAfter = value
}

// Lacks makes the server one that does not know something.
func (s *Server) Lacks(what Lack) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lacks = what
}

// Chats are the completions that were asked for, in order, the refused ones too.
func (s *Server) Chats() []Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.chats)
}

// Audios are the recordings that came.
func (s *Server) Audios() []Audio {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.audios)
}

// Embedded are the texts of which vectors were asked for, request by request.
func (s *Server) Embedded() [][]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.embedded)
}

// Forget drops what was asked so far.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chats, s.audios, s.embedded = nil, nil, nil
}

// Calls is how many requests came.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Objections are what requests did that the reference does not allow.
func (s *Server) Objections() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.objections)
}

// RoundTrip implements http.RoundTripper.
func (s *Server) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close() // it was read
	}
	r := s.reply(req, body)
	if r.never {
		<-req.Context().Done()
		return nil, req.Context().Err()
	}
	res := &http.Response{
		StatusCode: r.status, Status: fmt.Sprintf("%d %s", r.status, http.StatusText(r.status)), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.header, Request: req, Body: io.NopCloser(bytes.NewReader(r.body)),
	}
	if r.breaks {
		res.Body = io.NopCloser(io.MultiReader(bytes.NewReader(r.body), broken{}))
	}
	return res, nil
}

// broken ends a body as a lost connection does.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// ServeHTTP answers over a connection.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	const mostBody = 32 << 20
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, mostBody))
	if err != nil {
		http.Error(w, "the body could not be read", http.StatusBadRequest)
		return
	}
	r := s.reply(req, body)
	if r.never {
		<-req.Context().Done()
		return
	}
	maps.Copy(w.Header(), r.header)
	if r.breaks {
		w.Header().Set("Content-Length", fmt.Sprint(len(r.body)+100))
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body) // who asked may be gone
	if r.breaks {
		panic(http.ErrAbortHandler)
	}
}

// reply is what a request gets.
type reply struct {
	status        int
	header        http.Header
	body          []byte
	breaks, never bool
}

// reply decides on a request: what is wrong with it first, then the mood.
func (s *Server) reply(req *http.Request, body []byte) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if why := s.badRequest(req); why != "" {
		return s.objects(http.StatusBadRequest, why, "")
	}
	path := req.URL.Path
	switch {
	case strings.HasSuffix(path, "/chat/completions"):
		return s.chat(body)
	case strings.HasSuffix(path, "/embeddings"):
		return s.embed(body)
	case strings.HasSuffix(path, "/audio/transcriptions"):
		return s.transcribe(req, body)
	case strings.HasSuffix(path, "/models"):
		return answered(http.StatusOK, map[string]any{"object": "list", "data": []any{}})
	}
	return s.objects(http.StatusNotFound, "no such address: "+path, "")
}

// badRequest is what is wrong with a request whatever it asks.
func (s *Server) badRequest(req *http.Request) string {
	azure := strings.Contains(req.URL.Path, "/openai/deployments/")
	switch {
	case req.Method != http.MethodPost && !strings.HasSuffix(req.URL.Path, "/models"):
		return "the method is " + req.Method
	case azure && (req.URL.Query().Get("api-version") == "" || req.Header.Get("Api-Key") == ""):
		return "Azure needs api-version and api-key"
	case azure && req.Header.Get("Authorization") != "":
		return "Azure's key was sent twice"
	case !azure && req.Header.Get("Authorization") != "" && !strings.HasPrefix(req.Header.Get("Authorization"), "Bearer "):
		return "the key is no bearer token"
	}
	return ""
}

// objects refuses a request, and remembers why.
func (s *Server) objects(status int, why, param string) reply {
	s.objections = append(s.objections, why)
	return refusal(status, why, param)
}

// next is the mood for a request.
func (s *Server) next() Mood {
	if len(s.queue) == 0 {
		return s.always
	}
	m := s.queue[0]
	s.queue = s.queue[1:]
	return m
}
