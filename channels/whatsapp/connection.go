package whatsapp

import (
	"context"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types/events"

	"recado/channels"
)

// connected is what State says when all is well.
const connected = "connected"

// errNotLinked is why nothing can be sent.
var errNotLinked = errors.New("the number is not linked to a phone; run: recado whatsapp pair")

// connection is a client to send with, and what gives it back. While Run runs it is
// Run's, once that is connected; otherwise one is made for this message alone, on which
// nothing is taken.
func (c *Channel) connection(ctx context.Context) (*whatsmeow.Client, func(), error) {
	caller := ctx
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	for {
		c.mu.Lock()
		client, running, resting, news := c.client, c.running, c.resting, c.news
		c.mu.Unlock()
		line := c.line
		switch {
		case !running: // then the line is free, or soon will be
		case client != nil && client.IsConnected() && client.IsLoggedIn():
			return client, func() {}, nil
		case resting != nil:
			return nil, nil, resting
		default:
			line = nil
		}
		select {
		case <-line:
			client, free, err := c.dial(ctx)
			if err != nil {
				c.line <- struct{}{}
				return nil, nil, err
			}
			return client, func() { free(); c.line <- struct{}{} }, nil
		case <-news:
		case <-ctx.Done():
			kind := channels.Away
			if caller.Err() != nil {
				kind = channels.Temporary
			}
			return nil, nil, &channels.Error{Kind: kind, Err: fmt.Errorf("not connected: %s: %w", c.state.get().Detail, ctx.Err())}
		}
	}
}

// receiver is the client that Run receives with; nil while there is none.
func (c *Channel) receiver() *whatsmeow.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.client
}

// dial connects for one message.
func (c *Channel) dial(ctx context.Context) (*whatsmeow.Client, func(), error) {
	if ctx.Err() != nil {
		return nil, nil, &channels.Error{Kind: channels.Temporary, Err: ctx.Err()}
	}
	container, err := c.openStore(ctx)
	if err != nil {
		return nil, nil, &channels.Error{Kind: channels.Temporary, Err: err}
	}
	d, linked, err := c.settledDevice(ctx, container)
	if err == nil && !linked {
		err = &channels.Error{Kind: channels.SignedOut, Err: errNotLinked}
	}
	if err != nil {
		return nil, nil, errors.Join(err, container.Close())
	}
	client := c.newClient(d)
	up, over := make(chan struct{}, 1), make(chan struct{}, 1)
	client.AddEventHandlerWithSuccessStatus(func(event any) bool {
		switch event.(type) {
		case *events.Connected:
			up <- struct{}{}
		case events.PermanentDisconnect:
			over <- struct{}{}
		case *events.Message:
			return false // for Run to take
		}
		return true
	})
	free := func() {
		client.Disconnect()
		_ = container.Close() // everything in it is committed
	}
	if err := client.ConnectContext(context.WithoutCancel(ctx)); err != nil {
		free()
		return nil, nil, &channels.Error{Kind: channels.Temporary, Err: fmt.Errorf("connect: %w", err)}
	}
	select {
	case <-up:
		return client, free, nil
	case <-over:
		err = &channels.Error{Kind: channels.SignedOut, Err: errNotLinked}
	case <-ctx.Done():
		err = &channels.Error{Kind: channels.Temporary, Err: ctx.Err()}
	}
	free()
	return nil, nil, err
}

// tell wakes who waits for the connection.
func (c *Channel) tell() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.news)
	c.news = make(chan struct{})
}
