package assist

import "testing"

// A panic beside the reading is one of the reading: the engine goes on without it.
func TestMeanwhilePanicsWhereItIsWaitedFor(t *testing.T) {
	t.Parallel()
	wait := meanwhile(func() int { panic("no index") })
	defer func() {
		if got := recover(); got != "no index" {
			t.Errorf("recovered %v", got)
		}
	}()
	t.Errorf("got %d", wait())
}
