package whatsapp

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"recado/channels"
	"recado/core/message"
)

// Options describe one number of the desk.
type Options struct {
	Account string // names this end in keys, for ever
	Name    string // what customers see beside the number
	DSN     string // where whatsmeow keeps its keys: a file's path, or a postgres:// address
	Schema  string // of PostgreSQL, for the keys alone; it is made. Empty: "whatsapp"

	MaxFile int64         // bytes of one file that are taken; 0 is message.MaxFileSize
	Timeout time.Duration // for the acknowledgement of one message, and for one file; 0 is 1 minute
	Unread  time.Duration // how long a message that could not be decrypted is waited for; 0 is 1 minute
	Retry   time.Duration // before a number that is not linked is looked at again; 0 is 5 seconds

	CodeFor time.Duration // how long a QR code is shown, the first one three times as long; 0 is 20 s
	Pauses  Pauses        // after a connection that ended for a reason
	Silence time.Duration // connected, and nothing heard for so long: connect anew; 0: never

	Groups bool // who calls the desk in a group is answered, privately; else groups are passed over

	Mend  message.Link // the page where the number is linked; zero: it has none
	Polls Polls        // which questions are put as polls too; "" is StarPolls

	HTTP   *http.Client    // for the socket and for files; nil: the system's
	Memory channels.Memory // of when the phone was last seen, and of a rest that WhatsApp asked for; nil: both are forgotten
	Files  channels.Files
	Clock  func() time.Time
	Log    *slog.Logger
}

// Polls says which questions a number puts as polls, beside the numbered text.
type Polls string

// What is put as a poll.
const (
	NoPolls     Polls = "none"
	StarPolls   Polls = "stars"   // ratings
	ChoicePolls Polls = "choices" // and whatever has a few choices
)

func (o Options) withDefaults() Options {
	if o.MaxFile == 0 {
		o.MaxFile = maxFile
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	if o.Unread == 0 {
		o.Unread = time.Minute
	}
	if o.Retry == 0 {
		o.Retry = 5 * time.Second
	}
	if o.CodeFor == 0 {
		o.CodeFor = 20 * time.Second // as WhatsApp Web does
	}
	o.Pauses = o.Pauses.withDefaults()
	if o.Schema == "" {
		o.Schema = "whatsapp"
	}
	if o.Polls == "" {
		o.Polls = StarPolls
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func (o Options) check() error {
	switch {
	case o.Account == "" || strings.Contains(o.Account, "/"):
		return errors.New("whatsapp: the account needs a name without slashes")
	case o.DSN == "":
		return errors.New("whatsapp: where whatsmeow keeps its keys is not said")
	case o.Clock == nil:
		return errors.New("whatsapp: a clock is needed")
	}
	return nil
}
