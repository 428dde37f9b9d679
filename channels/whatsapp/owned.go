package whatsapp

import (
	"cmp"
	"errors"
	"net/http"

	"recado/channels"
)

var errNotOwner = errors.New("another process has the number; not connecting")

// ownedTransport makes connections while this process owns the number. whatsmeow connects
// anew by itself as soon as a connection broke off, and asks nobody.
type ownedTransport struct {
	owns func(*http.Request) bool
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t ownedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !t.owns(r) {
		return nil, errNotOwner
	}
	return t.next.RoundTrip(r)
}

// whileOwned is the client for the socket that asks o first.
func (c *Channel) whileOwned(o channels.Owner) *http.Client {
	client := *cmp.Or(c.HTTP, http.DefaultClient)
	if client.Transport == nil {
		client.Transport = http.DefaultTransport
	}
	client.Transport = ownedTransport{owns: func(r *http.Request) bool { return o.Owns(r.Context(), c) }, next: client.Transport}
	return &client
}
