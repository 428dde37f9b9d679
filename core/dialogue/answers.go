package dialogue

import "strings"

// sense is what a phrase answers to a question.
type sense uint8

const (
	agrees   sense = 1 << iota // yes
	refuses                    // no
	helped                     // it is solved
	unhelped                   // it is not
	grateful                   // thanks and praise, beside any of these
	polite                     // please, and whom it is said to
)

// answers are the phrases of answers, folded, in the three languages. They count
// only when nothing else is said: "sim, mas a nota não sai" is a matter.
var answers = sensesOf(map[sense][]string{
	agrees: {
		"sim", "s", "ss", "isso", "isso mesmo", "e isso", "pode", "pode sim", "claro",
		"claro que sim", "confirmo", "confirmar", "ok", "certo", "correto", "exato",
		"com certeza", "aham", "uhum", "quero", "quero sim", "por favor sim", "pode abrir", "esta certo", "ta certo", "tudo certo", "pode ser",
		"yes", "y", "yep", "yeah", "yup", "sure", "correct", "confirm", "of course", "that s right",
		"thats right", "go ahead", "right", "exactly", "looks good", "all good",
		"si", "sip", "sii", "correcto", "exacto", "claro que si", "asi es", "por supuesto", "dale", "esta bien", "eso es", "de acuerdo", "adelante",
	},
	refuses: {
		"nao", "n", "nn", "negativo", "agora nao", "ainda nao", "nao quero", "claro que nao", "de jeito nenhum", "nem pensar",
		"no", "nope", "nah", "not yet", "not now", "no way", "not really",
		"todavia no", "aun no", "ahora no", "no quiero", "para nada", "claro que no",
	},
	helped: {
		"resolveu", "resolvido", "ja resolveu", "resolvi", "ja resolvi", "consegui", "ajudou", "ajudou muito",
		"ajudou sim", "funcionou", "deu certo", "voltou a funcionar", "esta funcionando", "agora foi",
		"it did", "it helped", "that helped", "that worked", "it worked", "it works", "it works now", "works now", "working now",
		"it s working now", "solved", "fixed", "it s fixed", "all fixed", "that fixed it", "that did it", "that solved it", "problem solved",
		"did the trick",
		"resolvio", "lo resolvio", "se resolvio", "ya se resolvio", "resuelto", "solucionado", "ya lo resolvi", "ayudo", "me ayudo",
		"me ayudo mucho", "me sirvio", "me sirvio mucho", "funciono", "ya funciona", "ya quedo", "ya esta", "ya funciono",
	},
	unhelped: {
		"nao resolveu", "nao resolveu nada", "nao ajudou", "nao ajudou em nada", "nao funcionou", "nao funciona",
		"nao adiantou", "nao deu", "nao deu certo", "nao consegui", "nao mudou nada", "nao e isso",
		"ainda nao resolveu", "ainda nao funcionou", "ainda nao funciona", "ainda nao foi", "ainda da erro", "continua", "continua igual",
		"continua o mesmo", "continua o mesmo erro", "continua o erro", "continua dando erro", "continua com erro", "continua parado",
		"mesma coisa", "mesmo erro", "o mesmo erro", "mesmo problema", "nada", "nada feito", "nada mudou", "ja fiz isso", "ja tentei", "ja tentei isso",
		"it did not", "it didn t", "it didnt", "didn t help", "it didn t help", "that didn t help", "it did not help", "that did not help",
		"not helpful", "didn t work", "it didn t work", "that didn t work", "it doesn t work", "doesn t work", "not working", "it s not working",
		"still not working", "it s still not working", "still doesn t work", "it still doesn t work",
		"still broken", "it s still broken", "still failing", "it s still failing", "still fails", "it still fails", "still down",
		"still the same", "it s still the same", "still nothing", "same thing", "same error", "same problem", "same issue", "no change",
		"nothing changed", "no luck", "not solved", "didn t solve it", "it didn t solve it", "not that", "already tried", "already tried that",
		"i already tried that", "i tried that", "i ve tried that", "already did that",
		"no resolvio", "no lo resolvio", "no se resolvio", "no ayudo", "no me ayudo", "no me ayudo en nada", "no sirvio", "no me sirvio",
		"no me sirvio de nada", "no sirve", "no me sirve", "no funciono", "no funciona", "no me funciono", "no cambio nada", "no pude",
		"no es eso", "todavia no funciona", "aun no funciona", "todavia falla", "aun falla", "todavia no sale", "todavia nada",
		"sigue igual", "sigue fallando", "sigue sin funcionar", "sigue el error", "sigue el mismo error", "sigue dando error", "sigue lo mismo",
		"lo mismo", "el mismo error", "mismo error", "ya lo hice", "ya lo intente", "ya lo probe", "ya probe eso", "ya hice eso",
	},
	grateful: {
		"obrigado", "obrigada", "obg", "brigado", "brigada", "muito obrigado", "muito obrigada", "muito obrigado pela ajuda",
		"muito obrigada pela ajuda", "muito obrigado pela atencao", "muito obrigada pela atencao", "obrigado pela ajuda", "obrigada pela ajuda",
		"obrigado pela atencao", "obrigada pela atencao", "valeu", "vlw", "valeu mesmo", "agradeco", "de nada", "beleza", "blz",
		"tchau", "ate mais", "ate logo", "ate amanha", "bom fim de semana", "bye", "see you", "have a nice day", "chau", "adios", "hasta luego",
		"perfeito", "otimo", "show", "show de bola", "maravilha", "excelente", "sensacional", "que bom", "parabens", "otimo trabalho",
		"thanks", "thank you", "thanks a lot", "many thanks", "thanks so much", "thank you so much", "thank you very much", "thanks for the help",
		"thank you for your help", "thanks for your help", "thx", "ty", "cheers", "much appreciated",
		"great", "perfect", "awesome", "excellent", "wonderful", "amazing", "cool", "nice", "brilliant", "good job", "great job", "that s great",
		"gracias", "muchas gracias", "mil gracias", "muchisimas gracias", "gracias por la ayuda", "gracias por todo",
		"muchas gracias por todo", "muchas gracias por la ayuda", "te agradezco", "buenisimo", "perfecto",
		"genial", "estupendo", "que bueno", "barbaro", "muy amable", "muy amables",
	},
	polite: {
		"por favor", "please", "porfa", "gente", "pessoal", "equipe", "a todos", "team", "guys", "everyone", "all", "equipo", "mesmo", "viu",
	},
})

