package machine

import (
	"regexp"
	"slices"
	"strings"
)

var (
	daemonName     = regexp.MustCompile(`(?i)^(mailer[._-]?daemon|mail[._-]?daemon|mail[._-]?delivery.*|delivery[._-]?(subsystem|failure).*)$`)
	postmasterName = regexp.MustCompile(`(?i)^(post[._-]?master|poostmaster|mmdf|microsoftexchange[0-9a-f]+)$`)
	officeName     = regexp.MustCompile(`(?i)^(mail|smtp|admin|administrator|sysadmin|root|daemon|system|no-?reply|noreply|bounces?|delivery[._-]?status.*)$`)
)

// isBounce is RFC 3464 where servers follow it, and their habits where they do not.
func (m *mail) isBounce() bool {
	h := m.Header
	switch {
	case m.isMultipartReport() && (m.reportType() == "delivery-status" || m.hasStatus()):
		return true
	case h.Has("x-failed-recipients"):
		return true
	case m.fromDaemon():
		return !m.passedOn() || m.null || m.declared()
	case m.null:
		return m.hasStatus() || !answersForThem.MatchString(h.Subject()) && (m.subjectSays() || m.textSays())
	case h.Word("auto-submitted") == "auto-replied": // a person's absence may speak of delivery too
		return m.subjectSays() && m.fromOffice() || m.fromPostmaster() && m.textSays()
	case m.declared():
		return m.hasStatus() || m.subjectSays() && (m.fromOffice() || h.Word("auto-submitted") == "auto-generated") ||
			m.fromPostmaster() && m.textSays() || m.listRefuses()
	case m.byHand():
		return false
	case m.fromPostmaster():
		return (m.subjectSays() || m.textSays()) && m.showsFailure()
	case m.fromOffice():
		return m.subjectSays() && m.textSays() && m.showsFailure()
	}
	return m.listRefuses()
}

func (m *mail) hasStatus() bool {
	return m.HasReport("message/delivery-status") || m.HasReport("message/global-delivery-status")
}

func (m *mail) subjectSays() bool { return undelivered.in(fold(m.Header.Subject())) }

func (m *mail) textSays() bool {
	opening := fold(m.opening())
	return undelivered.in(opening) || wordsFor(opening) != ""
}

// showsFailure reports what servers put into their reports and people seldom write: a
// reply code of SMTP with its text, or the head of a mail.
func (m *mail) showsFailure() bool {
	report, returned := apart(m.text())
	return returned != "" || len(m.returned()) > 0 || replyCode.MatchString(report) || enhancedCode.MatchString(report)
}

// fromDaemon reports a sender whose name only mail systems bear.
func (m *mail) fromDaemon() bool {
	if !m.named { // "From: MAILER-DAEMON", as some write it
		return strings.Contains(strings.ToLower(m.Header.First("from")), "mailer-daemon")
	}
	return daemonName.MatchString(m.from.Address.Local)
}

// fromPostmaster reports a name that is mostly a mail system's, and sometimes the
// person's who runs it.
func (m *mail) fromPostmaster() bool {
	return postmasterName.MatchString(m.from.Address.Local) || daemonTitle.in(fold(m.Header.First("from")))
}

// fromOffice reports a name that machines and people share: small firms write from
// admin@ and mail@.
func (m *mail) fromOffice() bool {
	return m.fromPostmaster() || officeName.MatchString(m.from.Address.Local)
}

var (
	listOfficer = regexp.MustCompile(`(?i)^(owner-.*|.*[._-](admin|owner|request|bounces?|confirm)|mailman|listserv|majordomo|ezmlm|sympa|fml.*)$`)
)

// listMarks are fields that the programs of mailing lists set.
var listMarks = []string{"x-mlserver", "x-list-administrivia", "x-mailman-version", "list-id", "list-subscribe", "mailing-list"}

// listRefuses reports that a mailing list's own program did not take what we sent.
func (m *mail) listRefuses() bool {
	h := m.Header
	program := slices.ContainsFunc(listMarks, h.Has)
	return program && m.named && listOfficer.MatchString(m.from.Address.Local) && listRefusal.in(fold(h.Subject())+fold(m.opening()))
}
