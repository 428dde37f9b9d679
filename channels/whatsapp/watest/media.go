package watest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"google.golang.org/protobuf/proto"
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
// here do when a test says so. The caller holds the lock.
func (s *Server) mediaAgain(c *conn, n *waBinary.Node, kind string) {
	if kind == "server-error" {
		s.faults.mediaAsked(n, c.device)
	}
}

// AnswerMediaRetry is what a sender's phone does when it is asked for a file again: it
// tells where the file is now; without a path, that it has it no more. The ask is
// awaited.
func (s *Server) AnswerMediaRetry(from *Phone, id types.MessageID, key []byte, path string) {
	s.t.Helper()
	result := waMmsRetry.MediaRetryNotification_SUCCESS
	if path == "" {
		result = waMmsRetry.MediaRetryNotification_NOT_FOUND
	}
	raw, err := proto.Marshal(&waMmsRetry.MediaRetryNotification{StanzaID: &id, DirectPath: &path, Result: &result})
	if err != nil {
		s.t.Fatal(err)
	}
	iv := make([]byte, 12)
	_, _ = rand.Read(iv) // never fails
	sealed, err := gcmutil.Encrypt(hkdfutil.SHA256(key, nil, []byte("WhatsApp Media Retry Notification"), 32), iv, raw, []byte(id))
	if err != nil {
		s.t.Fatal(err)
	}
	asker := s.awaitAsker(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	asker.give(waBinary.Node{
		Tag: "notification", Attrs: waBinary.Attrs{"type": "mediaretry", "from": asker.account.phone, "id": id, "t": s.unix()},
		Content: []waBinary.Node{
			{Tag: "rmr", Attrs: waBinary.Attrs{"jid": from.Account.lid, "from_me": "false"}},
			{Tag: "encrypt", Content: []waBinary.Node{{Tag: "enc_p", Content: sealed}, {Tag: "enc_iv", Content: iv}}},
		},
	})
}

// awaitAsker waits until somebody asks for the file of a message again.
func (s *Server) awaitAsker(id string) *device {
	s.t.Helper()
	const every = 5 * time.Millisecond
	for late := time.After(patience); ; {
		s.faults.mu.Lock()
		asker := s.faults.askers[id]
		s.faults.mu.Unlock()
		if asker != nil {
			return asker
		}
		select {
		case <-time.After(every):
		case <-late:
			s.t.Fatalf("watest: nobody asked for the file of %s again within %v", id, patience)
		}
	}
}
