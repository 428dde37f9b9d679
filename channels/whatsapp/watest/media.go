package watest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// mediaHost is where clients send files and fetch them.
const mediaHost = "mmg.whatsapp.net"

// upload keeps a file under the hash of its bytes, which are ciphertext.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	if status := s.faults.next(&s.faults.uploads); status != 0 {
		http.Error(w, "the test wants it so", status)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	sum := sha256.Sum256(body)
	token := base64.URLEncoding.EncodeToString(sum[:])
	if !strings.HasSuffix(r.URL.Path, "/"+token) || r.URL.Query().Get("auth") != "watest" {
		s.strange("an upload that is not what it says: %s", r.URL)
		http.Error(w, "wrong hash or no right", http.StatusForbidden)
		return
	}
	path := "/media/" + token
	s.mu.Lock()
	s.media[path] = body
	s.mu.Unlock()
	fmt.Fprintf(w, `{"url": "https://%s%s?ccb=1", "direct_path": "%s?ccb=1"}`, mediaHost, path, path)
}

// download gives a file out.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	if status := s.faults.next(&s.faults.fetches); status != 0 {
		http.Error(w, "the test wants it so", status)
		return
	}
	s.mu.Lock()
	body, some := s.media[r.URL.Path]
	s.mu.Unlock()
	if !some {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write(body)
}

// ForgetMedia takes all files away, as the real server does after some weeks.
func (s *Server) ForgetMedia() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.media = map[string][]byte{}
}

// mediaAgain notes that a receiver asks the sender's phone to send a file again. Phones
// here never do. The caller holds the lock.
func (s *Server) mediaAgain(n *waBinary.Node, kind string) {
	if kind == "server-error" {
		s.faults.mediaAsked(n)
	}
}
