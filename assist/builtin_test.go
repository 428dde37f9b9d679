package assist_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"recado/assist"
	"recado/assist/search"
	"recado/core/article"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/ticket"
)

// carrier is what a bus company may open tickets about.
func carrier() catalog.Offer {
	return catalog.Offer{
		Products: []catalog.Item{
			{ID: "p-fiscal", Level: catalog.Product, Name: "Fiscal", Words: []string{"nota fiscal", "NF-e"}, Names: map[string]string{"en": "Tax"}},
			{ID: "p-frota", Level: catalog.Product, Name: "Frota", Names: map[string]string{"en": "Fleet", "es": "Flota"}},
			{ID: "p-folha", Level: catalog.Product, Name: "Folha de Pagamento", Words: []string{"holerite"}, Names: map[string]string{"en": "Payroll", "es": "Nómina"}},
		},
		Systems: []catalog.Item{
			{ID: "s-cte", Level: catalog.System, Parent: "p-fiscal", Name: "Emissor de CT-e", Words: []string{"CT-e", "conhecimento de transporte"}},
			{ID: "s-livros", Level: catalog.System, Parent: "p-fiscal", Name: "Livros Fiscais", Words: []string{"SPED"}},
			{ID: "s-oficina", Level: catalog.System, Parent: "p-frota", Name: "Manutenção", Words: []string{"oficina"}, Names: map[string]string{"en": "Maintenance", "es": "Mantenimiento"}},
			{ID: "s-posto", Level: catalog.System, Parent: "p-frota", Name: "Abastecimento", Words: []string{"combustível", "diesel"}},
		},
		Modules: []catalog.Item{
			{ID: "m-autorizacao", Level: catalog.Module, Parent: "s-cte", Name: "Autorização"},
			{ID: "m-cancelamento", Level: catalog.Module, Parent: "s-cte", Name: "Cancelamento"},
			{ID: "m-os", Level: catalog.Module, Parent: "s-oficina", Name: "Ordem de serviço", Names: map[string]string{"en": "Work order", "es": "Orden de trabajo"}},
			{ID: "m-pneus", Level: catalog.Module, Parent: "s-oficina", Name: "Pneus", Names: map[string]string{"en": "Tires", "es": "Neumáticos"}},
		},
		Categories: []catalog.Item{
			{ID: "c-acesso", Level: catalog.Category, Name: "Acesso e senha", Words: []string{"login"}, Names: map[string]string{"en": "Access and password", "es": "Acceso y contraseña"}},
			{ID: "c-relatorio", Level: catalog.Category, Name: "Relatórios", Names: map[string]string{"en": "Reports", "es": "Informes"}},
		},
	}
}

func library() *search.Index {
	ix := search.New()
	for _, a := range []article.Article{
		{ID: "rejeicao", Title: "CT-e não autoriza: o que conferir", Public: true, Product: "p-fiscal", System: "s-cte", Body: "Veja o código da rejeição e a validade do certificado."},
		{ID: "senha", Title: "Esqueci minha senha", Public: true, Body: "Clique em Esqueci a senha. Você recebe um e-mail com um link."},
		{ID: "chegada", Title: "Registrar a chegada dos ônibus na garagem", Public: true, Product: "p-frota", Body: "Abra Frota, Movimentos, Chegada."},
		{ID: "interno", Title: "Destravar lote de CT-e no servidor", Body: "Só para a equipe."},
		{ID: "da-serra", Title: "Integração com o pedágio da Serra", Public: true, OrgIDs: []string{"serra"}, Body: "Como configurar a integração com o pedágio."},
		{ID: "password-en", Title: "Reset your password", Language: "en", Public: true, Body: "Press Forgot password and follow the link in the e-mail."},
	} {
		ix.Put(a)
	}
	return ix
}

// brief is what Ana of Viação Aurora writes.
func brief(text string) dialogue.Brief {
	return dialogue.Brief{
		Text: text, Offer: carrier(), WantArticles: true,
		Organisation: directory.Organisation{ID: "aurora", Name: "Viação Aurora"},
	}
}

// reader is made once: tests only read.
var reader = sync.OnceValue(func() *assist.Builtin { return assist.NewBuiltin(library(), 0) })

