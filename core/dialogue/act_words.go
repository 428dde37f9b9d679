package dialogue

import (
	"strings"
	"unicode/utf8"

	"recado/core/ticket"
)

// op is something that the team does to a ticket (H2). The same names stand in the values
// of buttons and forms: see ActValue.
type op string

const (
	opNone      op = ""
	opTake      op = "take"
	opAssign    op = "assign"
	opStatus    op = "status"
	opPriority  op = "priority"
	opSeverity  op = "severity"
	opType      op = "type"
	opDue       op = "due"
	opProduct   op = "product"
	opCategory  op = "category"
	opCopy      op = "copy"
	opUncopy    op = "uncopy"
	opRequester op = "requester"
	opMerge     op = "merge"
	opUnmerge   op = "unmerge"
	opSplit     op = "split"
	opRelate    op = "relate"
	opRepeats   op = "repeats"
	opClose     op = "close"
	opReopen    op = "reopen"
	opReason    op = "reason" // of what stands above it
	opCall      op = "call"   // A10: there is no ticket yet
)

// deed is one operation, as it was asked for: the value is in somebody's words.
type deed struct {
	op     op
	value  string
	reason string // for the team alone
	on     string // of a status that waits: on what, word for word
}

// deedWords stand before a colon. Folded; in the three languages.
var deedWords = inverted(map[op][]string{
	opAssign:    {"atribuir", "atribuir a", "atribuir para", "passar para", "responsavel", "assign", "assign to", "agent", "asignar", "asignar a", "responsable"},
	opStatus:    {"status", "estado", "situacao"},
	opPriority:  {"prioridade", "priority", "prioridad"},
	opSeverity:  {"gravidade", "severidade", "severity", "gravedad", "severidad"},
	opType:      {"tipo", "type"},
	opDue:       {"prazo", "vencimento", "due", "due time", "deadline", "plazo", "vencimiento"},
	opProduct:   {"produto", "product", "producto"},
	opCategory:  {"categoria", "category"},
	opCopy:      {"copiar", "em copia", "incluir em copia", "colocar em copia", "copy", "copy in", "in copy", "en copia", "poner en copia"},
	opUncopy:    {"tirar da copia", "tirar de copia", "remover da copia", "uncopy", "remove from copy", "quitar de copia", "sacar de copia"},
	opRequester: {"solicitante", "requester"},
	opMerge:     {"juntar", "unir", "mesclar", "merge", "fusionar"},
	opUnmerge:   {"desjuntar", "desfazer juncao", "desunir", "unmerge", "deshacer union"},
	opSplit:     {"separar", "dividir", "split"},
	opRelate:    {"relacionar", "relacionado", "relate", "related", "vincular", "relacionado con", "related to"},
	opRepeats:   {"duplicado", "duplicado de", "duplicata", "duplicata de", "duplicate", "duplicate of"},
	opReason:    {"motivo", "reason"},
	opCall:      {"ligacao", "telefonema", "ligacao de", "phone call", "call from", "llamada", "llamada de"},
})

// longestDeed is how many letters may stand before the colon.
const longestDeed = 24

