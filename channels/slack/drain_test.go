package slack

import (
	"sync"
	"testing"

	"recado/core/message"
)

// What is being committed when Run is told to end is committed, and acknowledged on the
// socket that is still there for it.
func TestRunEndsWithNothingOwed(t *testing.T) {
	d := newDesk(t)
	inside, release := make(chan struct{}), make(chan struct{})
	d.heard.fail = sync.OnceValue(func() error {
		close(inside)
		<-release
		return nil
	})
	stop := d.run()
	d.bia.Says(d.room, "quase")
	<-inside
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		stop()
	}()
	close(release)
	<-ended
	if in := d.hear(1); in.Text != "quase" || in.Kind != message.Text {
		t.Errorf("heard %+v", in)
	}
	if n := d.fake.Waiting(); n > 0 {
		t.Errorf("%d acknowledgements are owed", n)
	}
}