func read(t *testing.T, b dialogue.Brief) dialogue.Reading {
	t.Helper()
	r, err := reader().Read(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestReadWholeMessages reads messages as people send them. Only fields that are
// sure enough to be believed (.6) are compared.
func TestReadWholeMessages(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text     string
		language string
		subject  string
		about    catalog.Path
		severity ticket.Level
		kind     ticket.Type
		articles []string
	}{
		"the transcript of the design page": {
			text: "O CT-e não autoriza desde ontem", language: "pt-BR", subject: "O CT-e não autoriza desde ontem",
			about:    catalog.Path{Product: "p-fiscal", System: "s-cte", Module: "m-autorizacao"},
			severity: ticket.High, kind: ticket.Problem, articles: []string{"rejeicao"},
		},
		"a burst of short lines": {
			text: "oi\nbom dia\na oficina\nnão abre\ndesde cedo\nninguém consegue trabalhar", language: "pt-BR",
			subject: "A oficina não abre desde cedo", about: catalog.Path{Product: "p-frota", System: "s-oficina"},
			severity: ticket.Critical, kind: ticket.Problem,
		},
		"a polite question": {
			text: "Olá, tudo bem? Como faço para imprimir a ordem de serviço? Obrigada!", language: "pt-BR",
			subject: "Como faço para imprimir a ordem de serviço?", about: catalog.Path{Product: "p-frota", System: "s-oficina", Module: "m-os"},
			kind: ticket.Question,
		},
		"an order": {
			text: "Solicito a liberação do login do novo gerente, sem pressa.", language: "pt-BR",
			subject: "Solicito a liberação do login do novo gerente, sem pressa", about: catalog.Path{Category: "c-acesso"},
			severity: ticket.Low, kind: ticket.Request,
		},
		"a wish": {
			text: "Seria bom incluir um campo novo no relatório de pneus", language: "pt-BR",
			subject: "Seria bom incluir um campo novo no relatório de pneus",
			about:   catalog.Path{Product: "p-frota", System: "s-oficina", Module: "m-pneus", Category: "c-relatorio"}, kind: ticket.Change,
		},
		"English, everything down": {
			text: "Hi team, payroll is down and nobody can work. Please help, this is urgent!", language: "en",
			subject: "Payroll is down and nobody can work", about: catalog.Path{Product: "p-folha"},
			severity: ticket.Critical, kind: ticket.Problem,
		},
		"English question with an article": {
			text: "Hello! How do I reset my password?", language: "en", subject: "How do I reset my password?",
			kind: ticket.Question, articles: []string{"password-en"},
		},
		"Spanish, nobody works": {
			text: "Buenos días, la nómina no funciona para nadie desde ayer, ¿pueden revisar?", language: "es",
			subject: "La nómina no funciona para nadie desde ayer, ¿pueden revisar?", about: catalog.Path{Product: "p-folha"},
			severity: ticket.Critical, kind: ticket.Problem,
		},
		"Spanish question": {
			text: "Hola, ¿cómo puedo anular una orden de trabajo?", language: "es", subject: "¿Cómo puedo anular una orden de trabajo?",
			about: catalog.Path{Product: "p-frota", System: "s-oficina", Module: "m-os"}, kind: ticket.Question,
		},
		"nothing that the catalogue names": {
			text: "A impressora da recepção está piscando uma luz laranja", language: "pt-BR",
			subject: "A impressora da recepção está piscando uma luz laranja",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := read(t, brief(tc.text))
			sure := func(field string) bool { return r.Sure[field] >= .6 }
			got := catalog.Path{}
			for field, to := range map[string]struct {
				to   *string
				from string
			}{
				"product": {&got.Product, r.About.Product}, "system": {&got.System, r.About.System},
				"module": {&got.Module, r.About.Module}, "category": {&got.Category, r.About.Category},
			} {
				if sure(field) {
					*to.to = to.from
				}
			}
			if r.Intent != dialogue.Matter || r.Language != tc.language || r.Subject != tc.subject {
				t.Errorf("intent %q, language %q, subject %q", r.Intent, r.Language, r.Subject)
			}
			if got != tc.about {
				t.Errorf("about %+v, want %+v (%v)", got, tc.about, r.Sure)
			}
			if (sure("severity") || tc.severity != "") && r.Severity != tc.severity {
				t.Errorf("severity %q, want %q (%v)", r.Severity, tc.severity, r.Sure)
			}
			if (sure("type") || tc.kind != "") && r.Type != tc.kind {
				t.Errorf("type %q, want %q (%v)", r.Type, tc.kind, r.Sure)
			}
			var ids []string
			for _, a := range r.Articles {
				ids = append(ids, a.Article)
			}
			if !slices.Equal(ids, tc.articles) {
				t.Errorf("articles %v, want %v", r.Articles, tc.articles)
			}
			if r.By != assist.ByBuiltin {
				t.Errorf("signed %q", r.By)
			}
		})
	}
}

