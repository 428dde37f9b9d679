package main_test

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"recado/testenv"
)

// TestRedisAway takes the session store away in both ways, silent and gone, and
// empties it. Turns wait meanwhile, uncounted; what was lost is asked again.
func TestRedisAway(t *testing.T) {
	t.Parallel()
	database := testenv.Postgres(t)
	r := ownRedis(t)
	d := newSite(t, settings{database: database, redis: "redis://" + r.addr + "/0", more: "example: true\nchat: {quiet: {whatsapp: 0s}}\n"},
		person{nick: "ana", name: "Ana Lima", phone: "+55 11 99999-0001"}, person{nick: "beto", name: "Beto Reis", phone: "+55 11 99999-0002"}, person{nick: "bia", name: "Bia Campos", team: "agent"})
	p := d.serveReading()
	ana := d.person("ana")
	chat := d.chatAs("ana")

	chat.say("O relatório de fretes não abre desde ontem")
	chat.hears("Confere para mim?")

	t.Log("Redis is silent, and speaks again: the question was kept, and the answer opens the ticket")
	r.signal(t, syscall.SIGSTOP)
	chat.say("1")
	ana.writes(draft{subject: "Pneus", text: "O cadastro de pneus não grava.", header: []string{ana.vouched()}})
	d.waits(p, 2)
	r.signal(t, syscall.SIGCONT)
	chat.hears("aberto")
	ana.receives("abrimos o chamado")
	d.ledger.endsWith(deliveryTime, map[string]int{"talked": 1, "opened": 2})

	t.Log("Redis is gone, and comes back empty: the answer waits, then the question is asked again")
	chat = d.chatAs("beto")
	chat.say("A impressora de etiquetas parou de imprimir")
	chat.hears("Confere para mim?")
	r.kill()
	chat.say("1")
	d.waits(p, 1)
	r.start(t)
	chat.hears("Me conta o que está acontecendo")
	d.ledger.endsWith(deliveryTime, map[string]int{"talked": 3, "opened": 2})
	chat.say("A impressora de etiquetas parou de imprimir")
	chat.hears("Confere para mim?")
	chat.say("1")
	chat.hears("aberto")
	d.ledger.endsWith(deliveryTime, map[string]int{"talked": 4, "opened": 3})
}

// waits returns when so many items are kept back for want of Redis, and checks that
// nothing was counted against them.
func (d *site) waits(p *program, items int) {
	d.t.Helper()
	tries := func() int { return bytes.Count(p.output(), []byte("a turn waits for something that is away")) }
	before := tries()
	eventually(d.t, time.Minute, fmt.Sprintf("%d items wait for Redis", items), func() bool {
		return tries() > before && d.ledger.outcomes()[""] == items
	})
	if n := d.ledger.number("select count(*) from inbox where attempts > 0 or outcome = 'failed'"); n > 0 {
		d.t.Errorf("that Redis is away was counted against %d items: %v", n, d.ledger.failures())
	}
}

// redisServer is a Redis of the test's own, which it may stop.
type redisServer struct {
	addr string
	cmd  *exec.Cmd
	gone chan struct{}
}

func ownRedis(t *testing.T) *redisServer {
	r := &redisServer{addr: freePort(t)}
	r.start(t)
	t.Cleanup(r.kill)
	return r
}

// start starts it empty, and waits until it answers.
func (r *redisServer) start(t *testing.T) {
	t.Helper()
	r.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), "/usr/bin/redis-server", "--bind", "127.0.0.1", "--port", port(r.addr),
		"--save", "", "--appendonly", "no", "--dir", t.TempDir())
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r.gone = make(chan struct{})
	go func(cmd *exec.Cmd, gone chan struct{}) {
		defer close(gone)
		_ = cmd.Wait() // it is killed
	}(r.cmd, r.gone)
	client := redis.NewClient(&redis.Options{Addr: r.addr})
	defer client.Close()
	eventually(t, 20*time.Second, "Redis answers", func() bool { return client.Ping(t.Context()).Err() == nil })
}

func (r *redisServer) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func (r *redisServer) kill() {
	_ = r.cmd.Process.Kill() // it may have ended; a stopped one ends too
	<-r.gone
}
