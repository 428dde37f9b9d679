package channeltest

import (
	"fmt"
	"testing"
	"time"

	"recado/core/message"
)

func receiving() []testCase {
	return []testCase{
		{"an item arrives, whole and once", arrives},
		{"what came while away arrives", arrivesLater},
		{"the sink fails: the item is handed in again", sinkFails},
		{"the sink panics: the process survives and the item is handed in again", sinkPanics},
		{"order is kept through failures", orderKept},
		{"a broken connection is not an end", connectionBroken},
		{"the connection breaks while the sink fails", brokenWhileFailing},
		{"Run waits for an Accept in progress and gives its acknowledgement", drains},
		{"Run ends while the sink keeps failing", endsWhileFailing},
		{"a restart resumes: nothing lost, nothing acknowledged comes again", resumes},
		{"not acknowledged before a restart: handed in again under the same key", sameKeyAfterRestart},
	}
}

func arrives(t testing.TB, r Rig) {
	c, s := r.Channel(), newSink(t, r)
	run := start(t, r, c, s)
	r.Deliver("um")
	s.wait(1)
	run.stop()
	s.want("um")
	in := s.first()
	if in.Key.Channel != c.Name() || in.Key.Account != c.Account() {
		t.Errorf("key %s is not of channel %s, account %q", in.Key, c.Name(), c.Account())
	}
	if in.From.Channel != c.Name() || in.From.ID == "" {
		t.Errorf("from is %q, want an address of channel %s", in.From, c.Name())
	}
	if in.Kind != message.Text {
		t.Errorf("kind is %q, want %q", in.Kind, message.Text)
	}
	if got := in.ReceivedAt.Location(); got != time.UTC {
		t.Errorf("received at a time in %v, want UTC", got)
	}
}

func arrivesLater(t testing.TB, r Rig) {
	c, s := r.Channel(), newSink(t, r)
	r.Deliver("um")
	r.Deliver("dois")
	run := start(t, r, c, s)
	s.wait(2)
	run.stop()
	s.want("um", "dois")
}

func sinkFails(t testing.TB, r Rig) {
	s := newSink(t, r, fail, fail, fail)
	run := start(t, r, r.Channel(), s)
	r.Deliver("um")
	s.wait(1)
	run.stop()
	s.want("um")
	if calls, _ := s.count(); calls < 4 {
		t.Errorf("Accept was called %d times, want three failures and a success", calls)
	}
}

func sinkPanics(t testing.TB, r Rig) {
	s := newSink(t, r, blowUp)
	run := start(t, r, r.Channel(), s)
	r.Deliver("um")
	s.wait(1)
	r.Deliver("dois")
	s.wait(2)
	run.stop()
	s.want("um", "dois")
}

func orderKept(t testing.TB, r Rig) {
	var want []string
	s := newSink(t, r, take, fail, take, blowUp, fail, take, fail)
	run := start(t, r, r.Channel(), s)
	for i := range 12 {
		text := fmt.Sprintf("linha %d", i)
		want = append(want, text)
		r.Deliver(text)
	}
	s.wait(len(want))
	run.stop()
	s.want(want...)
}

func connectionBroken(t testing.TB, r Rig) {
	if r.Cut == nil {
		return // an upstream without connections has none to lose
	}
	s := newSink(t, r)
	run := start(t, r, r.Channel(), s)
	r.Deliver("um")
	s.wait(1)
	r.Cut()
	r.Deliver("dois")
	s.wait(2)
	run.stop()
	s.want("um", "dois")
}

func brokenWhileFailing(t testing.TB, r Rig) {
	if r.Cut == nil {
		return
	}
	s := newSink(t, r, hang, fail)
	run := start(t, r, r.Channel(), s)
	r.Deliver("um")
	s.until("Accept", func() bool { return s.calls > 0 })
	r.Cut()
	close(s.release)
	r.Deliver("dois")
	s.wait(2)
	run.stop()
	s.want("um", "dois")
}

func drains(t testing.TB, r Rig) {
	s := newSink(t, r, hang)
	run := start(t, r, r.Channel(), s)
	r.Deliver("um")
	s.until("Accept", func() bool { return s.calls > 0 })
	run.cancel()
	select {
	case err := <-run.done:
		t.Fatalf("Run returned (%v) while Accept was still at work", err)
	default:
	}
	close(s.release)
	run.wait()
	if _, inside := s.count(); inside != 0 {
		t.Errorf("Run returned with %d calls of Accept unfinished", inside)
	}
	s.want("um")

	again := newSink(t, r)
	rerun := start(t, r, r.Channel(), again)
	r.Deliver("dois")
	again.wait(1)
	rerun.stop()
	again.want("dois")
}

func endsWhileFailing(t testing.TB, r Rig) {
	plan := make([]verdict, 10_000)
	for i := range plan {
		plan[i] = fail
	}
	s := newSink(t, r, plan...)
	run := start(t, r, r.Channel(), s)
	r.Deliver("um")
	s.until("two failures", func() bool { return s.calls >= 2 })
	run.stop()
	s.want()
}

func resumes(t testing.TB, r Rig) {
	first := newSink(t, r)
	run := start(t, r, r.Channel(), first)
	r.Deliver("um")
	r.Deliver("dois")
	first.wait(2)
	run.stop()

	r.Deliver("três")
	second := newSink(t, r)
	run = start(t, r, r.Channel(), second)
	r.Deliver("quatro")
	second.wait(2)
	run.stop()

	first.want("um", "dois")
	second.want("três", "quatro")
}

func sameKeyAfterRestart(t testing.TB, r Rig) {
	first := &refusing{sink: newSink(t, r)}
	run := start(t, r, r.Channel(), first)
	r.Deliver("um")
	first.until("a refused item", func() bool { return len(first.keys) > 0 })
	run.stop()

	second := newSink(t, r)
	run = start(t, r, r.Channel(), second)
	second.wait(1)
	run.stop()
	second.want("um")
	if got := second.first().Key; got != first.keys[0] {
		t.Errorf("the item came again as %s, first it was %s", got, first.keys[0])
	}
}
