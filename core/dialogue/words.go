package dialogue

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"recado/core/message"
	"recado/core/ticket"
)

// fold makes texts comparable: lower case, no accents, no punctuation, single
// spaces. "Não, obrigado!" and "nao obrigado" are the same word.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// command is something that a person may say at any step, in their words.
type command string

const (
	cmdNone    command = ""
	cmdHelp    command = "help"
	cmdCancel  command = "cancel"
	cmdHuman   command = "human"
	cmdMine    command = "mine"
	cmdClosed  command = "closed"
	cmdAll     command = "all"
	cmdCopy    command = "copy"
	cmdOrg     command = "org"
	cmdNew     command = "new"
	cmdDetails command = "details"
	cmdClose   command = "close"
	cmdReopen  command = "reopen"
	cmdContact command = "contact"
	cmdPT      command = "pt-BR"
	cmdEN      command = "en"
	cmdES      command = "es"
	cmdQueue   command = "queue"
	cmdTake    command = "take"
	cmdFix     command = "fix"
	cmdWhole   command = "original"
	cmdHeld    command = "held"
	cmdTour    command = "tour"
	cmdNews    command = "news"
	cmdChange  command = "change"
	cmdDraft   command = "draft"
	cmdSummary command = "summary"
	cmdAlike   command = "alike"
	cmdPaper   command = "paper"
	cmdResume  command = "resume"
)

// teams reports a command of the team alone: from anybody else it is words.
func (c command) teams() bool {
	return c == cmdHeld || c == cmdDraft || c == cmdSummary || c == cmdAlike
}

// human is a wish to talk to somebody. Folded.
var human = regexp.MustCompile(`^(?:(?:eu )?(?:quero|queria|gostaria de|preciso|posso|pode ser|tem como|da para|da pra) )?` +
	`(?:falar|conversar) (?:com )?(?:(?:um|uma|o|a|algum|alguma) )?` +
	`(?:atendente|humano|pessoa|alguem|gente|suporte|equipe|analista|tecnico|gerente|supervisor|supervisora|responsavel|chefe)` +
	`(?: (?:de verdade|real|do suporte|da equipe|humano|humana))?(?: aqui)?$` +
	`|^(?:(?:i (?:want|need|would like|d like|wanna)(?: to)?|can i|could i|may i|let me) )?(?:talk|speak|chat) (?:to|with) (?:(?:a|an|the) )?` +
	`(?:real |actual |live )?(?:human|person|someone|somebody|agent|support|team|human being|manager|supervisor)$` +
	`|^(?:(?:quiero|quisiera|necesito|puedo|podria|me gustaria|dejame) )?(?:hablar|conversar) (?:con )?(?:(?:un|una|el|la) )?` +
	`(?:persona|agente|humano|alguien|soporte|equipo|tecnico|asesor|asesora|gerente|supervisor|supervisora|encargado|encargada|jefe|responsable)` +
	`(?: (?:real|de verdad|de carne y hueso|humano|del equipo))?$`)

// Words that people put around a command, folded: they change nothing about it.
var (
	courtesyBefore = regexp.MustCompile(`^(?:(?:por favor|please|porfa|oi|ola|hola|hi|hello|hey|` +
		`bom dia|boa tarde|boa noite|buenos dias|buenas tardes|buenas noches|buenas) )+`)
	courtesyAfter = regexp.MustCompile(`(?: (?:por favor|please|porfa|pfv|pf|obrigad[oa]|muito obrigad[oa]|valeu|thanks|thank you|gracias|muchas gracias))+$`)
	agreeBefore   = regexp.MustCompile(`^(?:(?:sim|ok|certo|claro|entao|yes|yep|yeah|sure|si|dale|listo|ya) )+`)
	showMe        = regexp.MustCompile(`^(?:(?:quero|queria|posso|pode|quiero|quisiera|puedo|i want to|i d like to|can i|could i|can you|let me) )?` +
		`(?:ver|mostrar|mostra|mostre|me mostra|listar|show me|show|see|list|view|muestrame|mostrame|ensename) (?:(?:os|the|los) )?`)
)

// number is a protocol number as people write it: whole, or its six digits. More
// digits without a year are a postcode or a telephone, and belong to what is said.
var number = regexp.MustCompile(`(?:#|\b)(20\d{2}[- ]\d{6,}|0\d{5})\b`)

// understood is a command and what was said with it.
type understood struct {
	command command
	number  string       // of the protocol
	level   ticket.Level // a priority, asked for in the same breath
}

// reprioritise is a new priority in one sentence: "mudar a prioridade do 2026-000001 para
// alta", its number cut out. Folded.
var reprioritise = regexp.MustCompile(`^(?:(mudar|mude|muda|alterar|altere|altera|trocar|change|set|cambiar|cambia) (?:(?:a|the|la) )?)?` +
	`(?:prioridade|priority|prioridad)(?: (?:do|de|del|of|the|chamado|ticket|caso|para|pra|to|a))* (\pL+)$`)

