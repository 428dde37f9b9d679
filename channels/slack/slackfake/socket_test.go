package slackfake_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"recado/channels/slack/slackfake"
)

// envelopes notes the retries of each event that a desk was told.
type envelopes struct {
	mu   sync.Mutex
	seen map[string][]string // by event id: attempt and reason
}

func (l *envelopes) note(e socketmode.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var payload struct {
		EventID string `json:"event_id"`
	}
	_ = json.Unmarshal(e.Request.Payload, &payload)
	l.seen[payload.EventID] = append(l.seen[payload.EventID], fmt.Sprint(e.Request.RetryAttempt, e.Request.RetryReason))
}

func TestWhatIsNotAcknowledgedComesAgain(t *testing.T) {
	t.Parallel()
	st := staged(t)
	st.SetPatience(50 * time.Millisecond)
	log := envelopes{seen: map[string][]string{}}
	var refused atomic.Int32
	d := connected(t, st)
	d.take = func(e socketmode.Event) (any, bool) {
		log.note(e)
		return nil, refused.Add(1) > 2
	}
	st.bia.Says(st.support, "oi")
	for range 3 {
		next(t, d, message("oi"))
	}
	st.AwaitSettled()
	log.mu.Lock()
	defer log.mu.Unlock()
	for id, tries := range log.seen {
		if !slices.Equal(tries, []string{"0", "1timeout", "2timeout"}) {
			t.Errorf("%s came as %q", id, tries)
		}
	}
	if len(log.seen) != 1 || st.Late() != 2 || len(st.Lost()) != 0 {
		t.Errorf("%d events, %d late, lost %q", len(log.seen), st.Late(), st.Lost())
	}
}

func TestSlackGivesUpAfterThreeRetries(t *testing.T) {
	t.Parallel()
	st := staged(t)
	st.SetPatience(20 * time.Millisecond)
	d := connected(t, st)
	d.take = func(socketmode.Event) (any, bool) { return nil, false }
	st.bia.Says(st.support, "oi")
	for range 4 {
		next(t, d, message("oi"))
	}
	st.AwaitSettled()
	if lost := st.Lost(); len(lost) != 1 {
		t.Errorf("lost %q", lost)
	}
}

func TestNothingIsLostOverTwentyDrops(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	heard := map[string]bool{}
	for i := range 20 {
		st.bia.Says(st.support, fmt.Sprint("mensagem ", i))
		if i%2 == 0 {
			st.DropSockets()
		} else {
			st.Disconnect("refresh_requested")
		}
	}
	for len(heard) < 20 {
		e := next(t, d, func(e *slackevents.MessageEvent) bool { return strings.HasPrefix(e.Text, "mensagem") })
		heard[e.Text] = true
	}
	st.AwaitSettled()
	if lost := st.Lost(); len(lost) != 0 {
		t.Errorf("lost %q", lost)
	}
}

func TestTwoSocketsShareTheEvents(t *testing.T) {
	t.Parallel()
	st := staged(t)
	one := connected(t, st)
	two := &desk{Client: one.Client, events: make(chan socketmode.Event, 100), take: func(socketmode.Event) (any, bool) { return nil, true }}
	two.open(t)
	st.AwaitSockets(2)
	for i := range 4 {
		st.bia.Says(st.support, fmt.Sprint(i))
	}
	for range 2 {
		next[*slackevents.MessageEvent](t, one, nil)
		next[*slackevents.MessageEvent](t, two, nil)
	}
}

func TestAFrozenLine(t *testing.T) {
	t.Parallel()
	st := staged(t)
	st.SetPatience(200 * time.Millisecond)
	frozen := dialed(t, st)
	st.Freeze()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := frozen.Ping(ctx); err == nil {
		t.Error("a dead line answered a ping")
	}
	d := &desk{Client: client(st.Server, st.team.BotToken()), events: make(chan socketmode.Event, 100), take: func(socketmode.Event) (any, bool) { return nil, true }}
	d.open(t)
	st.AwaitSockets(1) // the client hung up on the other by itself
	st.bia.Says(st.support, "oi")
	next(t, d, message("oi"))
}

func TestEventsTwiceAndOutOfOrder(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	st.DuplicateEvents(1)
	st.bia.Says(st.support, "dobro")
	next(t, d, message("dobro"))
	next(t, d, message("dobro"))
	st.ReorderEvents(2)
	st.bia.Says(st.support, "primeiro")
	st.bia.Says(st.support, "segundo")
	if first := next[*slackevents.MessageEvent](t, d, nil); first.Text != "segundo" {
		t.Errorf("first came %q", first.Text)
	}
	st.SwallowEvents(1)
	st.bia.Says(st.support, "perdido")
	if lost := st.Lost(); len(lost) != 1 {
		t.Errorf("lost %q", lost)
	}
	history, err := d.GetConversationHistory(&slack.GetConversationHistoryParameters{ChannelID: st.support.ID()})
	if err != nil || history.Messages[0].Text != "perdido" {
		t.Errorf("the history does not have it: %+v, %v", history, err)
	}
}

