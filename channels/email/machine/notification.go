package machine

import (
	"cmp"
	"encoding/json"
	"html"
	"strings"

	"recado/channels/email/letter"
)

func unescape(s string) string { return html.UnescapeString(s) }

// event is what Amazon SES publishes of one of our mails, as SNS mails it ("Contents of
// event notifications for Amazon SES" in its developer guide). Older topics say
// notificationType, newer ones eventType.
type event struct {
	NotificationType string `json:"notificationType"`
	EventType        string `json:"eventType"`
	Mail             struct {
		MessageID   string   `json:"messageId"`
		Destination []string `json:"destination"`
		Headers     []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"headers"`
		CommonHeaders struct {
			MessageID string `json:"messageId"`
		} `json:"commonHeaders"`
	} `json:"mail"`
	Bounce struct {
		Type       string `json:"bounceType"`
		SubType    string `json:"bounceSubType"`
		Recipients []struct {
			Address    string `json:"emailAddress"`
			Action     string `json:"action"`
			Status     string `json:"status"`
			Diagnostic string `json:"diagnosticCode"`
		} `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		Feedback   string `json:"complaintFeedbackType"`
		Recipients []struct {
			Address string `json:"emailAddress"`
		} `json:"complainedRecipients"`
	} `json:"complaint"`
	DeliveryDelay struct {
		Type       string `json:"delayType"`
		Recipients []struct {
			Address    string `json:"emailAddress"`
			Status     string `json:"status"`
			Diagnostic string `json:"diagnosticCode"`
		} `json:"delayedRecipients"`
	} `json:"deliveryDelay"`
}

// notification reads the mail as one of SNS about one of ours.
func (m *mail) notification() (e event, ok bool) {
	if !m.Header.Has("x-amz-sns-message-id") && m.from.Address.Domain != "sns.amazonaws.com" {
		return e, false
	}
	text := strings.TrimSpace(m.text())
	start := strings.IndexByte(text, '{')
	if start < 0 {
		return e, false
	}
	// Sendmail breaks lines of more than 990 bytes by "!", and other servers without it.
	text = strings.NewReplacer("!\n ", "", "\n", "").Replace(text[start:])
	var wrapped struct {
		Message string `json:"Message"`
	}
	if json.NewDecoder(strings.NewReader(text)).Decode(&wrapped) == nil && strings.HasPrefix(wrapped.Message, "{") {
		text = wrapped.Message // a subscription without raw delivery
	}
	err := json.NewDecoder(strings.NewReader(text)).Decode(&e)
	return e, err == nil && e.kind() != ""
}

func (e event) kind() string { return cmp.Or(e.NotificationType, e.EventType) }

func (e event) complains() bool { return e.kind() == "Complaint" }

// report puts the event into the words of RFC 3464 and RFC 5965.
func (e event) report() (r Report) {
	r.MessageID = e.messageID()
	switch e.kind() {
	case "Bounce":
		r.Action = "failed"
		if list := e.Bounce.Recipients; len(list) > 0 {
			r.recipient(letter.Leniently(list[0].Address))
			r.Status, r.Diagnostic = statusIn(list[0].Status), diagnosticOf(list[0].Diagnostic)
		}
		r.Status = sharper(r.Status, cmp.Or(bounceTypes[e.Bounce.Type+"/"+e.Bounce.SubType], bounceTypes[e.Bounce.Type]))
	case "DeliveryDelay":
		r.Action = "delayed"
		if list := e.DeliveryDelay.Recipients; len(list) > 0 {
			r.recipient(letter.Leniently(list[0].Address))
			r.Status, r.Diagnostic = statusIn(list[0].Status), diagnosticOf(list[0].Diagnostic)
		}
		if r.Status == "" {
			r.Status = "4.0.0"
		}
	case "Complaint":
		r.Feedback = cmp.Or(e.Complaint.Feedback, "abuse")
		if list := e.Complaint.Recipients; len(list) > 0 {
			r.recipient(letter.Leniently(list[0].Address))
		}
	case "Delivery":
		r.Action, r.Status = "delivered", "2.0.0"
	default: // sent, opened, clicked
		r.Action = "relayed"
	}
	if len(e.Mail.Destination) == 1 {
		r.recipient(letter.Leniently(e.Mail.Destination[0]))
	}
	return r
}

// bounceTypes are the types of a bounce that SES tells apart, as status codes.
var bounceTypes = map[string]string{
	"Permanent": "5.0.0", "Permanent/NoEmail": "5.1.1", "Permanent/Suppressed": "5.1.1", "Permanent/OnAccountSuppressionList": "5.1.1",
	"Transient": "4.0.0", "Transient/MailboxFull": "4.2.2", "Transient/MessageTooLarge": "5.3.4",
	"Transient/ContentRejected": "5.6.0", "Transient/AttachmentRejected": "5.6.0",
}

// messageID is the one that we gave: SES sends under its own, and keeps ours beside it.
func (e event) messageID() string {
	for _, f := range e.Mail.Headers {
		if strings.EqualFold(f.Name, "Message-ID") {
			if ids := letter.MessageIDs(f.Value); len(ids) > 0 {
				return ids[0]
			}
		}
	}
	if ids := letter.MessageIDs(e.Mail.CommonHeaders.MessageID); len(ids) > 0 {
		return ids[0]
	}
	return ""
}
