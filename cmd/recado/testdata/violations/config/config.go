// Package config does what no package may.
package config

import (
	"context"
	"database/sql"
	"os"

	clock "time"
)

func init() {
	_ = clock.Now()
	os.Exit(1)
	_ = context.TODO()
	_ = sql.ErrNoRows
}
