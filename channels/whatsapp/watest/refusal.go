package watest

import (
	"errors"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// AskPasskey has the account's phone scan a QR code, and WhatsApp ask the new device for
// the account's passkey instead of linking it.
func (a *Account) AskPasskey(code string) error {
	const options = `{"challenge":"c2F5IHdobyB5b3UgYXJl","timeout":60000,"rpId":"whatsapp.com","allowCredentials":[],"userVerification":"required"}`
	return a.server.answerScan(code, waBinary.Node{
		Tag: "notification", Attrs: waBinary.Attrs{"type": "passkey_prologue_request", "from": types.ServerJID},
		Content: []waBinary.Node{{Tag: "passkey_request_options", Content: []byte(options)}},
	})
}

// ScanTooOld has a phone scan a QR code whose WhatsApp knows no linked devices.
func (a *Account) ScanTooOld(code string) error {
	return a.server.answerScan(code, waBinary.Node{
		Tag: "ib", Attrs: waBinary.Attrs{"from": types.ServerJID}, Content: []waBinary.Node{{Tag: "downgrade_webclient"}},
	})
}

// answerScan tells the device that showed a code something else than that it is linked.
func (s *Server) answerScan(code string, n waBinary.Node) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pairingOf(refOf(code))
	if p == nil {
		return errors.New("nobody waits to be paired by this code")
	}
	if n.Tag == "notification" {
		n.Attrs["id"], n.Attrs["t"] = s.newID(), s.unix()
	}
	p.conn.send(n)
	return nil
}

// RefusePairings answers the next clients that want to be linked with a failure, such as
// 405: the client is outdated.
func (s *Server) RefusePairings(times, reason int) {
	s.faults.order(&s.faults.pairings, times, reason)
}
