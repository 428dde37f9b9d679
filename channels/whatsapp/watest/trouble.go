package watest

import (
	"fmt"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Restrict tells the account's linked devices that it may not write first until a time,
// or, with the zero time, that it may again.
func (a *Account) Restrict(until time.Time) {
	ends := "0"
	if !until.IsZero() {
		ends = fmt.Sprint(until.Unix())
	}
	told := fmt.Sprintf(`{"data":{"xwa2_notify_account_reachout_timelock":{"is_active":%t,"enforcement_type":"RATE","time_enforcement_ends":%q}}}`,
		!until.IsZero(), ends)
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	for n, d := range a.devices {
		if n == 0 {
			continue
		}
		d.give(waBinary.Node{
			Tag: "notification", Attrs: waBinary.Attrs{"type": "mex", "from": types.ServerJID, "id": a.server.newID(), "t": a.server.unix()},
			Content: []waBinary.Node{{
				Tag: "update", Attrs: waBinary.Attrs{"op_name": "NotificationAccountReachoutTimelockUpdate"}, Content: []byte(told),
			}},
		})
	}
}

// Deafen keeps everything from the account's linked devices that they do not ask for,
// though their connections hold: what is often seen of a session that went stale.
func (a *Account) Deafen(yes bool) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	a.deaf = yes
}

// Logins is how often the account's linked devices were let in.
func (a *Account) Logins() int {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	return a.entered
}

// Ousted is how often a client of the account logged in while another one was, with the
// same keys: the first was thrown out.
func (a *Account) Ousted() int {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	return a.ousted
}