func TestReadIntent(t *testing.T) {
	t.Parallel()
	for intent, texts := range map[dialogue.Intent][]string{
		dialogue.Thanks: {
			"Obrigado!", "valeu", "ok obrigado, resolvido", "gracias", "thanks", "obg", "Muito obrigada pela atenção 🙏", "vlw demais",
			"Obrigado, Bia!", "obrigada bia", "Deu certo, obrigado", "Resolvido!", "perfeito, era isso mesmo. Até mais!", "Show, funcionou aqui",
			"Valeu pessoal, problema resolvido", "não precisa mais, obrigado", "não precisa mais, já está resolvido", "no fim deu certo, obrigado", "não, obrigado", "ok", "👍", "Adorei o atendimento", "tchau, bom fim de semana",
			"Thank you so much for your help!", "Great, it works now", "all good, thanks team", "¡Muchas gracias!", "gracias, ya funciona",
			"Listo, gracias por la ayuda", "Obrigado.\n\nAtt,\nAna Paula Souza\nViação Aurora",
			"Não estava funcionando, mas já voltou ao normal. Obrigado!",
		},
		dialogue.Greeting: {
			"oi", "Olá!", "Bom dia", "bom dia, tudo bem?", "Oi Bia", "oi, beleza?", "boa tarde pessoal", "hello", "Hi there", "good morning team", "hola, buenas tardes", "¿Qué tal?",
			"me ajuda", "preciso de ajuda", "Olá, tenho uma dúvida", "oi, estou com um problema", "can you help me?", "necesito ayuda por favor",
		},
		dialogue.Matter: {
			"obrigado, mas ainda não funciona", "Obrigado, porém continua com o mesmo erro", "valeu, mas não resolveu", "gracias, pero sigue sin funcionar",
			"thanks, but it still does not work", "Obrigado! Aproveitando, como emito o relatório de pneus?", "bom dia, o sistema caiu",
			"ainda não está resolvido", "obrigado, mas ainda não está resolvido", "it still isn't fixed, thanks", "not solved", "gracias, pero no quedó bien",
			"ainda não voltou ao normal", "não resolveu", "não deu certo, obrigado",
			"oi, senha", "boleto", "Bom dia Bia, preciso cadastrar um motorista", "não abre", "não consegui", "it's broken", "no funciona",
			"Não estava resolvido: voltou a travar", "ok, mas e o diesel de março?", "agradeço se puderem verificar o abastecimento",
			"Já está funcionando o login, mas agora a folha não fecha",
		},
		dialogue.Unclear: {
			"", "   ", "sim", "não", "claro que sim", "???", "como assim", "obrigado?", "yes", "12",
		},
	} {
		for _, text := range texts {
			if got := read(t, brief(text)).Intent; got != intent {
				t.Errorf("%q is %q, want %q", text, got, intent)
			}
		}
	}
}

func TestReadAbstainsBetweenTwo(t *testing.T) {
	t.Parallel()
	r := read(t, brief("A frota e a folha de pagamento saíram diferentes do mês passado"))
	if r.Sure["product"] >= .6 {
		t.Errorf("two products are named, yet %q is believed with %.2f", r.About.Product, r.Sure["product"])
	}
}

func TestReadUsesEarlierWords(t *testing.T) {
	t.Parallel()
	b := brief("não abre de jeito nenhum")
	b.Earlier = []string{"Olá, é sobre a oficina"}
	if r := read(t, b); r.About.System != "s-oficina" || r.Sure["system"] < .6 {
		t.Errorf("about %+v %v", r.About, r.Sure)
	}
	b.Text = "na verdade é o diesel que não abre"
	if r := read(t, b); r.About.System == "s-oficina" && r.Sure["system"] >= .6 {
		t.Errorf("earlier words weigh more than these: %+v %v", r.About, r.Sure)
	}
}

