package dialogue

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"recado/core/message"
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
)

// phrases are commands when they are all that was said. Folded.
var phrases = map[string]command{
	"menu": cmdHelp, "ajuda": cmdHelp, "opcoes": cmdHelp, "help": cmdHelp, "ayuda": cmdHelp, "options": cmdHelp, "opciones": cmdHelp, "como funciona": cmdHelp,
	"cancelar": cmdCancel, "cancela": cmdCancel, "cancel": cmdCancel, "deixa pra la": cmdCancel, "deixa para la": cmdCancel, "esquece": cmdCancel, "never mind": cmdCancel, "nevermind": cmdCancel, "dejalo": cmdCancel, "olvidalo": cmdCancel,
	"atendente": cmdHuman, "falar com atendente": cmdHuman, "quero falar com um atendente": cmdHuman, "falar com um atendente": cmdHuman, "falar com humano": cmdHuman, "humano": cmdHuman, "falar com uma pessoa": cmdHuman, "pessoa": cmdHuman, "quero falar com alguem": cmdHuman, "quero falar com uma pessoa": cmdHuman,
	"agent": cmdHuman, "human": cmdHuman, "talk to a human": cmdHuman, "talk to a person": cmdHuman, "talk to someone": cmdHuman, "speak to an agent": cmdHuman, "talk to an agent": cmdHuman, "speak to a person": cmdHuman, "i want to talk to a person": cmdHuman,
	"agente": cmdHuman, "persona": cmdHuman, "hablar con una persona": cmdHuman, "hablar con un agente": cmdHuman, "hablar con alguien": cmdHuman, "hablar con un humano": cmdHuman, "quiero hablar con una persona": cmdHuman, "quiero hablar con un agente": cmdHuman, "quiero hablar con alguien": cmdHuman,
	"meus chamados": cmdMine, "chamados": cmdMine, "meus tickets": cmdMine, "my tickets": cmdMine, "tickets": cmdMine, "mis tickets": cmdMine, "mis casos": cmdMine, "casos": cmdMine, "mis solicitudes": cmdMine, "chamados abertos": cmdMine, "open tickets": cmdMine, "my open tickets": cmdMine, "casos abiertos": cmdMine, "mis casos abiertos": cmdMine,
	"fechados": cmdClosed, "chamados fechados": cmdClosed, "meus chamados fechados": cmdClosed, "concluidos": cmdClosed, "encerrados": cmdClosed, "chamados encerrados": cmdClosed, "closed": cmdClosed, "closed tickets": cmdClosed, "my closed tickets": cmdClosed, "cerrados": cmdClosed, "casos cerrados": cmdClosed, "mis casos cerrados": cmdClosed,
	"todos": cmdAll, "todos os chamados": cmdAll, "todos os meus chamados": cmdAll, "all": cmdAll, "all tickets": cmdAll, "all my tickets": cmdAll, "todos los casos": cmdAll, "todos mis casos": cmdAll,
	"em copia": cmdCopy, "chamados em copia": cmdCopy, "in copy": cmdCopy, "tickets in copy": cmdCopy, "en copia": cmdCopy, "casos en copia": cmdCopy,
	"chamados da empresa": cmdOrg, "chamados da minha empresa": cmdOrg, "empresa": cmdOrg, "company tickets": cmdOrg, "my company tickets": cmdOrg, "casos de la empresa": cmdOrg, "casos de mi empresa": cmdOrg,
	"novo chamado": cmdNew, "abrir chamado": cmdNew, "novo": cmdNew, "abrir um chamado": cmdNew, "novo assunto": cmdNew, "outro assunto": cmdNew, "new ticket": cmdNew, "new": cmdNew, "open a ticket": cmdNew, "nuevo": cmdNew, "nuevo caso": cmdNew, "nuevo ticket": cmdNew, "abrir caso": cmdNew, "abrir un caso": cmdNew, "otro tema": cmdNew, "nuevo tema": cmdNew, "another matter": cmdNew,
	"contatos": cmdContact, "contato": cmdContact, "telefone": cmdContact, "contacts": cmdContact, "phone": cmdContact, "contactos": cmdContact, "telefono": cmdContact,
	"portugues": cmdPT, "english": cmdEN, "ingles": cmdEN, "espanol": cmdES, "espanhol": cmdES, "spanish": cmdES, "portuguese": cmdPT,
	"fila": cmdQueue, "queue": cmdQueue, "cola": cmdQueue,
	"corrigir": cmdFix, "corregir": cmdFix, "fix": cmdFix,
}

