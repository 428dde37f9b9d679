package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// Check tells whether Run could serve: the port is free, or Recado already answers
// there, and people elsewhere can follow the links.
func (c *Channel) Check(ctx context.Context) error {
	if c.opts.Listener != nil {
		return nil // it is open already
	}
	host, _, err := net.SplitHostPort(c.opts.Addr)
	if err != nil {
		return fmt.Errorf("the web address %q is not host:port, such as 127.0.0.1:8080: %w", c.opts.Addr, err)
	}
	if isLoopback(c.base.Hostname()) && !isLoopback(host) {
		return fmt.Errorf("the base URL %s means this machine only; customers cannot open its links: set the public address", c.base)
	}
	for _, addr := range []string{c.opts.Addr, c.opts.AdminAddr} {
		if addr == "" {
			continue
		}
		if err := checkPort(ctx, addr); err != nil {
			return err
		}
	}
	return nil
}

func checkPort(ctx context.Context, addr string) error {
	var open net.ListenConfig
	l, err := open.Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return l.Close()
	case errors.Is(err, syscall.EADDRINUSE) && answersAsRecado(ctx, addr):
		return nil
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("another program listens on %s: stop it, or choose another port", addr)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("this user may not listen on %s: choose a port above 1023", addr)
	default:
		return fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
}

// answersAsRecado asks /healthz: `recado check` is often run beside `recado serve`.
func answersAsRecado(ctx context.Context, addr string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/healthz", nil)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64))
	return err == nil && strings.TrimSpace(string(body)) == alive
}
