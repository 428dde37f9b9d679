package main

import (
	"testing"

	"recado/bot"
	"recado/config"
)

// What `keep` says of mail that was taken becomes what the mailbox does: a folder to
// move to, or none.
func TestKeepBecomesAFolderOrNone(t *testing.T) {
	for keep, want := range map[string]string{"flag": "", "move:Feito": "Feito"} {
		d := &desk{cfg: config.Default(), files: &fileStores{}, clock: bot.SystemClock{}}
		o, err := d.mailOptions(config.Mailbox{Address: "suporte@aurora.example", IMAP: config.IMAP{Host: "127.0.0.1", Keep: keep}})
		if err != nil {
			t.Fatal(err)
		}
		if o.IMAP.MoveTo != want {
			t.Errorf("keep: %s moves to %q, want %q", keep, o.IMAP.MoveTo, want)
		}
	}
}
