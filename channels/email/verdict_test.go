package email

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"testing"
	"time"

	"recado/channels"
	"recado/core/message"
)

// Replies of servers, as their makers list them or as they are met; where the wording
// of a Brazilian host could not be looked up, it is that of the server it runs (cPanel's
// Exim, Postfix).
func TestVerdict(t *testing.T) {
	const (
		later, limited, never, dead = channels.Temporary, channels.RateLimited, channels.Permanent, channels.Unreachable
		stop, away                  = channels.SignedOut, channels.Away
	)
	tests := []struct {
		who  string
		at   step
		code int
		says string
		want channels.ErrorKind
		why  message.Failure
	}{
		// support.google.com/a/answer/3726730
		{"Gmail", atRecipient, 550, "5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces. gsmtp", dead, message.NoSuchAddress},
		{"Gmail", atRecipient, 550, "5.2.1 The email account that you tried to reach is inactive. gsmtp", dead, message.NoSuchAddress},
		{"Gmail", atRecipient, 452, "4.2.2 The recipient's inbox is out of storage space. gsmtp", later, message.MailboxFull},
		{"Gmail", atRecipient, 552, "5.2.2 The recipient's inbox is out of storage space and inactive. gsmtp", never, message.MailboxFull},
		{"Gmail", atRecipient, 450, "4.2.1 The user you are trying to contact is receiving mail too quickly. Please resend your message at a later time. gsmtp", later, message.NoAnswer},
		{"Gmail", atContent, 421, "4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address. gsmtp", limited, message.TooOften},
		{"Gmail", atContent, 550, "5.4.5 Daily user sending limit exceeded. gsmtp", limited, message.TooOften},
		{"Gmail", atContent, 550, "5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM. gsmtp", never, message.Unauthenticated},
		{"Gmail", atContent, 550, "5.7.1 Gmail has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked. gsmtp", never, message.TakenForSpam},
		{"Gmail", atContent, 552, "5.7.0 This message was blocked because its content presents a potential security issue. gsmtp", never, message.FileForbidden},
		{"Gmail", atContent, 552, "5.3.4 Your message exceeded Google's message size limits. gsmtp", never, message.Oversized},
		{"Gmail", atSignIn, 535, "5.7.8 Username and Password not accepted. gsmtp", stop, ""},
		{"Gmail", atSignIn, 534, "5.7.9 Application-specific password required. gsmtp", stop, ""},
		{"Gmail", atSender, 530, "5.7.0 Authentication Required. gsmtp", stop, ""},
		{"Gmail", atSignIn, 454, "4.7.0 Too many login attempts, please try again later. gsmtp", away, ""},

		// learn.microsoft.com, non-delivery reports in Exchange Online; Outlook.com's postmaster page
		{"Outlook.com", atRecipient, 550, "5.5.0 Requested action not taken: mailbox unavailable (S2017062302).", dead, message.NoSuchAddress},
		{"Exchange Online", atRecipient, 550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", dead, message.NoSuchAddress},
		{"Exchange Online", atRecipient, 550, "5.4.1 Recipient address rejected: Access denied. AS(201806281)", dead, message.NoSuchAddress},
		{"Exchange Online", atContent, 554, "5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", never, message.MailboxFull},
		{"Outlook.com", atSender, 550, "5.7.1 Unfortunately, messages from [203.0.113.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).", stop, message.SenderRefused},
		{"Outlook.com", atContent, 451, "4.7.650 The mail server [203.0.113.7] has been temporarily rate limited due to IP reputation.", limited, message.TooOften},
		{"Exchange Online", atContent, 451, "4.7.500 Server busy. Please try again later from [203.0.113.7]. (S77719)", later, message.NoAnswer},
		{"Exchange Online", atContent, 432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", later, message.NoAnswer},
		{"Exchange Online", atContent, 554, "5.2.252 SendAsDenied; desk@aurora.example not allowed to send as suporte@aurora.example", stop, message.SenderRefused},
		{"Exchange Online", atContent, 550, "5.7.60 SMTP; Client does not have permissions to send as this sender", stop, message.SenderRefused},
		{"Exchange Online", atContent, 550, "5.7.509 Access denied, sending domain aurora.example does not pass DMARC verification", never, message.Unauthenticated},
		{"Exchange Online", atSignIn, 535, "5.7.139 Authentication unsuccessful, basic authentication is disabled.", stop, ""},
		{"Exchange", atSender, 452, "4.3.1 Insufficient system resources", away, ""},
		{"Exchange greylisting", atRecipient, 451, "4.7.1 Greylisting in action, please come back later", later, message.NoAnswer},

		// senders.yahooinc.com/smtp-error-codes
		{"Yahoo", atContent, 554, "delivery error: dd This user doesn't have a yahoo.com account (ana@yahoo.com) [0]", dead, message.NoSuchAddress},
		{"Yahoo", atContent, 421, "4.7.0 [TSS04] Messages from 203.0.113.7 temporarily deferred due to unexpected volume or user complaints", limited, message.TooOften},
		{"Yahoo", atConnect, 553, "5.7.1 [BL21] Connections will not be accepted from 203.0.113.7, because the ip is in Spamhaus's list", away, ""},
		{"Yahoo", atContent, 554, "5.7.9 Message not accepted for policy reasons.", never, message.TakenForSpam},
		{"Yahoo", atContent, 552, "5.2.2 Mailbox full", never, message.MailboxFull},

		{"Locaweb (Postfix)", atRecipient, 550, "5.1.1 <ana@aurora.example>: Recipient address rejected: User unknown in virtual mailbox table", dead, message.NoSuchAddress},
		{"Locaweb", atRecipient, 450, "4.7.1 Limite de envio de mensagens por hora excedido", limited, message.TooOften},
		{"UOL", atRecipient, 450, "4.7.1 <ana@uol.com.br>: Recipient address rejected: MX-UOL-02 - Too many messages, try again later.", limited, message.TooOften},
		{"UOL", atRecipient, 552, "5.2.2 <ana@uol.com.br>: Caixa postal cheia", never, message.MailboxFull},
		{"Terra", atRecipient, 550, "Usuário ana@terra.com.br não existe", dead, message.NoSuchAddress},
		{"Terra", atRecipient, 552, "Quota exceeded", never, message.MailboxFull},
		{"KingHost", atRecipient, 550, "Limite de envios por hora excedido para esta conta", limited, message.TooOften},
		{"KingHost", atSender, 553, "5.7.1 <suporte@aurora.example>: Sender address rejected: not owned by user ana@aurora.example", stop, message.SenderRefused},
		{"HostGator (Exim)", atRecipient, 550, `No Such User Here"`, dead, message.NoSuchAddress},
		{"HostGator (Exim)", atContent, 550, "Domain aurora.example has exceeded the max emails per hour (500/500 (100%)) allowed. Message discarded.", limited, message.TooOften},
		{"HostGator (Exim)", atContent, 550, "This message was classified as SPAM and may not be delivered", never, message.TakenForSpam},
		{"Zoho", atContent, 550, "5.4.6 Unusual sending activity detected. Please try after sometime", limited, message.TooOften},
		{"Zoho", atSender, 553, "Relaying disallowed as suporte@aurora.example", stop, message.SenderRefused},
		{"Zoho", atSignIn, 535, "Authentication Failed", stop, ""},
		{"Zoho", atContent, 554, "5.1.8 Email Outgoing Blocked", stop, message.SenderRefused},

		{"Postfix", atRecipient, 550, "5.1.1 <x@aurora.example>: Recipient address rejected: User unknown in local recipient table", dead, message.NoSuchAddress},
		{"Postfix", atRecipient, 450, "4.2.0 <x@aurora.example>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/aurora.example.html", later, message.NoAnswer},
		{"Postfix", atRecipient, 451, "4.3.0 <x@aurora.example>: Temporary lookup failure", later, message.NoAnswer},
		{"Postfix", atRecipient, 454, "4.7.1 <x@gmail.com>: Relay access denied", later, message.NotRelayed},
		{"Postfix", atRecipient, 554, "5.7.1 <x@gmail.com>: Relay access denied", never, message.NotRelayed},
		{"Postfix", atSender, 552, "5.3.4 Message size exceeds fixed limit", never, message.Oversized},
		{"Postfix", atSender, 452, "4.3.1 Insufficient system storage", away, ""},
		{"Postfix", atRecipient, 553, "5.7.1 <suporte@aurora.example>: Sender address rejected: not owned by user ana", stop, message.SenderRefused},
		{"Postfix", atContent, 550, "5.7.1 Message content rejected: attachment type .exe not allowed", never, message.FileForbidden},
		{"Postfix", atConnect, 421, "4.3.2 All server ports are busy", away, ""},
		{"Postfix", atConnect, 554, "5.7.1 Service unavailable; client [203.0.113.7] blocked using zen.spamhaus.org", stop, ""},

		{"Exim", atRecipient, 550, "Unrouteable address", dead, message.NoSuchAddress},
		{"Exim", atRecipient, 550, "Unknown user", dead, message.NoSuchAddress},
		{"Exim", atRecipient, 550, "Sender verify failed", stop, message.SenderRefused},
		{"Exim", atRecipient, 550, "relay not permitted", never, message.NotRelayed},
		{"Exim", atRecipient, 550, "Administrative prohibition", never, message.Refused},
		{"Exim", atRecipient, 451, "Temporary local problem - please try later", later, message.NoAnswer},
		{"Exim", atSender, 552, "Message size exceeds maximum permitted", never, message.Oversized},
		{"Exim", atConnect, 421, "Too many concurrent SMTP connections; please try again later.", away, ""},

		{"amavis", atContent, 554, "5.7.0 Reject, id=1234-01 - spam", never, message.TakenForSpam},
		{"Sendmail", atRecipient, 553, "5.1.8 <suporte@aurora.example>... Domain of sender address does not exist", stop, message.SenderRefused},
		{"anybody", atRecipient, 556, "5.1.10 Recipient address has a null MX", dead, message.NoSuchAddress},
		{"anybody", atRecipient, 553, "5.6.7 SMTPUTF8 required", never, message.NotSpelled},
		{"anybody", atRecipient, 452, "4.2.2 over quota", later, message.MailboxFull},
		{"anybody", atRecipient, 550, "message refused by policy", never, message.Refused},
		{"anybody", atContent, 550, "", never, message.Refused},
		{"anybody", atSender, 421, "Service not available", later, message.NoAnswer},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s at %s: %d %s", tt.who, tt.at, tt.code, tt.says), func(t *testing.T) {
			err := fmt.Errorf("sending: %w", asRefusal(&textproto.Error{Code: tt.code, Msg: tt.says}))
			got := classify(t.Context(), tt.at, err)
			if kind, _ := channels.KindOf(got); kind != tt.want || channels.WhyOf(got) != tt.why {
				t.Errorf("%s for %q, want %s for %q", kind, channels.WhyOf(got), tt.want, tt.why)
			}
		})
	}
}

