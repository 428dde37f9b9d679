package dialogue

import (
	"regexp"
	"strings"
	"testing"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Não, obrigado!": "nao obrigado", "  EM   CÓPIA ": "em copia", "e\u0301 isso": "e isso", "¿Qué?": "que", "1️⃣": "1",
		"CT-e": "ct e", "👍": "", "": "", "\u00a0oi\u00a0": "oi",
	} {
		if got := fold(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestParseCommand(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]understood{
		// Portuguese
		"ajuda":                       {cmdHelp, "", ""},
		"Menu!":                       {cmdHelp, "", ""},
		"cancelar":                    {cmdCancel, "", ""},
		"Deixa pra lá":                {cmdCancel, "", ""},
		"atendente":                   {cmdHuman, "", ""},
		"Quero falar com alguém.":     {cmdHuman, "", ""},
		"Meus chamados":               {cmdMine, "", ""},
		"fechados":                    {cmdClosed, "", ""},
		"encerrados":                  {cmdClosed, "", ""},
		"em cópia":                    {cmdCopy, "", ""},
		"chamados da empresa":         {cmdOrg, "", ""},
		"novo chamado":                {cmdNew, "", ""},
		"contatos":                    {cmdContact, "", ""},
		"fila":                        {cmdQueue, "", ""},
		"detalhes":                    {cmdDetails, "", ""},
		"fechar":                      {cmdClose, "", ""},
		"encerrar o chamado":          {cmdClose, "", ""},
		"Pode fechar":                 {cmdClose, "", ""},
		"reabrir 2026-000001":         {cmdReopen, "2026-000001", ""},
		"fechar chamado #2026-000012": {cmdClose, "2026-000012", ""},
		"assumir 000007":              {cmdTake, "2026-000007", ""},
		"assumir":                     {cmdTake, "", ""},
		"corrigir":                    {cmdFix, "", ""},
		"español":                     {cmdES, "", ""},
		"o que você faz?":             {cmdHelp, "", ""},
		"Esquece isso":                {cmdCancel, "", ""},
		"sair":                        {cmdCancel, "", ""},
		"quero reabrir 2026-000001":   {cmdReopen, "2026-000001", ""},
		"voltar":                      {cmdFix, "", ""},
		"Posso falar com uma pessoa de verdade, por favor?": {cmdHuman, "", ""},
		"preciso falar com alguém do suporte":               {cmdHuman, "", ""},
		"quero falar com um técnico":                        {cmdHuman, "", ""},
		"Oi, meus chamados":                                 {cmdMine, "", ""},
		"quero ver os chamados da empresa":                  {cmdOrg, "", ""},
		"Pode fechar, obrigada!":                            {cmdClose, "", ""},
		"sim, pode encerrar":                                {cmdClose, "", ""},
		"Qual o status do meu chamado?":                     {cmdDetails, "", ""},
		"Mudar a prioridade":                                {cmdChange, "", ""},
		"mudar 2026-000001":                                 {cmdChange, "2026-000001", ""},
		"tem novidade?":                                     {cmdNews, "", ""},
		"quero conhecer":                                    {cmdTour, "", ""},
		"é outro assunto":                                   {cmdNew, "", ""},
		"qual é o telefone?":                                {cmdContact, "", ""},
		// English
		"help":                                 {cmdHelp, "", ""},
		"Never mind":                           {cmdCancel, "", ""},
		"agent":                                {cmdHuman, "", ""},
		"I want to talk to a person":           {cmdHuman, "", ""},
		"my tickets":                           {cmdMine, "", ""},
		"closed":                               {cmdClosed, "", ""},
		"in copy":                              {cmdCopy, "", ""},
		"company tickets":                      {cmdOrg, "", ""},
		"new":                                  {cmdNew, "", ""},
		"close the ticket":                     {cmdClose, "", ""},
		"ticket 2026-000001":                   {cmdDetails, "2026-000001", ""},
		"reopen":                               {cmdReopen, "", ""},
		"queue":                                {cmdQueue, "", ""},
		"português":                            {cmdPT, "", ""},
		"what can you do?":                     {cmdHelp, "", ""},
		"forget it":                            {cmdCancel, "", ""},
		"Can I talk to a real person, please?": {cmdHuman, "", ""},
		"let me speak to someone":              {cmdHuman, "", ""},
		"I'd like to speak with an agent":      {cmdHuman, "", ""},
		"show me my tickets":                   {cmdMine, "", ""},
		"see all tickets":                      {cmdAll, "", ""},
		"Tickets I'm copied on":                {cmdCopy, "", ""},
		"you can close it, thanks":             {cmdClose, "", ""},
		"yep, close it":                        {cmdClose, "", ""},
		"reopen it":                            {cmdReopen, "", ""},
		"it's something else":                  {cmdNew, "", ""},
		"What's the status of my ticket?":      {cmdDetails, "", ""},
		"phone number?":                        {cmdContact, "", ""},
		// Spanish
		"¿Ayuda?":             {cmdHelp, "", ""},
		"olvídalo":            {cmdCancel, "", ""},
		"agente":              {cmdHuman, "", ""},
		"mis casos":           {cmdMine, "", ""},
		"casos cerrados":      {cmdClosed, "", ""},
		"en copia":            {cmdCopy, "", ""},
		"casos de la empresa": {cmdOrg, "", ""},
		"nuevo caso":          {cmdNew, "", ""},
		"cerrar":              {cmdClose, "", ""},
		"caso 2026-000001":    {cmdDetails, "2026-000001", ""},
		"reabrir el caso":     {cmdReopen, "", ""},
		"cola":                {cmdQueue, "", ""},
		"tomar 2026-000001":   {cmdTake, "2026-000001", ""},
		"¿qué puedes hacer?":  {cmdHelp, "", ""},
		"déjalo así":          {cmdCancel, "", ""},
		"Quiero hablar con una persona de verdad": {cmdHuman, "", ""},
		"necesito hablar con alguien":             {cmdHuman, "", ""},
		"Hola, ¿puedo hablar con un asesor?":      {cmdHuman, "", ""},
		"ver mis casos":                           {cmdMine, "", ""},
		"muéstrame los casos cerrados":            {cmdClosed, "", ""},
		"ya pueden cerrarlo, gracias":             {cmdClose, "", ""},
		"sí, ciérralo":                            {cmdClose, "", ""},
		"es otra cosa":                            {cmdNew, "", ""},
		"¿cómo va mi caso?":                       {cmdDetails, "", ""},
		"número de teléfono":                      {cmdContact, "", ""},
		"english":                                 {cmdEN, "", ""},
		// A number, as people write it
		"2026-000001":                               {cmdDetails, "2026-000001", ""},
		"#2026-000001?":                             {cmdDetails, "2026-000001", ""},
		"2025 000001":                               {cmdDetails, "2025-000001", ""},
		"000001":                                    {cmdDetails, "2026-000001", ""},
		"2026-1234567":                              {cmdDetails, "2026-1234567", ""},
		"ver 2026-000001":                           {cmdDetails, "2026-000001", ""},
		"status 2026-000001":                        {cmdDetails, "2026-000001", ""},
		"Qual o status do chamado 2026-000001?":     {cmdDetails, "2026-000001", ""},
		"como está o 2026-000001":                   {cmdDetails, "2026-000001", ""},
		"what's the status of 2026-000001?":         {cmdDetails, "2026-000001", ""},
		"¿cómo va el caso 2026-000001?":             {cmdDetails, "2026-000001", ""},
		"prioridade 2026-000001 crítica":            {cmdChange, "2026-000001", ticket.Critical},
		"mudar a prioridade do 000001 para alta":    {cmdChange, "2026-000001", ticket.High},
		"mudar prioridade para baixa":               {cmdChange, "", ticket.Low},
		"change the priority of 2026-000001 to low": {cmdChange, "2026-000001", ticket.Low},
		"cambiar la prioridad a alta, por favor":    {cmdChange, "", ticket.High},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if got := parseCommand(text, 2026); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// Words that hold a command's are somebody's words, and must not be swallowed.
func TestNotCommands(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "👍", "1", "10",
		"fechar a nota fiscal não funciona", "não consigo abrir chamado no sistema", "o menu sumiu", "cancelar a nota 12", "ajuda com o CT-e",
		"o atendente não responde", "novo usuário não entra", "quero reabrir o período fiscal", "todos os usuários caíram", "telefone errado no cadastro",
		"ver", "chamado", "ver a nota", "assumir o débito", "fila de impressão parada", "a empresa mudou de endereço", "fechar\no caixa",
		"the agent does not sync", "close of the month fails", "new users cannot log in", "help me print", "my tickets are printed twice", "correct", "queue is stuck",
		"el menú desapareció", "cerrar la caja no funciona", "no puedo abrir caso en el sistema", "nuevo usuario no entra", "la cola de impresión", "tomar la foto falla",
		"falar com o atendente não funciona", "o sistema não deixa sair", "parar a nota", "status da nota não muda", "qual o status da nota", "quero fechar o caixa", "quit smoking app crashes", "preciso falar com o cliente", "quero ver o menu", "posso fechar o caixa?", "quero cancelar a nota", "a empresa", "quero ajuda com a nota",
		"show me the invoice", "let me talk", "I want to talk to a person about the invoice", "forget it ever worked", "close it and it crashes", "can I close the month?", "please help me print",
		"quiero ver la factura", "hablar con el cliente no sale", "es otra cosa lo que falla", "por favor cerrar la caja", "obrigado", "por favor", "oi",
		"o chamado 2026-000001 ainda não foi resolvido", "fechar 2026-000001 não funciona", "ajuda 2026-000001", "2026-000001 voltou a dar erro", "prioridade alta", "prioridade alta no 2026-000001 de novo", "mudar a prioridade da fila",
		"status 2026-000001 não muda", "como está", "andamento", "1234567", "12",
		"01310100", "01310-100", "011999990001", "0800 123456", "12.345.678/0001-90", "26/03/2026", "2026", "20260000019",
		strings.Repeat("fechar ", 20),
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if got := parseCommand(text, 2026); got.command != cmdNone {
				t.Errorf("taken as %+v", got)
			}
		})
	}
}

func TestCutNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"2026-000001 Olá!":                         {"2026-000001", "  Olá!"},
		"sobre o #2025-000001":                     {"2025-000001", "sobre o  "},
		"000042: resolvido":                        {"2026-000042", " : resolvido"},
		"CEP 01310100":                             {"", "CEP 01310100"},
		"sem número":                               {"", "sem número"},
		"primeiro 2026-000001, depois 2026-000002": {"2026-000001", "primeiro  , depois 2026-000002"},
	} {
		if num, rest := cutNumber(text, 2026); num != want[0] || rest != want[1] {
			t.Errorf("%q: got %q, %q", text, num, rest)
		}
	}
}

// What the texts tell people to write is understood, in the language that tells it.
func TestTextsMentionCommandsThatExist(t *testing.T) {
	t.Parallel()
	c, err := notice.Load()
	if err != nil {
		t.Fatal(err)
	}
	bold := regexp.MustCompile(`\*([^*\n]+)\*`)
	fill := notice.Data{"Name": "Ana", "Desk": "Recado", "Number": "2026-000001", "Phone": "", "Most": 3}
	for _, lang := range notice.Languages() {
		for key, atLeast := range map[string]int{
			"hello": 2, "help.customer": 11, "help.manager": 12, "help.team": 5, "added.chat": 2, "closed.self": 2, "which.none": 1, "which.take": 1,
			"list.empty.open": 1, "refused.no-such-ticket": 1, "refused.closed": 2, "team.how": 2, "team.close-how": 1, "no-such-choice": 1,
		} {
			text, err := c.Text(lang, key, fill)
			if err != nil {
				t.Fatal(err)
			}
			mentioned := bold.FindAllStringSubmatch(text, -1)
			if len(mentioned) < atLeast {
				t.Errorf("%s %s mentions %v", lang, key, mentioned)
			}
			for _, m := range mentioned {
				what, _ := parseOrder(m[1] + " x")
				if parseCommand(m[1], 2026).command == cmdNone && what == orderAnswer {
					t.Errorf("%s %s mentions %q, which is not understood", lang, key, m[1])
				}
			}
		}
	}
}

