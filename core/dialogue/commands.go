package dialogue

// inverted finds keys by their words, which are written down by key.
func inverted[K comparable](words map[K][]string) map[string]K {
	out := map[string]K{}
	for k, all := range words {
		for _, w := range all {
			out[w] = k
		}
	}
	return out
}

// phrases are commands when they are all that was said. Folded.
var phrases = inverted(map[command][]string{
	cmdHelp: {
		"menu", "ajuda", "opcoes", "help", "ayuda", "options", "opciones", "como funciona", "o que voce faz",
		"o que voce pode fazer", "o que da para fazer", "o que da pra fazer", "what can you do", "what can i do",
		"what can i do here", "how does this work", "que puedes hacer", "que puedo hacer", "que puedo hacer aqui",
		"como funciona esto",
	},
	cmdCancel: {
		"cancelar", "cancela", "cancel", "deixa pra la", "deixa para la", "esquece", "never mind", "nevermind", "dejalo",
		"olvidalo", "sair", "parar", "exit", "quit", "salir", "deixa", "deixa quieto", "esquece isso", "forget it",
		"forget about it", "dejalo asi", "olvidate",
		"olvida",
	},
	cmdHuman: {
		"atendente", "humano", "pessoa", "agent", "human", "agente", "persona",
	},
	cmdMine: {
		"meus chamados", "chamados", "meus tickets", "my tickets", "tickets", "mis tickets", "mis casos", "casos",
		"mis solicitudes", "chamados abertos", "open tickets", "my open tickets", "meus chamados abertos",
		"casos abiertos", "mis casos abiertos",
	},
	cmdClosed: {
		"fechados", "chamados fechados", "meus chamados fechados", "concluidos", "encerrados", "chamados encerrados",
		"closed", "closed tickets", "my closed tickets", "cerrados", "casos cerrados", "mis casos cerrados",
	},
	cmdAll: {
		"todos", "todos os chamados", "todos os meus chamados", "all", "all tickets", "all my tickets", "todos los casos",
		"todos mis casos",
	},
	cmdCopy: {
		"em copia", "chamados em copia", "in copy", "tickets in copy", "tickets i m copied on", "copied", "cc", "en copia",
		"casos en copia",
	},
	cmdOrg: {
		"chamados da empresa", "chamados da minha empresa", "empresa", "company tickets", "my company tickets",
		"casos de la empresa", "casos de mi empresa",
	},
	cmdNew: {
		"novo chamado", "abrir chamado", "novo", "abrir um chamado", "novo assunto", "outro assunto", "new ticket", "new",
		"open a ticket", "nuevo", "nuevo caso", "nuevo ticket", "abrir caso", "abrir un caso", "otro tema", "nuevo tema",
		"another matter", "outra coisa", "e outra coisa", "e outro assunto", "outro problema", "e outro problema",
		"something else", "it s something else", "another issue", "another problem", "otra cosa", "es otra cosa",
		"es otro tema", "otro problema", "es otro problema",
	},
	cmdContact: {
		"contatos", "contato", "telefone", "contacts", "phone", "contactos", "telefono", "numero de telefone",
		"qual o telefone", "qual e o telefone", "phone number", "what s your phone number", "what is your phone number",
		"numero de telefono", "cual es el telefono",
	},
	cmdDetails: {
		"status", "qual o status", "status do chamado", "status do meu chamado", "qual o status do meu chamado",
		"qual e o status do meu chamado",
		"como esta meu chamado", "como esta o meu chamado", "what s the status", "ticket status", "status of my ticket",
		"what s the status of my ticket",
		"what is the status of my ticket", "how is my ticket", "how is my ticket going", "estado", "estado de mi caso",
		"estado del caso", "cual es el estado de mi caso",
		"como va mi caso", "como esta mi caso",
	},
	cmdPT: {
		"portugues", "portuguese",
	},
	cmdEN: {
		"english", "ingles",
	},
	cmdES: {
		"espanol", "espanhol", "spanish",
	},
	cmdQueue: {
		"fila", "queue", "cola",
	},
	cmdHeld: {
		"quarentena", "quarantine", "cuarentena", "em quarentena", "in quarantine", "en cuarentena",
	},
	cmdTour: {
		"tour", "passeio", "fazer o tour", "ver o tour", "tour guiado", "tutorial", "quero conhecer", "me mostra como funciona", "como usar",
		"guided tour", "take the tour", "show me around", "how do i use this", "recorrido", "ver el recorrido", "visita guiada", "como se usa",
	},
	cmdNews: {
		"novidades", "o que ha de novo", "o que tem de novo", "tem novidade", "tem novidades", "nao lidos", "nao lidas", "sininho",
		"what s new", "whats new", "unread", "updates", "novedades", "que hay de nuevo", "no leidos", "sin leer",
	},
	cmdResume: {
		"continuar", "continua", "continuar o chamado", "voltar ao chamado", "continue", "go on", "continue the ticket", "resume",
		"continuar el caso", "seguir", "volver al caso",
	},
	cmdFix: {
		"corrigir", "corregir", "fix", "voltar", "go back", "volver",
	},
})

