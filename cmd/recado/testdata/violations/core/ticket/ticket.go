// Package ticket imports what it must not. See cmd/recado/imports_test.go.
package ticket

import (
	_ "net/http"

	_ "github.com/google/uuid"

	_ "recado/channels"
	_ "recado/core/message"
)
