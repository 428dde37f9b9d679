package sqlstore_test

import (
	"testing"

	"recado/bot"
	"recado/bot/bottest"
	"recado/bot/sqlstore"
	"recado/channels"
)

// What a DB is for the runtime.
var (
	_ bot.Leases      = (*sqlstore.DB)(nil)
	_ channels.Memory = sqlstore.Memory{}
)

func TestInboxStore(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		bottest.TestInboxStore(t, func(t *testing.T) bottest.InboxStore { return open(t, o) })
	})
}

func TestOutboxStore(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		bottest.TestOutboxStore(t, func(t *testing.T) bottest.OutboxStore { return open(t, o) })
	})
}

func TestLeases(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		bottest.TestLeases(t, func(t *testing.T) bot.Leases { return open(t, o) })
	})
}
