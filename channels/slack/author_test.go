package slack

import (
	"testing"

	"recado/core/message"
)

// Whoever picks a message or puts a ticket on it, it is told who wrote it.
func TestWhoWroteWhatIsPicked(t *testing.T) {
	d := newDesk(t)
	leo := d.work.Member("Leo Reis", "leo@recado.example")
	d.room.Invite(leo)
	d.run()
	said := leo.Says(d.room, "a nota não sai desde ontem")
	d.hear(1)
	d.bia.Shortcut(said, "ticket")
	d.bia.Reacts(said, "ticket")
	want := message.Forward{From: message.Address{Channel: message.Email, ID: "leo@recado.example"}, Name: "Leo"}
	for i := 2; i <= 3; i++ {
		in := d.hear(i)
		if in.Forward != want || in.Text != "a nota não sai desde ontem" || in.FromName != "Bia" {
			t.Errorf("%s: %q by %+v, who is %s", in.Kind, in.Text, in.Forward, in.FromName)
		}
	}
}