// What no server said.
func TestVerdictWithoutReply(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name string
		ctx  context.Context
		at   step
		err  error
		want channels.ErrorKind
	}{
		{"connection refused", t.Context(), atConnect, errors.New("connect: connection refused"), channels.Away},
		{"the name is not known", t.Context(), atConnect, errors.New("no such host"), channels.Away},
		{"certificate not trusted", t.Context(), atConnect, x509.UnknownAuthorityError{}, channels.SignedOut},
		{"TLS is not offered", t.Context(), atConnect, errNoTLS, channels.SignedOut},
		{"no way to sign in", t.Context(), atSignIn, errNoWay, channels.SignedOut},
		{"the line broke while signing in", t.Context(), atSignIn, io.EOF, channels.Away},
		{"broke off in the content", t.Context(), atContent, io.ErrUnexpectedEOF, channels.Temporary},
		{"the process ends", ended, atConnect, context.Canceled, channels.Temporary},
		{"the process ends after a refusal", ended, atContent, &refusal{Code: 554}, channels.Temporary},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := channels.KindOf(classify(tt.ctx, tt.at, tt.err)); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestRefusalIsRead(t *testing.T) {
	got := asRefusal(&textproto.Error{Code: 550, Msg: "5.1.1 The account that you tried\n5.1.1 to reach does not exist."})
	want := refusal{Code: 550, Enhanced: [3]int{5, 1, 1}, Text: "The account that you tried to reach does not exist."}
	said, ok := errors.AsType[*refusal](got)
	if !ok || *said != want {
		t.Errorf("%+v", got)
	}
	if got := said.Error(); got != "550 5.1.1 The account that you tried to reach does not exist." {
		t.Error(got)
	}
}

// A limit of the day is not asked about again every few seconds.
func TestDayLimitWaits(t *testing.T) {
	_, after := channels.KindOf(classify(t.Context(), atContent, &refusal{Code: 550, Enhanced: [3]int{5, 4, 5}, Text: "Daily sending quota exceeded"}))
	if after < 10*time.Minute {
		t.Errorf("tried again after %v", after)
	}
}