// verbs are commands about one ticket: alone, or with its number.
var verbs = inverted(map[command][]string{
	cmdDetails: {
		"detalhes", "detalhe", "ver", "chamado", "details", "ticket", "show", "detalles", "caso",
		"status", "status do", "status do chamado", "qual o status", "qual o status do", "qual o status do chamado", "qual e o status do",
		"como esta", "como esta o", "como esta o chamado", "como anda", "como anda o", "andamento", "andamento do", "andamento do chamado",
		"situacao", "situacao do", "situacao do chamado", "status of", "status of ticket", "what s the status of", "what is the status of",
		"how is", "estado", "estado del", "estado del caso", "cual es el estado del caso", "como va", "como va el", "como va el caso",
	},
	cmdClose: {
		"fechar", "fechar chamado", "fechar o chamado", "encerrar", "encerrar chamado", "encerrar o chamado", "concluir",
		"finalizar", "close", "close ticket", "close the ticket", "cerrar", "cerrar caso", "cerrar el caso", "pode fechar",
		"pode encerrar", "you can close it", "puede cerrar", "se puede cerrar", "pueden cerrar", "pode fechar o chamado",
		"pode encerrar o chamado", "podem fechar", "podem encerrar", "ok pode fechar", "ja pode fechar", "fecha o chamado",
		"close it", "close this ticket", "close my ticket", "you can close the ticket", "you can close this",
		"cerrar mi caso", "cierra el caso", "cierren el caso", "puedes cerrar", "puedes cerrarlo", "pueden cerrarlo",
		"ya pueden cerrarlo", "ya lo pueden cerrar", "cierralo", "quero fechar o chamado", "quero encerrar o chamado",
		"i want to close it", "i want to close the ticket", "quiero cerrar el caso", "quiero cerrarlo",
	},
	cmdReopen: {
		"reabrir", "reabrir chamado", "reabrir o chamado", "reopen", "reopen ticket", "reopen the ticket", "reabrir caso",
		"reabrir el caso", "reabre o chamado", "reopen it", "reopen my ticket", "reabre el caso",
		"quero reabrir", "quero reabrir o chamado", "i want to reopen it", "i want to reopen the ticket", "quiero reabrir",
		"quiero reabrirlo", "quiero reabrir el caso",
	},
	cmdChange: {
		"mudar", "alterar", "mudar prioridade", "mudar a prioridade", "alterar prioridade", "alterar a prioridade", "prioridade",
		"mudar contato", "mudar o contato", "alterar contato", "trocar contato", "trocar o contato",
		"colocar em copia", "incluir em copia", "adicionar em copia", "tirar da copia", "tirar de copia", "mudar copia", "participantes",
		"change", "change priority", "change the priority", "priority", "change contact", "change the contact",
		"add in copy", "add someone in copy", "copy someone in", "participants",
		"cambiar", "cambiar prioridad", "cambiar la prioridad", "prioridad", "cambiar contacto", "cambiar el contacto",
		"poner en copia", "agregar en copia", "quitar de copia",
	},
	cmdWhole: {
		"original", "ver original", "ver o original", "o original", "mensagem original", "e mail original", "email original", "texto original", "ver tudo",
		"show original", "the original", "original message", "original email", "original e mail", "see original",
		"el original", "ver el original", "mensaje original", "correo original",
	},
	cmdPaper: {
		"pdf", "em pdf", "gerar pdf", "baixar pdf", "imprimir", "imprimir chamado", "imprimir o chamado", "quero imprimir", "print", "print ticket",
		"print the ticket", "print it", "as pdf", "get pdf", "download pdf", "imprimir caso", "imprimir el caso", "en pdf", "descargar pdf", "generar pdf",
	},
	cmdTake: {
		"assumir", "pegar", "take", "tomar",
	},
	cmdDraft: {
		"rascunho", "sugestao", "sugerir", "sugerir resposta", "sugestao de resposta", "rascunhar", "draft", "draft a reply", "draft reply",
		"suggest", "suggest a reply", "suggestion", "borrador", "sugerencia", "sugerir respuesta",
	},
	cmdSummary: {
		"resumo", "resumir", "summary", "summarize", "summarise", "sum up", "resumen",
	},
	cmdAlike: {
		"parecidos", "semelhantes", "similares", "chamados parecidos", "similar", "similar tickets", "casos parecidos", "casos similares",
	},
})
