package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"recado/channels"
	"recado/channels/local"
	"recado/config"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
)

// chatCmd speaks with the desk in the terminal, as anybody. When a desk to try
// things out is being served on the same data folder, it speaks with that one;
// else it runs the desk itself.
type chatCmd struct {
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file; only its folder and database matter."`
	As     string `arg:"" optional:"" help:"Who speaks first, such as ana."`
}

// Run talks until the input or ctx ends.
func (c *chatCmd) Run(ctx context.Context, std Streams) error {
	cfg, err := configured(c.Config, std)
	if err != nil {
		return err
	}
	if !cfg.Example {
		return errors.New("chat speaks as anybody, so it is only for a desk with `example: true`")
	}
	if !cfg.Database.IsZero() || len(cfg.Email) > 0 {
		return errors.New("chat pretends every channel, so it is only for a desk with the embedded database and no mailbox")
	}
	free, err := lockData(cfg)
	if errors.Is(err, errBusy) {
		return attach(ctx, cfg, c.As, std)
	}
	if err != nil {
		return err
	}
	defer free()
	return c.alone(ctx, cfg, std)
}

// alone runs the desk in this process, all of its channels pretended.
func (c *chatCmd) alone(ctx context.Context, cfg config.Config, std Streams) error {
	log := newLog(cfg, io.Discard)
	var hub *local.Hub
	d, err := assemble(ctx, cfg, log, variant{owner: ownerOf(cfg), channels: func(d *desk) ([]channels.Channel, error) {
		hub = local.NewHub(local.Options{Clock: wallClock, Files: d.files.attachments, Memory: d.db.Memory(),
			Accounts: map[message.Channel]string{message.Email: cfg.Desk.Register}})
		return []channels.Channel{hub.Channel(message.WhatsApp), hub.Channel(message.Email), hub.Channel(message.Slack), hub.Channel(message.Web)}, nil
	}})
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // everything is committed by now
	if err := d.fillExample(ctx); err != nil {
		return err
	}
	terminal, err := d.terminal(hub, c.As, std.In, std.Out)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	all, ctx := errgroup.WithContext(ctx)
	all.Go(func() error { return d.bot.Run(ctx) })
	all.Go(func() error { return d.library.Run(ctx) })
	all.Go(func() error {
		defer stop()
		return terminal.Run(ctx)
	})
	return all.Wait()
}

// terminal is a person at a keyboard, whom hub carries to the desk.
func (d *desk) terminal(hub *local.Hub, as string, in io.Reader, out io.Writer) (*local.Terminal, error) {
	return local.NewTerminal(local.TerminalOptions{
		Hub: hub, People: cast{d.db}, In: in, Out: out, Language: d.cfg.Desk.Language, Nick: as, Zone: d.cfg.Desk.TimeZone, Settle: d.settled,
	})
}

// settled waits until nothing is left to be answered, for input that is a file.
func (d *desk) settled(ctx context.Context) error {
	const look = 20 * time.Millisecond
	for quiet := 0; quiet < 5; {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(look):
		}
		quiet++
		if s := d.bot.State(); s.Inbox.Waiting+s.Outbox.Waiting > 0 {
			quiet = 0
		}
	}
	return nil
}

// cast is who can speak: everybody whom the desk knows.
type cast struct{ store dialogue.Store }

// People implements local.People.
func (c cast) People(ctx context.Context) ([]local.Person, error) {
	var people []directory.Person
	err := c.store.View(ctx, func(r dialogue.Reader) (err error) {
		people, err = everybody(ctx, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("who there is: %w", err)
	}
	var out []local.Person
	for _, p := range people {
		if !p.Active {
			continue
		}
		one := local.Person{Nick: strings.ToLower(p.First()), Name: p.Name, Role: roleOf(p)}
		for _, al := range p.Aliases {
			one.Addresses = append(one.Addresses, al.Address)
		}
		out = append(out, one)
	}
	return out, nil
}

func everybody(ctx context.Context, r dialogue.Reader) ([]directory.Person, error) {
	lister, ok := r.(directory.Lister)
	if !ok {
		return r.Team(ctx)
	}
	return lister.People(ctx)
}

func roleOf(p directory.Person) string {
	if p.Team != "" {
		return string(p.Team)
	}
	if len(p.Members) > 0 {
		return string(p.Members[0].Role)
	}
	return ""
}

// socketPath is where a served desk lets `recado chat` in: in the data folder,
// which only its owner can read.
func socketPath(cfg config.Config) string { return filepath.Join(cfg.Data, "chat.sock") }

// chatSocket lets terminals in until ctx ends. Each connection is one terminal; its
// first line says who speaks first.
func (d *desk) chatSocket(ctx context.Context, hub *local.Hub) error {
	path := socketPath(d.cfg)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("chat socket: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return fmt.Errorf("chat socket: %w", err)
	}
	all, ctx := errgroup.WithContext(ctx)
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	for {
		conn, err := listener.Accept()
		if err != nil {
			break // closed: the desk ends
		}
		all.Go(func() error {
			d.chatWith(ctx, hub, conn)
			return nil
		})
	}
	return all.Wait()
}

func (d *desk) chatWith(ctx context.Context, hub *local.Hub, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	as, err := readLine(conn)
	if err != nil {
		return
	}
	terminal, err := d.terminal(hub, as, conn, conn)
	if err != nil {
		d.log.Warn("a chat did not begin", "error", err)
		return
	}
	if err := terminal.Run(ctx); err != nil && ctx.Err() == nil {
		d.log.Warn("a chat ended", "error", err)
	}
}

// readLine reads up to a newline, and not a byte more.
func readLine(r io.Reader) (string, error) {
	var line []byte
	for one := make([]byte, 1); len(line) < 100; {
		if _, err := io.ReadFull(r, one); err != nil {
			return "", err
		}
		if one[0] == '\n' {
			break
		}
		line = append(line, one[0])
	}
	return string(line), nil
}

// attach joins the terminal to the desk that is being served.
func attach(ctx context.Context, cfg config.Config, as string, std Streams) error {
	conn, err := dialDesk(ctx, socketPath(cfg))
	if err != nil {
		return fmt.Errorf("%w (and it lets no chat in: %w)", errBusy, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := io.WriteString(conn, as+"\n"); err != nil {
		return fmt.Errorf("chat: %w", err)
	}
	go func() {
		_, _ = io.Copy(conn, std.In) // the end of the input is the end of the chat
		if half, ok := conn.(*net.UnixConn); ok {
			_ = half.CloseWrite()
		}
	}()
	if _, err = io.Copy(std.Out, conn); err != nil && ctx.Err() == nil {
		return fmt.Errorf("chat: %w", err)
	}
	return nil
}

// dialDesk waits a little for a desk that is just starting.
func dialDesk(ctx context.Context, path string) (net.Conn, error) {
	const tries, pause = 50, 100 * time.Millisecond
	var dialer net.Dialer
	for try := 1; ; try++ {
		conn, err := dialer.DialContext(ctx, "unix", path)
		if err == nil || try == tries {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}