// What an order's value may be, folded.
var (
	levelWords = inverted(map[ticket.Level][]string{
		ticket.Low:      {"baixa", "baixo", "low", "baja", "bajo"},
		ticket.Normal:   {"normal", "media", "medio", "medium"},
		ticket.High:     {"alta", "alto", "high"},
		ticket.Critical: {"critica", "critico", "critical", "urgente", "urgent"},
	})
	typeWords = inverted(map[ticket.Type][]string{
		ticket.Question: {"duvida", "pergunta", "question", "duda", "consulta", "pregunta"},
		ticket.Problem:  {"problema", "erro", "incidente", "problem", "error", "incident", "fallo"},
		ticket.Request:  {"solicitacao", "pedido", "request", "solicitud"},
		ticket.Change:   {"melhoria", "mudanca", "adaptacao", "change", "improvement", "mejora", "cambio"},
	})
	statusWords = inverted(map[ticket.Status][]string{
		ticket.Open:       {"aberto", "open", "abierto"},
		ticket.InProgress: {"em andamento", "andamento", "in progress", "en curso", "en progreso", "en marcha"},
		ticket.Closed:     {"encerrado", "fechado", "concluido", "closed", "cerrado", "resolvido", "resolved", "resuelto"},
	})
	waitingBegins = []string{"aguardando", "esperando", "em espera", "waiting for", "waiting on", "waiting", "en espera de", "en espera"}
	onCustomer    = []string{"cliente", "o cliente", "a cliente", "solicitante", "o solicitante", "customer", "the customer", "requester", "el cliente",
		"la cliente"}
)

// cutDeed takes one line apart: the word before the colon, and what follows.
func cutDeed(line string) (op, string) {
	i := strings.IndexAny(line, ":：")
	if i < 0 || utf8.RuneCountInString(line[:i]) > longestDeed+len("**") {
		return opNone, ""
	}
	_, colon := utf8.DecodeRuneInString(line[i:])
	return deedWords[fold(line[:i])], strings.Trim(line[i+colon:], " \t*_\u00a0")
}

// parseDeeds reads words that begin as an order does. Every line must then be one: what
// stands beside orders may be meant for the customer, or for nobody, and doubt stays
// inside (rule 8). all is nil when the first line is none; plain, when
// nothing else was said.
func parseDeeds(text string) (all []deed, plain bool) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	first, value := cutDeed(lines[0])
	switch first {
	case opNone, opReason:
		return nil, false
	case opCall:
		rest := strings.Join(lines[1:], "\n")
		return []deed{{op: opCall, value: strings.TrimSpace(value + "\n" + rest)}}, true
	}
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		o, value := cutDeed(line)
		switch o {
		case opNone, opCall:
			return []deed{{op: first, value: value}}, false
		case opReason:
			for i := range all {
				if all[i].reason == "" {
					all[i].reason = value
				}
			}
		default:
			all = append(all, deed{op: o, value: value})
		}
	}
	return all, true
}

// nearDeed reports words that are perhaps an order without its colon: "prioridade alta",
// or a lone "juntar". Nobody writes that to a customer, and in case somebody does, it is
// asked for again.
func nearDeed(text string) bool {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "\n?!") {
		return false
	}
	words := strings.Fields(fold(text))
	for n := min(len(words), 3); n > 0; n-- {
		o := deedWords[strings.Join(words[:n], " ")]
		if o == opNone {
			continue
		}
		rest := strings.Join(words[n:], " ")
		_, level := levelWords[rest]
		_, kind := typeWords[rest]
		_, status := statusWords[rest]
		num, left := cutNumber(text, 2000)
		named := num != "" && deedWords[fold(left)] != opNone
		if rest == "" && o != opStatus || named {
			return true
		}
		switch o {
		case opPriority, opSeverity:
			return level
		case opType:
			return kind
		case opStatus:
			return status
		}
		return false
	}
	return false
}

// because cuts the reason off a value: what follows a comma, a semicolon, a dash or a
// bracket.
func because(value string) (head, reason string) {
	i := strings.IndexAny(value, ",;(—–")
	if i < 0 {
		return strings.TrimSpace(value), ""
	}
	return strings.TrimSpace(value[:i]), strings.Trim(value[i:], " ,;(—–)")
}

// beginsWith cuts one of several beginnings off words, whole words only, case and accents
// aside.
func beginsWith(text string, beginnings []string) (rest string, ok bool) {
	words := strings.Fields(text)
	for _, b := range beginnings {
		n := len(strings.Fields(b))
		if n <= len(words) && fold(strings.Join(words[:n], " ")) == b {
			return strings.Join(words[n:], " "), true
		}
	}
	return text, false
}
