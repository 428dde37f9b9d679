//go:build watest

package main

import "recado/channels/whatsapp/watest"

// trustTests makes this build accept the local WhatsApp server of the tests.
func trustTests() { watest.Trust() }
