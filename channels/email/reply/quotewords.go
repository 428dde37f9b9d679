package reply

import (
	"regexp"
	"strings"
)

// The words by which mail programs mark an earlier mail. RE2 has no \b beyond
// ASCII, so words are told apart by what surrounds them.
var (
	// introStart is how the first line of an introduction begins: a preposition of
	// its language, a date, a weekday, or a name with its address.
	introStart = regexp.MustCompile(`(?i)^[\s*_-]*(` +
		`(em|no dia|on|el|le|am|il|op|den|w dniu|dnia|dne|pada|på|lø|в|во|у|на) ` +
		`|\d` +
		`|(segunda|terça|quarta|quinta|sexta|sábado|domingo|lunes|martes|miércoles|jueves|viernes|sábado|` +
		`monday|tuesday|wednesday|thursday|friday|saturday|sunday|понедельник|вторник|среда|четверг|пятница|` +
		`суббота|воскресенье)[^a-z]` +
		`|在` +
		`|"?[^<>"]{1,60}"? ?<[^<>@\s]+@[^<>\s]+> ` +
		`)`)
	introVerb = regexp.MustCompile(`(?i)(^|[^\pL])(` +
		`escreveu|escrev[ií]|wrote|writes|escribi[óo]|escribe|a écrit|schrieb|ha scritto|schreef|geschreven|` +
		`napisał(\(a\)|a)?|napisal(\(a\)|a)?|skrev|kirjoitti|написала?|пишет|пише|написав|írta|scris|yazdı` +
		`)([^\pL]|$)|写道|寫道|작성|書きました`)
	introDate    = regexp.MustCompile(`\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|(19|20)\d{2}|\d{1,2}[:.h]\d{2}`)
	introAddress = regexp.MustCompile(`< ?[^<>\s]*[@*][^<>\s]*>|&lt;[^\s]+@[^\s]+&gt;`)

	separatorLine = regexp.MustCompile(`(?i)^[\s>*_=-]*[-_=]{2,} ?\*?(` +
		`mensagem (original|encaminhada|reenviada)|mensaje (original|reenviado)|(original|forwarded|begin forwarded) (message|mail)|` +
		`message (d.origine|original|transféré)|ursprüngliche (nachricht|e-mail)|weitergeleitete nachricht|` +
		`messaggio (originale|inoltrato)|oorspronkelijk bericht|doorgestuurd bericht|wiadomość oryginalna|` +
		`originalmeddelande|исходное сообщение|пересылаемое сообщение` +
		`)\s*\*?[-_=]{2,}[\s*]*$`)

	footerLine = regexp.MustCompile(`(?i)^[\s<(*_\[]*(` +
		`(enviad[oa]|mandad[oa]) (do|da|de|pelo|pela|desde|via|con|com|a partir d[oe]) .{0,40}(iphone|ipad|` +
		`ipod|android|celular|smartphone|telefone|tel[eé]fono|dispositivo|m[oó]v[ei]l|outlook|yahoo|gmail|` +
		`samsung|galaxy|motorola|xiaomi|huawei|blackberry|windows|e-?mail|proton|zoho|mac|tablet)` +
		`|sent (from|via|with|using|by) (my|an?|the|yahoo|outlook|gmail|mail|mailbox|windows|samsung|airmail|` +
		`sparrow|proton|zoho|galaxy|mobile|spark|newton)` +
		`|(get|obter|obtener|obtenir|baixe|descargar?) (o |el )?outlook (for|para|pour) ` +
		`|envoyé (de|depuis|à partir de) |von mein(em|er) .{0,40} gesendet|gesendet (von|mit) |` +
		`inviato da(l mio)? |verzonden (vanaf|met) |wysłane z |отправлено (с|из) ` +
		`).{0,80}$`)

	strictDelimiter = regexp.MustCompile(`^-- $`)
	looseDelimiter  = regexp.MustCompile(`^(--|—|_{15,}) *$`)
)

const (
	longestIntro       = 350 // bytes
	mostIntroLines     = 4
	mostSignature      = 40 // lines below "-- ", which people do not write by hand
	mostLooseSignature = 12 // lines below what they might
)

// introAt returns how many lines, from the first, introduce a quote; 0 for none.
// A line above an introduction is not its beginning, though it may look like one.
func introAt(lines []string) int {
	n := introSpan(lines)
	for below := 1; below < n; below++ {
		if introSpan(lines[below:n]) > 0 {
			return 0
		}
	}
	return n
}

