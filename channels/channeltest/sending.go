package channeltest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"recado/channels"
	"recado/core/message"
)

func sending() []testCase {
	return []testCase{
		{"Send: the upstream takes it, while Run runs and while it does not", sends},
		{"Send again: the same upstream id", sendsAgain},
		{"Send: two messages have two upstream ids", sendsTwo},
		{"Send: refusals are classed", refusals},
		{"Send: an ended context is no verdict on the message", sendCancelled},
		{"Send: an address of another channel is refused for good", sendElsewhere},
	}
}

func outbound(r Rig, id, text string) message.Outbound {
	return message.Outbound{ID: id, To: r.To, Language: "pt-BR", Subject: "Chamado", Text: text}
}

const (
	oneID = "01890000-0000-7000-8000-000000000001"
	twoID = "01890000-0000-7000-8000-000000000002"
)

// send sends and returns the upstream id: of the receipt, or as foretold.
func send(t testing.TB, r Rig, c channels.Channel, out message.Outbound) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), r.patience())
	defer cancel()
	receipt, err := c.Send(ctx, out)
	if err != nil {
		t.Fatalf("Send: %v", err)
	}
	f, foretells := c.(channels.Foreteller)
	switch {
	case foretells && receipt.UpstreamID == "":
		return f.UpstreamID(out)
	case foretells && receipt.UpstreamID != f.UpstreamID(out):
		t.Errorf("the receipt says %q, foretold was %q", receipt.UpstreamID, f.UpstreamID(out))
	case receipt.UpstreamID == "":
		t.Errorf("no upstream id, neither foretold nor in the receipt")
	}
	return receipt.UpstreamID
}

func sends(t testing.TB, r Rig) {
	c := r.Channel()
	first := send(t, r, c, outbound(r, oneID, "parado"))
	run := start(t, r, c, newSink(t, r))
	second := send(t, r, c, outbound(r, twoID, "rodando"))
	run.stop()
	if got, want := r.Sent(), []string{first, second}; !slices.Equal(got, want) {
		t.Errorf("the upstream took %q, want %q", got, want)
	}
}

func sendsAgain(t testing.TB, r Rig) {
	out := outbound(r, oneID, "de novo")
	first := send(t, r, r.Channel(), out)
	second := send(t, r, r.Channel(), out) // as a process does that died before it noted the first
	if first != second {
		t.Errorf("upstream ids %q and %q for one message", first, second)
	}
	got := slices.Compact(r.Sent())
	if want := []string{first}; !slices.Equal(got, want) {
		t.Errorf("the upstream knows it as %q, want %q", got, want)
	}
}

func sendsTwo(t testing.TB, r Rig) {
	c := r.Channel()
	if a, b := send(t, r, c, outbound(r, oneID, "a")), send(t, r, c, outbound(r, twoID, "a")); a == b {
		t.Errorf("two messages share the upstream id %q", a)
	}
}

func refusals(t testing.TB, r Rig) {
	for kind, arrange := range r.Refuse {
		c := r.Channel()
		arrange()
		ctx, cancel := context.WithTimeout(context.Background(), r.patience())
		_, err := c.Send(ctx, outbound(r, oneID, "recusada"))
		cancel()
		classed, ok := errors.AsType[*channels.Error](err)
		if !ok {
			t.Errorf("%s: Send returned %v, want a *channels.Error", kind, err)
		} else if classed.Kind != kind {
			t.Errorf("the upstream refused as %s, Send calls it %s: %v", kind, classed.Kind, err)
		}
		send(t, r, c, outbound(r, twoID, "depois")) // a refusal of one is not the end of the next
	}
}

func sendCancelled(t testing.TB, r Rig) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	began := time.Now()
	_, err := r.Channel().Send(ctx, outbound(r, oneID, "tarde"))
	if err == nil {
		return // taken before the end was noticed
	}
	if kind, _ := channels.KindOf(err); kind != channels.Temporary {
		t.Errorf("an ended context counts as %s: %v", kind, err)
	}
	if took := time.Since(began); took > r.patience()/2 {
		t.Errorf("Send noticed the end of its context after %v", took)
	}
}

func sendElsewhere(t testing.TB, r Rig) {
	out := outbound(r, oneID, "engano")
	out.To = message.Address{Channel: "carrier-pigeon", ID: "1"}
	_, err := r.Channel().Send(context.Background(), out)
	if kind, _ := channels.KindOf(err); err == nil || kind != channels.Permanent {
		t.Errorf("Send to another channel's address: %v, want %s", err, channels.Permanent)
	}
}
