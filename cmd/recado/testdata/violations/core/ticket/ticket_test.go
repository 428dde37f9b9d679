package ticket

import (
	"testing"
	"time"

	_ "recado/config"
)

func TestSlowly(*testing.T) {
	time.Sleep(time.Second)
}