func TestYesAndNo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Sim": "yes", "s": "yes", "Isso mesmo!": "yes", "pode": "yes", "ok": "yes", "👍": "yes", "👍🏽": "yes", "correct": "yes",
		"Sim, por favor": "yes", "sim sim": "yes", "yes, please": "yes", "Looks good, thanks": "yes", "that's right": "yes", //nolint:dupword // said twice
		"sí": "yes", "Sí, claro": "yes", "correcto": "yes", "sí, gracias": "yes",
		"Não": "no", "n": "no", "Não, obrigado": "no", "👎": "no", "👎🏿": "no", "nope": "no", "No, thanks": "no", "no, not yet": "no",
		"todavía no": "no", "no gracias": "no", "ahora no, gracias": "no",
		"ok, obrigado": "", "obrigado": "", "por favor": "", "sim não": "", "resolveu": "", "it didn't": "", "não resolveu": "", "sí, lo resolvió": "",
		"": "", "talvez": "", "sim, mas ainda trava": "", "não consigo imprimir": "", "👍👍": "", "❤️": "", "si la nota no sale": "", "no sale la nota": "",
	} {
		got := map[[2]bool]string{{true, false}: "yes", {false, true}: "no", {true, true}: "both"}[[2]bool{isYes(text), isNo(text)}]
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestSolvedOrNot(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"resolveu": "solved", "Sim, resolveu!": "solved", "já resolvi, obrigada": "solved", "deu certo 🎉": "solved", "ok, funcionou": "solved",
		"Yes, it did": "solved", "that worked, thanks!": "solved", "it's fixed": "solved", "working now": "solved",
		"Sí, lo resolvió": "solved", "ya quedó, gracias": "solved", "sí, me sirvió mucho": "solved",
		"não resolveu": "not", "Não, continua igual": "not", "não ajudou, obrigado": "not", "já tentei": "not", "mesmo erro": "not",
		"it didn't": "not", "that didn't help": "not", "Nope, still broken": "not", "no, it's still failing": "not", "I already tried that": "not", "ok, still the same": "not",
		"no me sirvió": "not", "No, sigue igual": "not", "todavía falla": "not", "ya lo intenté": "not", "no me funcionó, gracias": "not",
		"": "", "sim": "", "não": "", "obrigado": "", "voltou": "", "resolveu, mas agora a nota não sai": "", "não resolveu: erro 539": "", "still broken in Chrome": "",
		"não, já resolveu": "", "no me sirvió el artículo, sale otro error": "", "continua a dar erro na NF-e": "",
	} {
		got := map[[2]bool]string{{true, false}: "solved", {false, true}: "not", {true, true}: "both"}[[2]bool{isSolved(text), isUnsolved(text)}]
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestThanks(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"Obrigada!": true, "muito obrigado pela ajuda": true, "obrigado pela ajuda, pessoal": true, "ok, obrigado": true, "ok": true, "Perfeito, valeu 🙏": true, "por favor, obrigado": true,
		"Awesome, thank you so much!": true, "great, thanks": true, "ok thanks": true, "Thank you all": true, "¡Buenísimo, mil gracias!": true, "muchas gracias por todo": true, "genial, gracias equipo": true,
		"": false, "por favor": false, "sim": false, "sim, obrigado": false, "não, obrigado": false, "obrigado, mas não funcionou": false, "obrigado, resolveu": false, "ok, e a nota?": false, "gracias a eso falla": false,
		"thanks, but no": false,
	} {
		if got := isThanks(text); got != want {
			t.Errorf("%q: got %t", text, got)
		}
	}
}

// No phrase of an answer is longer than what is looked for, and each is as fold leaves it.
func TestAnswersCanBeFound(t *testing.T) {
	t.Parallel()
	for phrase, kind := range answers {
		if fold(phrase) != phrase || len(strings.Fields(phrase)) > longestAnswer {
			t.Errorf("%q is never found", phrase)
		}
		if kind&(kind-1) != 0 {
			t.Errorf("%q answers in two ways", phrase)
		}
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	pt := []message.Choice{{Value: "yes", Label: "Abrir chamado"}, {Value: "fix", Label: "Corrigir algo"}, {Value: "cancel", Label: "Cancelar"}}
	en := []message.Choice{{Value: "a", Label: "Fiscal"}, {Value: "b", Label: "Fiscal documents"}, {Value: "c", Label: "Payroll"}}
	es := []message.Choice{{Value: "x", Label: "Facturación"}, {Value: "y", Label: "Nómina"}, {Value: "z", Label: "No sé"}}
	long := make([]message.Choice, 12)
	for i := range long {
		long[i] = message.Choice{Value: string(rune('a' + i)), Label: strings.Repeat("x", i+1)}
	}
	for _, tc := range []struct {
		text    string
		choices []message.Choice
		want    string // empty: none
	}{
		{"1", pt, "yes"}, {" 2. ", pt, "fix"}, {"3)", pt, "cancel"}, {"*1.*", pt, "yes"}, {"2️⃣", pt, "fix"}, {"opção 2", pt, "fix"}, {"dois", pt, "fix"},
		{"Três", pt, "cancel"}, {"abrir chamado", pt, "yes"}, {"CORRIGIR", pt, "fix"}, {"fix", pt, "fix"}, {"corr", pt, "fix"},
		{"0", pt, ""}, {"-1", pt, ""}, {"4", pt, ""}, {"-", pt, ""}, {"", pt, ""}, {"cor", pt, ""}, {"1 e 2", pt, ""}, {"12", pt, ""}, {"1,5", pt, ""},
		{"abrir chamado não funciona", pt, ""}, {"não", pt, ""}, {"quatro", pt, ""},
		{"option 3", en, "c"}, {"two", en, "b"}, {"Fiscal", en, "a"}, {"fisc", en, ""}, {"fiscal doc", en, "b"}, {"payroll!", en, "c"}, {"the payroll", en, "c"}, {"the pay roll", en, "c"}, {"our payroll", en, ""},
		{"the first one", en, "a"}, {"second", en, "b"}, {"number three", en, "c"}, {"it's the second option", en, "b"}, {"the fourth", en, ""}, {"first of all", en, ""},
		{"a primeira", pt, "yes"}, {"o segundo", pt, "fix"}, {"a opção 3", pt, "cancel"}, {"a nota", pt, ""}, {"o", pt, ""},
		{"la segunda", es, "y"}, {"el primero", es, "x"}, {"la uno", es, "x"}, {"la nómina", es, "y"}, {"el primero de enero", es, ""},
		{"opción 1", es, "x"}, {"uno", es, "x"}, {"facturacion", es, "x"}, {"NÓMINA", es, "y"}, {"no se", es, "z"}, {"no", es, ""},
		{"12", long, "l"}, {"13", long, ""}, {"nove", long, "i"},
		{"1", nil, ""},
	} {
		c, ok := choose(tc.text, tc.choices)
		if c.Value != tc.want || ok != (tc.want != "") {
			t.Errorf("%q of %v: got %q, %t, want %q", tc.text, tc.choices, c.Value, ok, tc.want)
		}
	}
}

func FuzzChoose(f *testing.F) {
	choices := []message.Choice{{Value: "yes", Label: "Sim, resolveu"}, {Value: "no", Label: "Não, abrir chamado"}}
	f.Add("1")
	f.Add("opção 2")
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := choose(text, choices)
		if ok != (c == choices[0] || c == choices[1]) || !ok && c != (message.Choice{}) {
			t.Errorf("%q: got %+v, %t", text, c, ok)
		}
	})
}

