package watest

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
)

// Proxy is the address of an HTTP proxy that leads every host to this server, for
// HTTPS_PROXY of another process.
func (s *Server) Proxy() string {
	s.t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(s.tunnel))
	s.t.Cleanup(proxy.Close)
	return proxy.URL
}

func (s *Server) tunnel(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		s.strange("a request of the proxy that is no tunnel: %s %s", r.Method, r.URL)
		http.Error(w, "tunnels only", http.StatusMethodNotAllowed)
		return
	}
	var dialer net.Dialer
	up, err := dialer.DialContext(r.Context(), "tcp", s.http.Listener.Addr().String())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer up.Close()
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		http.Error(w, "no tunnels here", http.StatusInternalServerError)
		return
	}
	down, _, err := hijacker.Hijack()
	if err != nil {
		return
	}
	defer down.Close()
	if _, err := io.WriteString(down, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(up, down); _ = up.Close() })
	both.Go(func() { _, _ = io.Copy(down, up); _ = down.Close() })
	both.Wait()
}