func TestReadTakesAHintFromArticles(t *testing.T) {
	t.Parallel()
	r := read(t, brief("como registrar a chegada dos ônibus?"))
	if r.About.Product != "p-frota" || r.Sure["product"] > .75 {
		t.Errorf("about %+v %v: an article is a hint, not a name", r.About, r.Sure)
	}
}

func TestReadBelievesANameMoreThanAHint(t *testing.T) {
	t.Parallel()
	r := read(t, brief("registrar a chegada dos ônibus no SPED"))
	if r.About.System != "s-livros" || r.About.Product != "p-fiscal" || r.Sure["product"] < .8 {
		t.Errorf("about %+v %v: SPED was said, and belongs to Fiscal", r.About, r.Sure)
	}
	if len(r.Articles) != 1 || r.Articles[0].Article != "chegada" {
		t.Errorf("articles %v: the hint must have been there", r.Articles)
	}
}

func TestReadShowsOnlyWhatMayBeRead(t *testing.T) {
	t.Parallel()
	ids := func(b dialogue.Brief) []string {
		var out []string
		for _, a := range read(t, b).Articles {
			out = append(out, a.Article)
		}
		return out
	}
	serra := brief("como configurar a integração com o pedágio?")
	serra.Organisation.ID = "serra"
	nobody := brief("como configurar a integração com o pedágio?")
	nobody.Organisation = directory.Organisation{}
	other := brief("como registrar a chegada dos ônibus?")
	other.Organisation.Products = []string{"p-folha"}
	unasked := brief("Esqueci minha senha")
	unasked.WantArticles = false
	for name, tc := range map[string]struct {
		brief dialogue.Brief
		want  []string
	}{
		"of my organisation":            {serra, []string{"da-serra"}},
		"of another organisation":       {brief("como configurar a integração com o pedágio?"), nil},
		"without organisation":          {nobody, nil},
		"of the team":                   {brief("destravar lote no servidor"), nil},
		"of a product that I lack":      {other, nil},
		"when no articles are wanted":   {unasked, nil},
		"not for a courtesy":            {brief("obrigado pela senha"), nil},
		"in the subject of an e-mail":   {dialogue.Brief{Subject: "Esqueci minha senha", Text: "Podem verificar o caso de hoje?", WantArticles: true}, []string{"senha"}},
		"in words that continue others": {dialogue.Brief{Text: "da senha", Earlier: []string{"esqueci"}, WantArticles: true}, []string{"senha"}},
	} {
		if got := ids(tc.brief); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

func TestReadNamesOnlyWhatIsOffered(t *testing.T) {
	t.Parallel()
	b := brief("O CT-e não autoriza desde ontem")
	b.Offer = catalog.Offer{Products: []catalog.Item{{ID: "p-frota", Level: catalog.Product, Name: "Frota"}}}
	if r := read(t, b); r.About != (catalog.Path{}) || r.Sure["product"] != 0 {
		t.Errorf("about %+v %v: the article's product is not offered", r.About, r.Sure)
	}
}

func TestReadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := assist.NewBuiltin(nil, 0).Read(ctx, brief("oi"))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestReadConcurrently(t *testing.T) {
	t.Parallel()
	ix := library()
	a := assist.NewBuiltin(ix, 0)
	want, err := a.Read(t.Context(), brief("O CT-e não autoriza desde ontem"))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				if got, err := a.Read(t.Context(), brief("O CT-e não autoriza desde ontem")); err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("%+v, %v; alone it was %+v", got, err, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

// Whatever is written, a Reading names offered ids only, its confidences are in
// range and go with a value, and the subject is one short line.
func FuzzRead(f *testing.F) {
	f.Add("Re: URGENTE", "Bom dia!\nO CT-e não autoriza\n--\nAna", "é sobre a frota")
	f.Add("", "👍 ¿nómina? \xff d’água\u0301 _ *", "")
	a := reader()
	offered := map[string]bool{"": true}
	o := carrier()
	for _, it := range slices.Concat(o.Products, o.Systems, o.Modules, o.Categories) {
		offered[it.ID] = true
	}
	f.Fuzz(func(t *testing.T, title, text, earlier string) {
		b := brief(text)
		b.Subject, b.Earlier = title, []string{earlier}
		r, err := a.Read(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		values := map[string]string{
			"product": r.About.Product, "system": r.About.System, "module": r.About.Module, "category": r.About.Category,
			"severity": string(r.Severity), "type": string(r.Type),
		}
		for field, v := range values {
			sure, has := r.Sure[field]
			if has != (v != "") || sure < 0 || sure > 1 {
				t.Errorf("%s is %q with confidence %v", field, v, sure)
			}
		}
		for _, id := range []string{r.About.Product, r.About.System, r.About.Module, r.About.Category} {
			if !offered[id] {
				t.Errorf("%q was not offered", id)
			}
		}
		if utf8.RuneCountInString(r.Subject) > assist.MaxSubject || strings.ContainsAny(r.Subject, "\n\r") || !utf8.ValidString(r.Subject) {
			t.Errorf("subject %q", r.Subject)
		}
		if len(r.Articles) > 3 {
			t.Errorf("%d articles", len(r.Articles))
		}
	})
}

// TestReadIntentOnly reads no fields and no articles when nobody asks for them.
func TestReadIntentOnly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]dialogue.Reading{
		"O CT-e não autoriza desde ontem": {Intent: dialogue.Matter, Language: "pt-BR", By: assist.ByBuiltin, Sure: map[string]float64{}},
		"Muito obrigada!":                 {Intent: dialogue.Thanks, Language: "pt-BR", By: assist.ByBuiltin, Sure: map[string]float64{}},
	} {
		b := brief(text)
		b.IntentOnly = true
		if got := read(t, b); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, want %+v", text, got, want)
		}
	}
}

// What stands on a picture leads to articles and places, and says nothing of how urgent it is.
func TestReadsPictures(t *testing.T) {
	t.Parallel()
	ix := search.New()
	ix.Put(article.Article{ID: "nota-539", Title: "Rejeição 539 ao importar a nota", Body: "Cancele o número repetido.", Public: true})
	a := assist.NewBuiltin(ix, 0)
	offer := catalog.Offer{Products: []catalog.Item{{ID: "frota", Level: catalog.Product, Name: "Frota"}, {ID: "fiscal", Level: catalog.Product, Name: "Fiscal"}}}
	for name, c := range map[string]struct {
		text, shows, reads string
		want               dialogue.Intent
		article, product   string
	}{
		"an error":           {"", "Uma tela com um erro", "Rejeição 539 ao importar a nota", dialogue.Matter, "nota-539", ""},
		"a place":            {"", "A tela Frota do sistema", "PARADO! URGENTE! toda a empresa parada", dialogue.Matter, "", "frota"},
		"neither":            {"", "Um cartão de bom dia", "Bom dia! Deus te abençoe", dialogue.Unclear, "", ""},
		"beside words":       {"olha o que apareceu quando fui importar", "Uma tela", "Rejeição 539 ao importar a nota", dialogue.Matter, "nota-539", ""},
		"beside other words": {"o fiscal não abre", "A tela Frota", "URGENTE, tudo parado", dialogue.Matter, "", "fiscal"},
		"beside a greeting":  {"bom dia!", "Uma tela", "Rejeição 539 ao importar a nota", dialogue.Matter, "nota-539", ""},
		"with a greeting":    {"bom dia!", "Uma flor", "Ótima semana", dialogue.Unclear, "", ""},
		"beside a courtesy":  {"obrigada!", "Uma tela", "Rejeição 539 ao importar a nota", dialogue.Thanks, "", ""},
	} {
		r, err := a.Read(t.Context(), dialogue.Brief{Text: c.text, Offer: offer, WantArticles: true, Seen: []dialogue.Sight{{Shows: c.shows, Reads: c.reads}}})
		if err != nil {
			t.Fatal(err)
		}
		found := ""
		if len(r.Articles) > 0 {
			found = r.Articles[0].Article
		}
		if r.Intent != c.want || found != c.article || r.About.Product != c.product || r.Severity == ticket.Critical || r.Severity == ticket.High {
			t.Errorf("%s: %q, article %q, product %q, severity %q", name, r.Intent, found, r.About.Product, r.Severity)
		}
	}
}