// longestAnswer is how many words the longest of them has.
const longestAnswer = 6

func sensesOf(lists map[sense][]string) map[string]sense {
	out := map[string]sense{}
	for kind, list := range lists {
		for _, phrase := range list {
			out[phrase] |= kind
		}
	}
	return out
}

// senses are those of the phrases that a text is made of, the longest first; none
// when anything is left over.
func senses(text string) sense {
	words := strings.Fields(fold(text))
	var all sense
	for len(words) > 0 {
		n := min(len(words), longestAnswer)
		for n > 0 && answers[strings.Join(words[:n], " ")] == 0 {
			n--
		}
		if n == 0 {
			return 0
		}
		all |= answers[strings.Join(words[:n], " ")]
		words = words[n:]
	}
	return all
}

// isYes and isNo read an answer to a yes-or-no question; both false is neither. An
// "ok, obrigado" is a courtesy, and agrees to nothing.
func isYes(text string) bool {
	all := senses(text)
	return all&^polite == agrees || all&^polite == agrees|grateful && !isOkThanks(text) || isThumb(text, "👍")
}

func isNo(text string) bool {
	return senses(text)&^(grateful|polite) == refuses || isThumb(text, "👎")
}

// isSolved and isUnsolved read an answer to "did it help?", which may also come when
// nobody asked. Courtesies alone are neither.
func isSolved(text string) bool {
	return senses(text)&^(agrees|grateful|polite) == helped
}

func isUnsolved(text string) bool {
	return senses(text)&^(refuses|agrees|grateful|polite) == unhelped
}

// isThanks recognises a courtesy without the assistant: it must not reopen a ticket.
func isThanks(text string) bool {
	return senses(text)&^polite == grateful || fold(text) == "ok" || isOkThanks(text)
}

// isOkThanks recognises the courtesy that begins as an answer.
func isOkThanks(text string) bool {
	rest, ok := strings.CutPrefix(fold(text), "ok ")
	return ok && senses(rest)&^polite == grateful
}

// skinTones follow a thumb in the colour that the phone was set to.
var skinTones = strings.NewReplacer("🏻", "", "🏼", "", "🏽", "", "🏾", "", "🏿", "", "\ufe0f", "")

func isThumb(text, thumb string) bool {
	return strings.TrimSpace(skinTones.Replace(text)) == thumb
}

// skips are ways to say that one does not know.
var skips = []string{
	"nao sei", "sei la", "nao sei dizer", "nao tenho ideia", "nao faco ideia", "nem ideia",
	"pular", "pula", "tanto faz", "qualquer um", "nenhum", "nenhuma", "nenhuma dessas",
	"i don t know", "i dont know", "don t know", "dont know", "dunno", "no idea", "no clue", "not sure",
	"i m not sure", "skip", "none", "none of these", "none of those", "none of them", "whatever",
	"no se", "no lo se", "ni idea", "no tengo idea", "no estoy seguro", "no estoy segura", "saltar",
	"da igual", "me da igual", "ninguno", "ninguna", "ninguna de esas", "ninguno de esos",
}