// introSpan is introAt for a first line that is taken for the beginning.
func introSpan(lines []string) int {
	if len(lines) == 0 || !strings.ContainsAny(lines[0], "0123456789<") || !introStart.MatchString(lines[0]) {
		return 0
	}
	whole := ""
	for n := 0; n < mostIntroLines && n < len(lines); n++ {
		line := strings.TrimSpace(lines[n])
		if whole = strings.TrimSpace(whole + " " + line); line == "" || len(whole) > longestIntro {
			return 0
		}
		if n > 0 && isPrefixed(line) && !strings.HasPrefix(line, ">:") {
			return 0 // the quote began
		}
		if introduces(whole, lines[n+1:]) {
			return n + 1
		}
	}
	return 0
}

func introduces(s string, below []string) bool {
	if !introDate.MatchString(s) {
		return false
	}
	s = strings.TrimRight(s, " *_-")
	colon := strings.HasSuffix(s, ":") || strings.HasSuffix(s, "：")
	hasVerb, hasAddress := introVerb.MatchString(s), introAddress.MatchString(s)
	startsWithDate := s[0] >= '0' && s[0] <= '9'
	switch {
	case hasVerb && colon:
		return true
	case hasVerb && hasAddress:
		return endsWithVerb(s)
	case startsWithDate && hasAddress && colon:
		return true
	case startsWithDate && strings.HasSuffix(s, ">") && hasAddress:
		return nextIsBarred(below)
	}
	return false
}

func endsWithVerb(s string) bool {
	at := introVerb.FindAllStringIndex(s, -1)
	return at[len(at)-1][1] >= len(s)
}

// nextIsBarred reports a quote marked with bars, as some programs draw them.
func nextIsBarred(lines []string) bool {
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			return line[0] == '|' || line[0] == '>'
		}
	}
	return false
}

// headWords are the names of header fields, by what they stand for.
var headWords = map[string]string{
	"de": "from", "from": "from", "von": "from", "da": "from", "van": "from", "od": "from", "från": "from", "fra": "from",
	"от": "from", "від": "from", "lähettäjä": "from", "发件人": "from",
	"enviado": "date", "enviada": "date", "enviado em": "date", "enviada em": "date", "enviado el": "date", "data": "date",
	"date": "date", "sent": "date", "fecha": "date", "gesendet": "date", "datum": "date", "envoyé": "date",
	"envoyé le": "date", "message du": "date", "inviato": "date", "skickat": "date", "verzonden": "date",
	"wysłano": "date", "дата": "date", "отправлено": "date", "data de envio": "date",
	"发送时间": "date",
	"para": "to", "to": "to", "an": "to", "à": "to", "a": "to", "aan": "to", "till": "to", "til": "to", "do": "to",
	"кому": "to", "komu": "to", "收件人": "to",
	"cc": "cc", "cópia": "cc", "copia": "cc", "kopie": "cc", "copie à": "cc", "kopia": "cc", "копия": "cc",
	"c/c": "cc", "抄送": "cc",
	"assunto": "subject", "asunto": "subject", "subject": "subject", "betreff": "subject", "objet": "subject",
	"sujet": "subject", "oggetto": "subject", "onderwerp": "subject", "ämne": "subject", "emne": "subject",
	"temat": "subject", "тема": "subject", "risposta": "reply", "主题": "subject",
	"responder a": "reply", "reply-to": "reply", "reply to": "reply", "importância": "importance",
	"importancia": "importance", "importance": "importance",
}

// headAt returns how many lines, from the first, are the head of an earlier mail
// as Outlook writes it: a sender and at least two other fields, without a gap.
func headAt(lines []string) int {
	if headWord(lines[0]) == "" {
		return 0
	}
	const mostLines, mostContinuation = 14, 2
	seen := map[string]bool{}
	length, continuation := 0, 0
	for n := 0; n < mostLines && n < len(lines); n++ {
		if strings.TrimSpace(lines[n]) == "" {
			break
		}
		if word := headWord(lines[n]); word != "" {
			seen[word] = true
			length, continuation = n+1, 0
		} else if continuation++; continuation > mostContinuation {
			break
		}
	}
	if seen["from"] && len(seen) >= 3 {
		return length
	}
	return 0
}

func headWord(line string) string {
	name, _, ok := strings.Cut(strings.TrimLeft(line, " \t*_|>"), ":")
	if !ok || len(name) > 30 {
		return ""
	}
	return headWords[strings.ToLower(strings.TrimRight(name, " \t*_\u00a0"))]
}

// splitSignature finds a signature at the end of own lines: below "-- " (RFC 3676
// section 4.3) or what stands for it, and the line that a phone adds.
func splitSignature(lines []string) (own, signature []string) {
	end := len(lines)
	for i, line := range lines {
		below := len(lines) - i - 1
		if strictDelimiter.MatchString(line) && below <= mostSignature || looseDelimiter.MatchString(line) && below <= mostLooseSignature {
			end = i
			break
		}
	}
	for end > 0 && (strings.TrimSpace(lines[end-1]) == "" || footerLine.MatchString(lines[end-1])) {
		end--
	}
	return lines[:end], lines[end:]
}
