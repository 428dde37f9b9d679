//go:build !watest

package main

import (
	"context"
	"errors"
)

// benchWhatsAppCmd is left out of the program as people run it: it brings a WhatsApp
// server of its own, and the root key that vouches for it.
type benchWhatsAppCmd struct{}

// Run says how to build what measures.
func (*benchWhatsAppCmd) Run(context.Context, Streams) error {
	return errors.New("this build talks to the real WhatsApp only; build the bench with: go build -tags watest -o bin/recado-watest ./cmd/recado")
}