// The firewall of rule 8: what is marked as a note by any of these is none of the
// customer's.
func TestParseOrder(t *testing.T) {
	t.Parallel()
	type parsed struct {
		order order
		words string
	}
	for text, want := range map[string]parsed{
		"// cliente difícil":               {orderNote, "cliente difícil"},
		"//cliente difícil":                {orderNote, "cliente difícil"},
		"  // com espaço":                  {orderNote, "com espaço"},
		"\n// depois de uma linha":         {orderNote, "depois de uma linha"},
		"\u00a0// espaço que não quebra":   {orderNote, "espaço que não quebra"},
		"\ufeff\u200b// marcas invisíveis": {orderNote, "marcas invisíveis"},
		"> // citado":                      {orderNote, "citado"},
		"// *importante* aqui":             {orderNote, "*importante* aqui"},
		"🔒 só nós":                         {orderNote, "só nós"},
		"Nota: ligar amanhã":               {orderNote, "ligar amanhã"},
		"NOTA : ligar":                     {orderNote, "ligar"},
		"*Nota:* ligar":                    {orderNote, "ligar"},
		"_nota_: ligar":                    {orderNote, "ligar"},
		"Nota interna: ligar":              {orderNote, "ligar"},
		"nota interna\nligar\namanhã":      {orderNote, "ligar\namanhã"},
		"Nota - ligar":                     {orderNote, "ligar"},
		"[nota] ligar":                     {orderNote, "ligar"},
		"(interno) ligar":                  {orderNote, "ligar"},
		"interno: ligar":                   {orderNote, "ligar"},
		"note: call":                       {orderNote, "call"},
		"Internal note: call":              {orderNote, "call"},
		"internal: call":                   {orderNote, "call"},
		"Nota privada: llamar":             {orderNote, "llamar"},
		"nota":                             {orderNote, ""},
		"//":                               {orderNote, ""},
		"// fechar: não ainda":             {orderNote, "fechar: não ainda"},

		"fechar: Tudo certo":        {orderClose, "Tudo certo"},
		"Encerrar : Tudo certo":     {orderClose, "Tudo certo"},
		"*fechar:* Tudo certo":      {orderClose, "Tudo certo"},
		"fechar:\nTudo\ncerto":      {orderClose, "Tudo\ncerto"},
		"close: done":               {orderClose, "done"},
		"cerrar: listo":             {orderClose, "listo"},
		"reabrir: voltou":           {orderReopen, "voltou"},
		"reopen: it is back":        {orderReopen, "it is back"},
		"espera: o banco":           {orderWait, "o banco"},
		"em espera: o banco":        {orderWait, "o banco"},
		"wait: the bank":            {orderWait, "the bank"},
		"en espera: el banco":       {orderWait, "el banco"},
		"\u00a0aguardando: o banco": {orderWait, "o banco"},

		"nota fiscal rejeitada":          {orderAnswer, "nota fiscal rejeitada"},
		"Nota fiscal: rejeitada":         {orderAnswer, "Nota fiscal: rejeitada"},
		"nota-fiscal rejeitada":          {orderAnswer, "nota-fiscal rejeitada"},
		"A nota: 123":                    {orderAnswer, "A nota: 123"},
		"notas: 1 e 2":                   {orderAnswer, "notas: 1 e 2"},
		"Note that: it works":            {orderAnswer, "Note that: it works"},
		"Internal error: 500":            {orderAnswer, "Internal error: 500"},
		"https://ajuda.example":          {orderAnswer, "https://ajuda.example"},
		"Oi!\n// não é a primeira linha": {orderAnswer, "Oi!\n// não é a primeira linha"},
		"/ uma barra":                    {orderAnswer, "/ uma barra"},
		"fechar a tela: resolve":         {orderAnswer, "fechar a tela: resolve"},
		"fechar":                         {orderAnswer, "fechar"},
		"> fechar: citado":               {orderAnswer, "> fechar: citado"},
		"pode fechar: sim":               {orderAnswer, "pode fechar: sim"},
		"Olá!":                           {orderAnswer, "Olá!"},
		"":                               {orderAnswer, ""},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			if what, words := parseOrder(text); what != want.order || words != want.words {
				t.Errorf("got %q %q, want %q %q", what, words, want.order, want.words)
			}
		})
	}
}

// FuzzParseOrder: whatever comes before it that nobody sees, a note stays a note, and
// no order invents words.
func FuzzParseOrder(f *testing.F) {
	f.Add("// x")
	f.Add("fechar: x")
	f.Add("nota fiscal")
	f.Fuzz(func(t *testing.T, text string) {
		what, words := parseOrder(text)
		if !strings.HasSuffix(strings.TrimSpace(text), words) {
			t.Errorf("%q: the words %q are not its end", text, words)
		}
		for _, before := range []string{" ", "\n", "\u00a0", "\u200b", "\ufeff"} {
			if again, _ := parseOrder(before + text); what == orderNote && again != orderNote {
				t.Errorf("%q is a note, and %q is %q", text, before+text, again)
			}
		}
	})
}