func TestSocketsAreRefused(t *testing.T) {
	t.Parallel()
	st := staged(t)
	st.Break("apps.connections.open", 1, slackfake.Limited(0))
	st.RefuseDials(1, http.StatusServiceUnavailable)
	d := connected(t, st) // the client tries until it is let in
	if n := len(st.Calls("apps.connections.open")); n != 2 {
		t.Errorf("it asked %d times", n)
	}
	st.Disconnect("link_disabled")
	st.AwaitSockets(0)
	if _, _, err := d.StartSocketModeContext(t.Context()); err == nil {
		t.Error("with Socket Mode off it opened one")
	}
	st.RevokeAppToken()
	if _, _, err := d.StartSocketModeContext(t.Context()); err == nil || err.Error() != "token_revoked" {
		t.Errorf("with no token it opened one: %v", err)
	}
}

func TestInteractionsAreNotSentAgain(t *testing.T) {
	t.Parallel()
	st := staged(t)
	if why := st.bia.Command(st.support, "/recado", "fila").Await(); why != "nobody is connected" {
		t.Errorf("bia saw %q", why)
	}
	st.SetPatience(30 * time.Millisecond)
	d := connected(t, st)
	d.take = func(socketmode.Event) (any, bool) { return nil, false }
	if why := st.bia.Command(st.support, "/recado", "fila").Await(); why != "timeout" {
		t.Errorf("bia saw %q", why)
	}
}

// dialed is a bare websocket, for what no client of ours would send.
func dialed(t *testing.T, st stage) *websocket.Conn {
	t.Helper()
	_, url, err := client(st.Server, st.team.BotToken()).StartSocketModeContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ws, _, err := websocket.Dial(t.Context(), url, nil) //nolint:bodyclose // the handshake has none
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	if _, hello, err := ws.Read(t.Context()); err != nil || !strings.Contains(string(hello), `"type":"hello"`) {
		t.Fatalf("it began with %s, %v", hello, err)
	}
	return ws
}

func TestStrangeAcknowledgements(t *testing.T) {
	t.Parallel()
	st := staged(t)
	ws := dialed(t, st)
	st.bia.Says(st.support, "oi")
	_, data, err := ws.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var envelope struct {
		ID string `json:"envelope_id"`
	}
	if err := json.Unmarshal(data, &envelope); err != nil {
		t.Fatal(err)
	}
	for _, ack := range []string{
		`{}`, `{"envelope_id":"of-nothing"}`,
		`{"envelope_id":"` + envelope.ID + `","payload":{"text":"eu"}}`, `{"envelope_id":"` + envelope.ID + `"}`,
	} {
		if err := ws.Write(t.Context(), websocket.MessageText, []byte(ack)); err != nil {
			t.Fatal(err)
		}
	}
	var odd []string
	for len(odd) < 4 {
		odd = append(odd, st.Oddities()...)
		if t.Context().Err() != nil {
			t.Fatalf("noticed only %q", odd)
		}
	}
	for i, want := range []string{"no acknowledgement", "did not bring", "which takes none", "acknowledged twice"} {
		if !strings.Contains(odd[i], want) {
			t.Errorf("noticed %q, not %q", odd[i], want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := websocket.Dial(ctx, st.URL(), nil); err == nil { //nolint:bodyclose // the handshake has none
		t.Error("it dialled the Web API")
	}
}

func TestALargeAnswerIsDropped(t *testing.T) {
	t.Parallel()
	st := staged(t)
	ws := dialed(t, st)
	act := st.bia.Command(st.support, "/recado", "fila")
	_, data, err := ws.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(data), `"envelope_id":"`)
	id, _, _ := strings.Cut(after, `"`)
	st.SetPatience(time.Second)
	answer := `{"envelope_id":"` + id + `","payload":{"text":"` + long(21<<10) + `"}}`
	if err := ws.Write(t.Context(), websocket.MessageText, []byte(answer)); err != nil {
		t.Fatal(err)
	}
	if why := act.Await(); why != "timeout" {
		t.Errorf("bia saw %q", why)
	}
	if odd := st.Oddities(); len(odd) != 1 || !strings.Contains(odd[0], "Slack drops") {
		t.Errorf("noticed %q", odd)
	}
}

func TestTriggersExpire(t *testing.T) {
	t.Parallel()
	st := staged(t)
	d := connected(t, st)
	view := slack.ModalViewRequest{Type: slack.VTModal, Title: plain("T"), Blocks: slack.Blocks{BlockSet: []slack.Block{section("x")}}}
	trigger := func() string {
		st.bia.Command(st.support, "/recado", "")
		return next[slack.SlashCommand](t, d, nil).TriggerID
	}
	used := trigger()
	if _, err := d.OpenView(used, view); err != nil {
		t.Fatal(err)
	}
	if _, err := d.OpenView(used, view); err == nil || err.Error() != "exchanged_trigger_id" {
		t.Errorf("twice: %v", err)
	}
	st.ExpireTriggers(1)
	if _, err := d.OpenView(trigger(), view); err == nil || err.Error() != "expired_trigger_id" {
		t.Errorf("on order: %v", err)
	}
	late := trigger()
	st.SetPatience(0)
	if _, err := d.OpenView(late, view); err == nil || err.Error() != "expired_trigger_id" {
		t.Errorf("late: %v", err)
	}
}