// parseCommand recognises a command when the text is nothing else.
func parseCommand(text string, year int) understood {
	if len(text) > 80 {
		return understood{}
	}
	num, rest := cutNumber(text, year)
	words := courtesyAfter.ReplaceAllString(courtesyBefore.ReplaceAllString(fold(rest), ""), "")
	if num == "" {
		if c := phrase(words); c != cmdNone {
			return understood{command: c}
		}
	}
	if _, ok := verbs[words]; !ok {
		words = agreeBefore.ReplaceAllString(words, "")
	}
	if c, ok := verbs[words]; ok && (num != "" || c != cmdDetails || words == "detalhes" || words == "details" || words == "detalles") {
		return understood{command: c, number: num}
	}
	if num != "" && words == "" {
		return understood{command: cmdDetails, number: num}
	}
	// Without its number or a verb, "prioridade alta" is part of what somebody describes.
	if m := reprioritise.FindStringSubmatch(words); m != nil && (num != "" || m[1] != "") && levelWords[m[2]] != "" {
		return understood{command: cmdChange, number: num, level: levelWords[m[2]]}
	}
	return understood{}
}

// phrase is the command that words are, and nothing else.
func phrase(words string) command {
	if c, ok := phrases[words]; ok {
		return c
	}
	if human.MatchString(words) {
		return cmdHuman
	}
	switch c := phrases[showMe.ReplaceAllString(words, "")]; c {
	case cmdMine, cmdClosed, cmdAll, cmdCopy, cmdOrg, cmdContact:
		return c
	}
	return cmdNone
}

// cutNumber takes a protocol number out of a text.
func cutNumber(text string, year int) (num, rest string) {
	m := number.FindStringSubmatchIndex(text)
	if m == nil {
		return "", text
	}
	num = strings.ReplaceAll(text[m[2]:m[3]], " ", "-")
	if !strings.Contains(num, "-") {
		num = strconv.Itoa(year) + "-" + num
	}
	return num, text[:m[0]] + " " + text[m[1]:]
}

// ordinals are numbers said as words.
var ordinals = map[string]int{
	"um": 1, "uma": 1, "one": 1, "uno": 1, "dois": 2, "duas": 2, "two": 2, "dos": 2, "tres": 3, "three": 3, "quatro": 4, "four": 4, "cuatro": 4,
	"primeiro": 1, "primeira": 1, "first": 1, "primero": 1, "primera": 1, "segundo": 2, "segunda": 2,
	"second": 2, "terceiro": 3, "terceira": 3, "third": 3, "tercero": 3, "tercera": 3,
	"quarto": 4, "quarta": 4, "fourth": 4, "cuarto": 4, "cuarta": 4, "quinto": 5, "quinta": 5, "fifth": 5,
	"cinco": 5, "five": 5, "seis": 6, "six": 6, "sete": 7, "seven": 7, "siete": 7, "oito": 8, "eight": 8, "ocho": 8, "nove": 9, "nine": 9, "nueve": 9,
}

// labelled reports whether a text is the whole label of a choice on offer: it then
// answers the question, even when the same words are a command elsewhere.
func labelled(text string, choices []message.Choice) bool {
	said := fold(text)
	return slices.ContainsFunc(choices, func(c message.Choice) bool { return said != "" && fold(c.Label) == said })
}

// minus is a number under zero, which fold would make one over it.
var minus = regexp.MustCompile(`^\s*[-−]\d`)

// Words that people put around a choice, folded: "a opção 2", "the first one".
var (
	choiceBefore = regexp.MustCompile(`^(?:(?:e|is|es|it s) )?(?:(?:a|o|the|el|la) )?(?:(?:opcao|option|opcion|numero|number) )?`)
	choiceAfter  = regexp.MustCompile(` (?:one|opcao|option|opcion)$`)
)

// choose finds which of the choices a text picks: by number, by value (a button),
// by its whole label, or by the only label that begins so.
func choose(text string, choices []message.Choice) (message.Choice, bool) {
	said := fold(text)
	if said == "" || len(choices) == 0 {
		return message.Choice{}, false
	}
	if minus.MatchString(text) {
		return message.Choice{}, false
	}
	bare := choiceAfter.ReplaceAllString(choiceBefore.ReplaceAllString(said, ""), "")
	n, err := strconv.Atoi(bare)
	if err != nil {
		n = ordinals[bare]
	}
	if n >= 1 && n <= len(choices) {
		return choices[n-1], true
	}
	var begins []message.Choice
	for _, c := range choices {
		label := fold(c.Label)
		if text == c.Value || said == label || bare == label || strings.ReplaceAll(bare, " ", "") == strings.ReplaceAll(label, " ", "") {
			return c, true
		}
		if len(said) >= 4 && strings.HasPrefix(label, said) {
			begins = append(begins, c)
		}
	}
	if len(begins) == 1 {
		return begins[0], true
	}
	return message.Choice{}, false
}