// verbs are commands about one ticket: alone, or with its number.
var verbs = map[string]command{
	"detalhes": cmdDetails, "detalhe": cmdDetails, "ver": cmdDetails, "chamado": cmdDetails, "details": cmdDetails, "ticket": cmdDetails, "show": cmdDetails, "detalles": cmdDetails, "caso": cmdDetails,
	"fechar": cmdClose, "fechar chamado": cmdClose, "fechar o chamado": cmdClose, "encerrar": cmdClose, "encerrar chamado": cmdClose, "encerrar o chamado": cmdClose, "concluir": cmdClose, "finalizar": cmdClose, "close": cmdClose, "close ticket": cmdClose, "close the ticket": cmdClose, "cerrar": cmdClose, "cerrar caso": cmdClose, "cerrar el caso": cmdClose, "pode fechar": cmdClose, "pode encerrar": cmdClose, "you can close it": cmdClose, "puede cerrar": cmdClose, "se puede cerrar": cmdClose, "pueden cerrar": cmdClose,
	"reabrir": cmdReopen, "reabrir chamado": cmdReopen, "reabrir o chamado": cmdReopen, "reopen": cmdReopen, "reopen ticket": cmdReopen, "reopen the ticket": cmdReopen, "reabrir caso": cmdReopen, "reabrir el caso": cmdReopen,
	"assumir": cmdTake, "pegar": cmdTake, "take": cmdTake, "tomar": cmdTake,
}

// number is a protocol number as people write it: whole, or its six digits. More
// digits without a year are a postcode or a telephone, and belong to what is said.
var number = regexp.MustCompile(`(?:#|\b)(20\d{2}[- ]\d{6,}|0\d{5})\b`)

// understood is a command and the protocol number said with it.
type understood struct {
	command command
	number  string
}

// parseCommand recognises a command when the text is nothing else.
func parseCommand(text string, year int) understood {
	if len(text) > 80 {
		return understood{}
	}
	num, rest := cutNumber(text, year)
	words := fold(rest)
	if num == "" {
		if c, ok := phrases[words]; ok {
			return understood{command: c}
		}
	}
	if c, ok := verbs[words]; ok && (num != "" || c != cmdDetails || words == "detalhes" || words == "details" || words == "detalles") {
		return understood{command: c, number: num}
	}
	if num != "" && words == "" {
		return understood{command: cmdDetails, number: num}
	}
	return understood{}
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

var (
	yesWords = words("sim", "s", "isso", "isso mesmo", "pode", "pode sim", "claro", "confirmo", "confirmar", "ok", "certo", "correto", "exato", "resolveu", "sim resolveu", "ajudou", "sim ajudou", "sim por favor", "pode abrir", "yes", "y", "yep", "sure", "correct", "confirm", "it did", "yes it did", "it helped", "solved", "yes please", "si", "sip", "correcto", "exacto", "resolvio", "si resolvio", "lo resolvio", "si lo resolvio", "ayudo", "si por favor")
	noWords  = words("nao", "n", "nao resolveu", "nao ajudou", "ainda nao", "negativo", "nao funcionou", "no", "nope", "not really", "it did not", "it didn t", "didn t help", "it didn t help", "not yet", "no resolvio", "no lo resolvio", "no ayudo", "no funciono", "todavia no", "aun no", "nao obrigado", "no thanks", "no gracias")
	skips    = words("nao sei", "sei la", "pular", "pula", "tanto faz", "i don t know", "i dont know", "don t know", "dont know", "not sure", "skip", "no se", "no lo se", "no estoy seguro", "saltar", "da igual")
)

func words(all ...string) []string { return all }

// yes and no read an answer to a yes-or-no question; both false is neither.
func isYes(text string) bool {
	return slices.Contains(yesWords, fold(text)) || isThumb(text, "👍")
}

func isNo(text string) bool {
	return slices.Contains(noWords, fold(text)) || isThumb(text, "👎")
}

// skinTones follow a thumb in the colour that the phone was set to.
var skinTones = strings.NewReplacer("🏻", "", "🏼", "", "🏽", "", "🏾", "", "🏿", "", "\ufe0f", "")

func isThumb(text, thumb string) bool {
	return strings.TrimSpace(skinTones.Replace(text)) == thumb
}

// ordinals are numbers said as words.
var ordinals = map[string]int{
	"um": 1, "uma": 1, "one": 1, "uno": 1, "dois": 2, "duas": 2, "two": 2, "dos": 2, "tres": 3, "three": 3, "quatro": 4, "four": 4, "cuatro": 4,
	"cinco": 5, "five": 5, "seis": 6, "six": 6, "sete": 7, "seven": 7, "siete": 7, "oito": 8, "eight": 8, "ocho": 8, "nove": 9, "nine": 9, "nueve": 9,
}

// labelled reports whether a text is the whole label of a choice on offer: it then
// answers the question, even when the same words are a command elsewhere.
func labelled(text string, choices []message.Choice) bool {
	said := fold(text)
	return slices.ContainsFunc(choices, func(c message.Choice) bool { return said != "" && fold(c.Label) == said })
}

// choose finds which of the choices a text picks: by number, by value (a button),
// by its whole label, or by the only label that begins so.
func choose(text string, choices []message.Choice) (message.Choice, bool) {
	said := fold(text)
	if said == "" || len(choices) == 0 {
		return message.Choice{}, false
	}
	for _, word := range []string{"opcao ", "option ", "opcion "} {
		said = strings.TrimPrefix(said, word)
	}
	n, err := strconv.Atoi(said)
	if err != nil {
		n = ordinals[said]
	}
	if n >= 1 && n <= len(choices) {
		return choices[n-1], true
	}
	var begins []message.Choice
	for _, c := range choices {
		label := fold(c.Label)
		if text == c.Value || said == label {
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
