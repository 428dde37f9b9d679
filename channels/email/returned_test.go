package email

import (
	"testing"

	"recado/core/message"
)

// What a report says is understood as the same words said to us.
func TestWhyReturned(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status, diagnostic string
		want               message.Failure
	}{
		{"5.1.1", "550 5.1.1 <ana@aurora.example>: User unknown", message.NoSuchAddress},
		{"5.1.1", "", message.NoSuchAddress},
		{"5.2.1", "", message.NoSuchAddress},
		{"5.0.0", "smtp; 550 No such user", message.NoSuchAddress},
		{"", "550 no such mailbox", message.NoSuchAddress},
		{"5.1.2", "", message.NoSuchDomain},
		{"5.4.4", "Host or domain name not found. Name service error for name=aurora.example type=A: Host not found", message.NoSuchDomain},
		{"5.2.2", "552 5.2.2 Mailbox full", message.MailboxFull},
		{"4.2.2", "", message.MailboxFull},
		{"5.1.8", "", message.SenderRefused},
		{"5.7.1", "550 5.7.1 Message rejected as spam by Content Filtering", message.TakenForSpam},
		{"5.3.4", "", message.Oversized},
		{"4.4.7", "", message.NoAnswer},
		{"5.4.7", "Delivery time expired", message.NoAnswer},
		{"4.4.1", "connect to mx.aurora.example[203.0.113.9]:25: Connection timed out", message.NoAnswer},
		{"5.0.0", "", message.Refused},
		{"", "", message.Refused},
	} {
		if got := WhyReturned(tt.status, tt.diagnostic); got != tt.want {
			t.Errorf("%q %q: %s, want %s", tt.status, tt.diagnostic, got, tt.want)
		}
	}
}
