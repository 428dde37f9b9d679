//go:build !watest

package main

// trustTests does nothing: only what is built with the tag watest talks to the local
// WhatsApp server of the tests, whose root key anybody can read.
func trustTests() {}
