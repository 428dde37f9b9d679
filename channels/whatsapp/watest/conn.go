package watest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

const (
	largestFrame = 1 << 24
	// lastWords is how long a connection stays open after a stanza that ends it: whatsmeow
	// may lose what comes right before a close.
	lastWords = 150 * time.Millisecond
)

// conn is one client's connection, from its handshake to its end.
type conn struct {
	server *Server
	ws     *websocket.Conn
	in     *direction
	device *device // once it logged in

	pairing *pairing // while it has not

	mu     sync.Mutex // guards what follows
	out    *direction
	toSend [][]byte
	wake   chan struct{}
	ended  bool
}

// serveSocket is the websocket's handler.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if status := s.faults.next(&s.faults.refusals); status != 0 {
		http.Error(w, "the test wants it so", status)
		return
	}
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // the origin is the client's own affair
	if err != nil {
		return // the library answered
	}
	ws.SetReadLimit(largestFrame)
	c := &conn{server: s, ws: ws, wake: make(chan struct{}, 1)}
	defer c.gone()
	if err := c.run(r.Context()); err != nil && !closedByPeer(err) {
		s.strange("a connection: %v", err)
	}
}

// closedByPeer reports an error that only says that somebody hung up.
func closedByPeer(err error) bool {
	var closing websocket.CloseError
	return errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) || errors.As(err, &closing) || errors.Is(err, io.ErrUnexpectedEOF) || errReset(err)
}

// run shakes hands and reads stanzas until the connection ends.
func (c *conn) run(ctx context.Context) error {
	payload, noise, err := c.shakeHands(ctx)
	if err != nil {
		return err
	}
	writing, stop := context.WithCancel(ctx)
	defer stop()
	go c.write(writing)
	if err := c.begin(payload, noise); err != nil {
		return err
	}
	for {
		frame, err := c.read(ctx)
		if err != nil {
			return err
		}
		plain, err := c.in.open(frame)
		if err != nil {
			return fmt.Errorf("a frame does not open: %w", err)
		}
		data, err := waBinary.Unpack(plain)
		if err != nil {
			return fmt.Errorf("a frame does not unpack: %w", err)
		}
		node, err := waBinary.Unmarshal(data)
		if err != nil {
			return fmt.Errorf("a stanza does not read: %w", err)
		}
		c.server.handle(c, node)
	}
}

// read is the next frame without its length.
func (c *conn) read(ctx context.Context) ([]byte, error) {
	_, data, err := c.ws.Read(ctx)
	if err != nil {
		return nil, err
	}
	return unframed(data)
}

// unframed takes the length of three bytes off; whatsmeow sends one frame a message.
func unframed(data []byte) ([]byte, error) {
	if len(data) < 3 {
		return nil, errors.New("a frame without length")
	}
	length := int(data[0])<<16 | int(data[1])<<8 | int(data[2])
	if len(data) != 3+length {
		return nil, fmt.Errorf("a frame of %d bytes says that it has %d", len(data)-3, length)
	}
	return data[3:], nil
}

func framed(body []byte) []byte {
	n := len(body)
	return append([]byte{byte(n >> 16), byte(n >> 8), byte(n)}, body...)
}

// shakeHands returns who wants to log in, and the key that proves it.
func (c *conn) shakeHands(ctx context.Context) (*waWa6.ClientPayload, []byte, error) {
	_, data, err := c.ws.Read(ctx)
	if err != nil {
		return nil, nil, err
	}
	if len(data) < 4 || data[0] != 'W' || data[1] != 'A' {
		return nil, nil, errors.New("the first bytes are not WhatsApp's")
	}
	h, err := startHandshake(data[:4])
	if err != nil {
		return nil, nil, err
	}
	first, err := unframed(data[4:])
	if err != nil {
		return nil, nil, err
	}
	theirs, ours := &waWa6.HandshakeMessage{}, keys.NewKeyPair()
	if err := proto.Unmarshal(first, theirs); err != nil {
		return nil, nil, err
	}
	ephemeral := theirs.GetClientHello().GetEphemeral()
	if err := c.answerHello(ctx, h, ephemeral, ours); err != nil {
		return nil, nil, err
	}
	last, err := c.read(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := proto.Unmarshal(last, theirs); err != nil {
		return nil, nil, err
	}
	noise, err := h.open(theirs.GetClientFinish().GetStatic())
	if err != nil {
		return nil, nil, err
	}
	if err := h.mixKey(ours.Priv[:], noise); err != nil {
		return nil, nil, err
	}
	plain, err := h.open(theirs.GetClientFinish().GetPayload())
	if err != nil {
		return nil, nil, err
	}
	payload := &waWa6.ClientPayload{}
	if err := proto.Unmarshal(plain, payload); err != nil {
		return nil, nil, err
	}
	c.in, c.out, err = h.finish()
	return payload, noise, err
}

func (c *conn) answerHello(ctx context.Context, h *handshake, ephemeral []byte, ours *keys.KeyPair) error {
	static := c.server.static
	h.mixHash(ephemeral)
	h.mixHash(ours.Pub[:])
	if err := h.mixKey(ours.Priv[:], ephemeral); err != nil {
		return err
	}
	hello := &waWa6.HandshakeMessage_ServerHello{Ephemeral: ours.Pub[:], Static: h.seal(static.Pub[:])}
	if err := h.mixKey(static.Priv[:], ephemeral); err != nil {
		return err
	}
	chain, err := certificate(static, c.server.now())
	if err != nil {
		return err
	}
	hello.Payload = h.seal(chain)
	body, err := proto.Marshal(&waWa6.HandshakeMessage{ServerHello: hello})
	if err != nil {
		return err
	}
	return c.ws.Write(ctx, websocket.MessageBinary, framed(body))
}

// send queues a stanza for the client; it never waits.
func (c *conn) send(n waBinary.Node) {
	data, err := waBinary.Marshal(n)
	if err != nil {
		c.server.strange("our own stanza cannot be written: %v", err)
		return
	}
	c.mu.Lock()
	if !c.ended {
		c.toSend = append(c.toSend, framed(c.out.seal(data)))
	}
	c.mu.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// write sends what is queued, each frame as a message of its own.
func (c *conn) write(ctx context.Context) {
	for {
		c.mu.Lock()
		frames := c.toSend
		c.toSend = nil
		c.mu.Unlock()
		for _, f := range frames {
			if c.ws.Write(ctx, websocket.MessageBinary, f) != nil {
				return // reading finds out too
			}
		}
		select {
		case <-c.wake:
		case <-ctx.Done():
			return
		}
	}
}

// end says a last word and hangs up a little later.
func (c *conn) end(n waBinary.Node) {
	c.send(n)
	c.mu.Lock()
	c.ended = true
	c.mu.Unlock()
	time.AfterFunc(lastWords, func() { _ = c.ws.CloseNow() })
}

func (c *conn) isEnding() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended
}

// cut hangs up without a word.
func (c *conn) cut() { _ = c.ws.CloseNow() }

// gone forgets the connection.
func (c *conn) gone() {
	_ = c.ws.CloseNow()
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	delete(c.server.conns, c)
	if d := c.device; d != nil && d.conn == c {
		d.conn = nil
	}
}

// begin tells a login from a new device.
func (c *conn) begin(payload *waWa6.ClientPayload, noise []byte) error {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = struct{}{}
	if payload.Username == nil {
		return c.offerPairing(payload, noise)
	}
	c.login(payload, noise)
	return nil
}
