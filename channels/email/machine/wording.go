package machine

import (
	"regexp"
	"slices"
	"strings"

	"recado/channels/email/letter"
)

var (
	// Lines after which servers return our message.
	returnLine = regexp.MustCompile(`(?i)^[\s|>*=_#~-]*(` + strings.Join([]string{
		`this is a copy of`, `below (this line|is a copy)`, `unsent message`, `included is a copy`, `original message`, `mensagem original`,
		`mensaje original`, `message d'origine`, `nachricht(en)?-?(kopf|text)`,
		`(the )?(original|returned|unsent|undelivered|rejected|bounced|your) (message|mail|e-?mail)( headers?)?( follows?| is| was|:|$)`,
		`(the )?headers? of the original`, `(message|mail) (headers?|text|body) (follows?|follow)`, `start of (the )?(returned|original)`,
		`the (text|body|content|header) of (your|the) (message|mail)`, `(an? )?(copy|beginning) of (your|the) (original )?(message|mail)`,
		`received:\s`, `return-path:\s*<`,
	}, "|") + `)`)
	addrSpec = `[^\s<>()\[\]{}"',;:|@]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+`
	// A line that begins with an address, and one of a dialogue that refuses it.
	leading = regexp.MustCompile(`(?i)^[\s>*•|"'–-]*(?:[45]\d\d[ -]+(?:[45]\.\d+\.\d+ +)?)?<?(?:mailto:|rfc822;\s*)?(` + addrSpec + `)`)
	// An address that a sentence names as the one that was not reached.
	named = regexp.MustCompile(`(?i)\b(?:deliver\w*|delivery|message|recipients?|address(?:es)?|userid|users?|rcpt to|gateway|mail(?:box|ing list)?|account|` +
		`an|para|destinat\w+|zustell\w*|entreg\w+)\b[^@\n]{0,60}?[\s<:"'(](?:mailto:|rfc822;\s*)?(` + addrSpec + `)`)
	returnedID = regexp.MustCompile(`(?im)^[>|\s]*message-id:\s*<([^<>\s]+)>`)
)

// apart splits a text at the message of ours that it returns.
func apart(text string) (report, returned string) {
	at := 0
	for line := range strings.Lines(text) {
		if at > 0 && returnLine.MatchString(line) {
			return text[:at], strings.TrimLeft(text[at:], " \t\r\n")
		}
		at += len(line)
	}
	return text, ""
}

// readText reads a report that is written for people, where no part was for machines,
// or left something out.
func (r *Report) readText(m *mail) {
	report, returned := apart(m.text())
	if r.Action == "" {
		r.readFields(report)
	}
	lines := strings.Split(report, "\n")
	at := r.readRecipient(m, lines)
	if r.Status == "" || r.Diagnostic == "" {
		r.readCause(lines, at)
	}
	switch folded := fold(letter.Cut(report, mostExplained)); {
	case r.Action != "":
	case givenUp.in(folded):
		r.Action = "failed"
	case delayed.in(folded):
		r.Action = "delayed"
		if strings.HasPrefix(r.Status, "5") { // what it waits for is not final
			r.Status = "4" + r.Status[1:]
		}
	}
	if found := returnedID.FindStringSubmatch(m.text()); r.MessageID == "" && found != nil && len(found[1]) <= letter.MaxMessageID {
		r.MessageID = found[1]
	}
	r.readReturned(letter.ParseHeader([]byte(unquoted(headOf(returned)))))
}

var firstField = regexp.MustCompile(`(?i)^[\s>|]*(received|return-path):`)

// headOf is what is returned from its first field on: the line that announces it, and
// what ornaments that, left out.
func headOf(returned string) string {
	line, rest, ok := strings.Cut(returned, "\n")
	if !ok || firstField.MatchString(line) {
		return returned
	}
	return strings.TrimLeft(rest, "\r\n")
}

// unquoted takes marks off that some put before each line of what they return.
func unquoted(text string) string {
	if !strings.HasPrefix(text, ">") && !strings.HasPrefix(text, "|") && !strings.HasPrefix(text, " ") {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.TrimLeft(line, ">| "))
	}
	return b.String()
}

// readFields reads the fields of RFC 3464 where they stand in the text: borders that
// got lost, and reports that show them to people.
func (r *Report) readFields(report string) {
	if !strings.Contains(strings.ToLower(report), "final-recipient") {
		return
	}
	group := map[string]string{}
	last := ""
	for line := range strings.Lines(report) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		switch name = strings.ToLower(name); {
		case ok && slices.Contains([]string{"original-recipient", "final-recipient", "action", "status", "diagnostic-code"}, name):
			if group[name] == "" {
				group[name] = strings.TrimSpace(value)
			}
			last = name
		case last != "" && strings.HasPrefix(line, " "):
			group[last] += " " + strings.TrimSpace(line)
		default:
			last = ""
		}
	}
	r.readGroup(group["original-recipient"], group["final-recipient"], group["action"], group["status"], group["diagnostic-code"])
}

// readRecipient finds the address that was not reached, and returns its line, or -1.
// Who the report is for and who sent it are never meant.
func (r *Report) readRecipient(m *mail, lines []string) int {
	if r.Recipient != (letter.Address{}) {
		return slices.IndexFunc(lines, func(line string) bool { return strings.Contains(strings.ToLower(line), r.Recipient.String()) })
	}
	var others []letter.Address
	for _, field := range []string{"to", "from", "reply-to", "delivered-to", "x-original-to"} {
		for _, p := range letter.Parties(m.Header.First(field)) {
			others = append(others, p.Address)
		}
	}
	for _, form := range []*regexp.Regexp{leading, named} {
		for i, line := range lines {
			if len(line) > 2000 || !strings.Contains(line, "@") || form == named && aboutOthers.in(fold(line)) {
				continue
			}
			found := form.FindStringSubmatch(line)
			if found == nil {
				continue
			}
			a, ok := letter.ParseAddress(strings.TrimRight(found[1], ".>"))
			if ok && !slices.Contains(others, a) && !daemonName.MatchString(a.Local) && !postmasterName.MatchString(a.Local) {
				r.Recipient = a
				return i
			}
		}
	}
	return -1
}

// readCause finds the server's words: in the paragraph that names the recipient, or in
// the next ones, where a code or a known cause is.
func (r *Report) readCause(lines []string, at int) {
	best := ""
	for _, p := range paragraphs(lines, max(at, 0)) {
		status := statusOf(p)
		if status == "" {
			continue
		}
		if best = p; statusIn(p) != "" || replyCode.MatchString(p) {
			break
		}
	}
	if best == "" {
		for _, p := range paragraphs(lines, 0) {
			if statusOf(p) != "" {
				best = p
				break
			}
		}
	}
	r.Status = sharper(r.Status, statusOf(best))
	if r.Diagnostic == "" {
		r.Diagnostic = diagnosticOf(cited(best))
	}
	if r.Status == "" {
		whole := fold(letter.Cut(strings.Join(lines, "\n"), mostExplained))
		switch {
		case givenUp.in(whole):
			r.Status = "5.0.0"
		case delayed.in(whole):
			r.Status = "4.0.0"
		}
	}
}

// paragraphs are the stretches between empty lines, from the one that holds line at.
func paragraphs(lines []string, at int) (out []string) {
	const most = 12
	for at > 0 && strings.TrimSpace(lines[at-1]) != "" {
		at--
	}
	var one []string
	for _, line := range append(slices.Clone(lines[at:]), "") {
		if strings.TrimSpace(line) != "" {
			one = append(one, line)
			continue
		}
		if len(one) > 0 {
			if out = append(out, strings.Join(one, "\n")); len(out) == most {
				break
			}
			one = nil
		}
	}
	return out
}

// cited is the paragraph from the line on where a server is cited, if one is.
func cited(paragraph string) string {
	lines := strings.Split(paragraph, "\n")
	for i, line := range lines {
		if replyCode.MatchString(line) || enhancedCode.MatchString(line) {
			return strings.Join(lines[i:], "\n")
		}
	}
	return paragraph
}
