package bulk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/text/encoding/charmap"

	"recado/bot/sqlstore"
	"recado/bulk"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
)

// odd holds what is hard to bring back: formulas, quotes, lines, two of a name, mixed
// proof of addresses.
var odd = files(map[string]string{
	"organizacoes.csv": "código;nome;grupo;domínios;compartilha;assistente;fuso\n" +
		"=2+2;\"'Aspas' & \"\"Filhos\"\"\";Grupo Sol;a.example|b.example;não;não;America/Manaus\n" +
		";Sem Código;Grupo Sol;;sim;;\n",
	"pessoas.csv": "nome;e-mail;e-mail não verificado;whatsapp;whatsapp verificado;telefone;organização;papel;avisos por;ativo\n" +
		"\"@Zé da \"\"Silva\"\"\";ze@b.example;ze2@b.example;(92) 98888-0001;sim;+55 92 3333-0000;=2+2;gerente;whatsapp|email;sim\n" +
		";ze@b.example;;92 98888-0002;não;;Sem Código;;;\n" +
		"Só Telefone;;;+1 212 555 0100;;;Sem Código;;;não\n" +
		"Sem Nada;sn@b.example;;;;;Sem Código;;;\n",
	"artigos.csv": "id,título,texto,frases,organizações,público\n" +
		"linhas,-1 não é erro,\"primeira linha\n\n- item; com ponto e vírgula, e vírgula\n--- \n'=aspas'\",\"um, dois|=três\",=2+2,não\n",
})

// latin1 writes the files again as old spreadsheet programs do.
func latin1(t *testing.T, in fstest.MapFS) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for name, f := range in {
		data, err := charmap.Windows1252.NewEncoder().Bytes(bytes.TrimPrefix(f.Data, []byte("\uFEFF")))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = &fstest.MapFile{Data: bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))}
	}
	return out
}

func TestEveryProblemIsToldAtOnceAndNothingIsWritten(t *testing.T) {
	tests := map[string]struct {
		files map[string]string
		want  string
	}{
		"people": {
			files: map[string]string{
				"pessoas.csv": "nome;e-mail;whatsapp;whatsapp verificado;organização;papel;idioma;ativo\n" +
					"Ana;ana@aurora;123;talvez;1001;chefe;pt;sim\n" +
					"Novo;novo at x.example;;;1001;;;\n" +
					";sem-nome@x.example;;;1001;;;\n" +
					"Perdido;perdido@x.example;;;9999;;;\n" +
					"Solto;solto@x.example;;;;;;\n" +
					"Vazio;;;;1001;;;\n" +
					"Impostor;ana@aurora.example;11 99999-0002;;1001;;klingon;quem sabe\n",
				"slack.yaml": "people:\n  - name: Zoe\n    slack: U0123\n    team: agent\n",
			},
			want: "pessoas.csv:2: whatsapp verificado: “talvez”? Escreva sim ou não.\n" +
				"pessoas.csv:2: whatsapp: “123” não parece um número de telefone. Escreva com DDD, como (11) 99999-0001.\n" +
				"pessoas.csv:2: papel: “chefe” não é uma opção. Escreva administrador, gerente, padrão.\n" +
				"pessoas.csv:3: e-mail: “novo at x.example” não parece um endereço de e-mail.\n" +
				"pessoas.csv:4: nome: falta preencher.\n" +
				"pessoas.csv:5: organização: não encontrei “9999”. Confira a grafia ou inclua antes.\n" +
				"pessoas.csv:6: diga a organização da pessoa ou, se for da equipe, se é agente ou supervisor.\n" +
				"pessoas.csv:7: e-mail: preencha o e-mail, o WhatsApp ou o Slack: é por eles que a pessoa é reconhecida.\n" +
				"pessoas.csv:8: whatsapp: 5511999990002 já é de Marcos Dias. Cada endereço é de uma pessoa só.\n" +
				"pessoas.csv:8: idioma: “klingon” não é uma opção. Escreva en, es, pt-BR.\n" +
				"pessoas.csv:8: ativo: “quem sabe”? Escreva sim ou não.\n" +
				"slack.yaml:2: slack: “U0123” não é uma conta do Slack. Escreva o id do workspace e o da pessoa, como T0123456789/U0123456789.",
		},
		"one person in two rows that disagree": {
			files: map[string]string{"people.csv": "name,email,organisation,role,phone\nJo,jo@x.example,1001,manager,1\nJoe,jo@x.example,1002,,2\nJo,jo@x.example,1001,standard,1\n"},
			want: "people.csv:3: name: aqui está “Joe”, mas na linha 2 a mesma pessoa tem “Jo”.\n" +
				"people.csv:3: phone: aqui está “2”, mas na linha 2 a mesma pessoa tem “1”.\n" +
				"people.csv:4: role: aqui está “standard”, mas na linha 2 a mesma pessoa tem “manager”.",
		},
		"organisations": {
			files: map[string]string{
				"a.yaml": "organisations:\n  - code: x1\n    products: [fiscal, naves]\n  - name: Sol\n    time_zone: Lua/Mar\n    shares: talvez\n  - name: SOL\n  - segment: só isso\n  - cor: azul\n    name: Cor\nplanets: []\n",
			},
			want: "a.yaml:2: nome: falta preencher.\n" +
				"a.yaml:2: products: não encontrei “naves”. Confira a grafia ou inclua antes.\n" +
				"a.yaml:4: time_zone: não conheço o fuso “Lua/Mar”. Exemplo: America/Sao_Paulo.\n" +
				"a.yaml:4: shares: “talvez”? Escreva sim ou não.\n" +
				"a.yaml:7: name: “SOL” já apareceu na linha 4. Deixe só uma.\n" +
				"a.yaml:8: nome: falta preencher.\n" +
				"a.yaml:9: não conheço “cor”. Aqui cabem: code, name, group, domains, executive, segment, subsegment, size, time_zone, products, shares, assistant, active.\n" +
				"a.yaml:11: não conheço “planets”. Aqui cabem: organisations, people, catalog, articles.",
		},
		"catalogue": {
			files: map[string]string{
				"catalogo.csv": "id;nível;pai;nome\nCom Espaço;produto;;A\nsolto;módulo;;B\nperdido;sistema;nada;C\ntorto;módulo;fiscal;D\nfiscal2;planeta;;E\ndois;produto;;F\ndois;produto;;Outro F\n;;;G\ndocumentos;categoria;fiscal;Documentos\n",
			},
			want: "catalogo.csv:2: id: “Com Espaço” não serve de id. Use só letras minúsculas sem acento, números, ponto, hífen e sublinhado.\n" +
				"catalogo.csv:3: pai: diga a que “B” pertence: um sistema fica em um produto, um módulo em um sistema.\n" +
				"catalogo.csv:4: pai: não encontrei “nada”. Confira a grafia ou inclua antes.\n" +
				"catalogo.csv:5: pai: “D” não pode ficar dentro de “Fiscal”. Um sistema fica em um produto, um módulo em um sistema, uma categoria em um produto.\n" +
				"catalogo.csv:6: nível: “planeta” não é uma opção. Escreva categoria, módulo, produto, sistema.\n" +
				"catalogo.csv:8: id: “dois” já apareceu na linha 7. Deixe só uma.\n" +
				"catalogo.csv:9: nível: falta preencher.\n" +
				"catalogo.csv:10: pai: “CT-e” não pode ficar dentro de “Documentos”. Um sistema fica em um produto, um módulo em um sistema, uma categoria em um produto.\n" +
				"catalogo.csv:10: pai: “MDF-e” não pode ficar dentro de “Documentos”. Um sistema fica em um produto, um módulo em um sistema, uma categoria em um produto.\n" +
				"catalogo.csv:10: pai: “NF-e” não pode ficar dentro de “Documentos”. Um sistema fica em um produto, um módulo em um sistema, uma categoria em um produto.",
		},
		"articles": {
			files: map[string]string{
				"a/sem-fim.md":   "---\ntitle: x\n",
				"a/sem-texto.md": "---\nurl: ftp://x\nproduct: naves\nlanguage: tupi\nupdated_at: ontem\ncor: azul\n---\n# Só título\n",
				"artigos.csv":    "id,título,texto\nÇa,T,x\n",
			},
			want: "a/sem-fim.md:1: falta a linha --- que fecha o cabeçalho.\n" +
				"a/sem-texto.md:1: language: “tupi” não é uma opção. Escreva en, es, pt-BR.\n" +
				"a/sem-texto.md:1: product: não encontrei “naves”. Confira a grafia ou inclua antes.\n" +
				"a/sem-texto.md:1: updated_at: “ontem” não é uma data. Escreva ano-mês-dia, como 2026-01-31.\n" +
				"a/sem-texto.md:1: Falta preencher: texto.\n" +
				"a/sem-texto.md:1: O endereço precisa começar com http:// ou https://.\n" +
				"a/sem-texto.md:6: não conheço “cor”. Aqui cabem: id, title, body, url, language, product, system, module, phrasings, public, organisations, updated_at.\n" +
				"artigos.csv:2: Use só letras minúsculas sem acento, números, ponto, dois-pontos, hífen ou sublinhado, até 120: código.",
		},
		"files that say nothing": {
			files: map[string]string{"planilha.csv": "a;b\n", "pessoas.csv": "nome;altura\nx;1\n", "x.yaml": "people: [\n", "y.yaml": "- a\n", "people.csv": "name\n\"open\n"},
			want: "people.csv:2: há aspas sem par nesta linha ou logo acima.\n" +
				"pessoas.csv:1: não conheço a coluna “altura”. As que existem: nome (name), e-mail, e-mail não verificado (email_claimed), whatsapp, whatsapp verificado (whatsapp_verified), slack, telefone (phone), idioma (language), fuso (time_zone), cargo (job_title), organização (organisation), papel (role), terceiro (third_party), contato técnico (technical), módulos (modules), estatísticas (statistics), privado (private), equipe (team), avisos por (notice_by), ativo (active).\n" +
				"pessoas.csv:2: e-mail: preencha o e-mail, o WhatsApp ou o Slack: é por eles que a pessoa é reconhecida.\n" +
				"planilha.csv: pelo nome não sei o que este arquivo traz. Chame de organizacoes.csv, pessoas.csv, catalogo.csv ou artigos.csv, ou use .yaml ou .md.\n" +
				"x.yaml:1: a escrita do arquivo tem um erro aqui (sequence end token ']' not found).\n" +
				"y.yaml:1: esperava uma seção: organisations:, people:, catalog: ou articles:.",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			db := openDesk(t)
			imported(t, db, bulk.Example(), noon)
			before := exported(t, db, bulk.YAML, "en")
			_, err := files(test.files).Import(t.Context(), db, noon)
			var problems bulk.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("got %v, want problems", err)
			}
			if got := problems.Text("pt-BR"); got != test.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, test.want)
			}
			after := exported(t, db, bulk.YAML, "en")
			for name := range after {
				if before[name] == nil || !bytes.Equal(before[name].Data, after[name].Data) {
					t.Errorf("%s changed", name)
				}
			}
		})
	}
}

func TestWhatIsMissingIsTold(t *testing.T) {
	b := bulk.Read(fstest.MapFS{"empty/x.txt": {}}, "empty", "none.csv", "empty/x.txt")
	_, err := b.Plan(t.Context(), openDesk(t), noon)
	var problems bulk.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got %v, want problems", err)
	}
	want := "empty: there is no .yaml, .csv, .md or .html file here.\n" +
		"empty/x.txt: its name does not say what it holds. Call it organisations.csv, people.csv, catalog.csv or articles.csv, or use .yaml or .md.\n" +
		"none.csv: the file cannot be opened (file does not exist)."
	if got := problems.Text("en"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestARehearsalSaysWhatWouldHappen(t *testing.T) {
	db := openDesk(t)
	imported(t, db, bulk.Example(), noon)
	b := files(map[string]string{
		"pessoas.csv":      "nome;e-mail;cargo;organização;papel\nAna Lima;ana@aurora.example;Gerente fiscal;1001;gerente\nNina;nina@ipe.example;;1002;\n",
		"organizacoes.csv": "código;nome\n1001;Viação Aurora\n",
	})
	report, err := b.Plan(t.Context(), db, noon)
	if err != nil {
		t.Fatal(err)
	}
	want := "pessoas.csv:2: muda ana@aurora.example (cargo, papel)\n" +
		"pessoas.csv:3: novo nina@ipe.example\n" +
		"organizações: novos 0, mudam 0, iguais 1\n" +
		"pessoas: novos 1, mudam 1, iguais 0\n" +
		"Foi só um ensaio: nada foi gravado."
	if got := report.Text("pt-BR"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	ana := personAt(t, db, message.Address{Channel: message.Email, ID: "ana@aurora.example"})
	if ana.JobTitle != "Analista fiscal" {
		t.Errorf("the rehearsal wrote %q", ana.JobTitle)
	}
}

func TestWhatAFileDoesNotMentionStays(t *testing.T) {
	ana := message.Address{Channel: message.Email, ID: "ana@aurora.example"}
	tests := map[string]struct {
		csv string
		get func(directory.Person) any
		was any
		is  any
	}{
		"missing column":                 {"nome;e-mail\nAna;ana@aurora.example\n", func(p directory.Person) any { return p.JobTitle }, "Analista fiscal", "Analista fiscal"},
		"empty cell":                     {"nome;e-mail;cargo\nAna;ana@aurora.example;\n", func(p directory.Person) any { return p.JobTitle }, "Analista fiscal", "Analista fiscal"},
		"a dash empties":                 {"nome;e-mail;cargo\nAna;ana@aurora.example;-\n", func(p directory.Person) any { return p.JobTitle }, "Analista fiscal", ""},
		"other memberships":              {"nome;e-mail;organização\nAna;ana@aurora.example;1002\n", func(p directory.Person) any { return len(p.Members) }, 1, 2},
		"other addresses":                {"nome;e-mail;whatsapp\nAna;ANA@aurora.example;11 98888-7777\n", func(p directory.Person) any { return len(p.Aliases) }, 2, 3},
		"known by number, without its 9": {"nome;whatsapp;cargo\nAna;11 9999-0001;X\n", func(p directory.Person) any { return fmt.Sprint(len(p.Aliases), " ", p.JobTitle) }, "2 Analista fiscal", "2 X"},
		"no longer active":               {"nome;e-mail;ativo\nAna;ana@aurora.example;não\n", func(p directory.Person) any { return p.Active }, true, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			db := openDesk(t)
			imported(t, db, bulk.Example(), noon)
			if got := test.get(personAt(t, db, ana)); got != test.was {
				t.Fatalf("before: got %v, want %v", got, test.was)
			}
			imported(t, db, files(map[string]string{"pessoas.csv": test.csv}), noon)
			if got := test.get(personAt(t, db, ana)); got != test.is {
				t.Errorf("after: got %v, want %v", got, test.is)
			}
		})
	}
}

func TestNumbersAreClaimsUnlessTheFileSaysOtherwise(t *testing.T) {
	number := message.Address{Channel: message.WhatsApp, ID: "5521987650001"}
	row := func(verified string) *bulk.Batch {
		return files(map[string]string{"people.csv": "name,whatsapp,whatsapp verified,team\nNeto,021 98765-0001," + verified + ",agent\n"})
	}
	db := openDesk(t)
	for _, step := range []struct {
		verified string
		want     bool
	}{{"", false}, {"no", false}, {"yes", true}, {"no", true}} { // proof is not taken back
		imported(t, db, row(step.verified), noon)
		if got := personAt(t, db, number).Verified(number); got != step.want {
			t.Errorf("after %q: verified %v, want %v", step.verified, got, step.want)
		}
	}
}

// An account of Slack in a file is the desk's word for whose it is, also where it was
// learned before; only such accounts are exported, so that no import makes one of a learned one.
func TestAccountsOfSlack(t *testing.T) {
	gil, bia := message.Address{Channel: message.Slack, ID: "T2/U7"}, message.Address{Channel: message.Slack, ID: "T1/U8"}
	db := openDesk(t)
	imported(t, db, files(map[string]string{"people.csv": "name,email,team\nGil,gil@x.example,agent\nBia,bia@x.example,agent\n"}), noon)
	err := db.Update(t.Context(), func(tx dialogue.Tx) error {
		for mail, account := range map[string]message.Address{"gil@x.example": gil, "bia@x.example": bia} {
			p, err := tx.PersonAt(t.Context(), message.Address{Channel: message.Email, ID: mail})
			if err != nil {
				return err
			}
			p, _ = p.Met([]message.Address{account}, noon)
			if err := tx.SavePerson(t.Context(), &p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	imported(t, db, files(map[string]string{"people.csv": "name,email,slack\nGil,gil@x.example,T2/U7\n"}), noon)
	for account, want := range map[message.Address]directory.Method{gil: directory.ByAdmin, bia: directory.ByUpstream} {
		if al, _ := personAt(t, db, account).Alias(account); al.VerifiedBy != want {
			t.Errorf("%s is proved by %q, want %q", account, al.VerifiedBy, want)
		}
	}
	var text string
	for _, file := range exported(t, db, bulk.CSV, "en") {
		text += string(file.Data)
	}
	if !strings.Contains(text, "T2/U7") || strings.Contains(text, "T1/U8") {
		t.Errorf("exported: %s", text)
	}
}

func TestAConflictStartsOver(t *testing.T) {
	db := &contested{DB: openDesk(t), lose: 2}
	if _, err := bulk.Example().Import(t.Context(), db, noon); err != nil {
		t.Fatal(err)
	}
	if db.tries != 3 {
		t.Errorf("%d tries, want 3", db.tries)
	}
}

// contested is a store on which somebody else is faster, a few times.
type contested struct {
	*sqlstore.DB
	lose, tries int
}

func (c *contested) Update(ctx context.Context, do func(dialogue.Tx) error) error {
	c.tries++
	if c.tries <= c.lose {
		return fmt.Errorf("update: %w", dialogue.ErrConflict)
	}
	return c.DB.Update(ctx, do)
}

func TestOutcomesAreSafeInASpreadsheet(t *testing.T) {
	var out strings.Builder
	ledger := someOutcomes{
		{Key: message.Key{Channel: message.Email, Account: "suporte@team.example", ID: "=cmd()"}, From: message.Address{Channel: message.Email, ID: "ana@aurora.example"}, ReceivedAt: noon, EndedAt: noon.Add(time.Second), Outcome: message.Outcome{Code: message.Opened, Number: "2026-000001"}},
		{Key: message.Key{Channel: message.Web, ID: "2"}, ReceivedAt: noon},
	}
	if err := bulk.WriteOutcomes(t.Context(), ledger, &out); err != nil {
		t.Fatal(err)
	}
	want := "\uFEFFchannel;account;id;from;received_at;ended_at;outcome;reason;number\n" +
		"email;suporte@team.example;'=cmd();ana@aurora.example;2026-11-23T12:00:00Z;2026-11-23T12:00:01Z;opened;;2026-000001\n" +
		"web;;2;;2026-11-23T12:00:00Z;;;;\n"
	if out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
}

type someOutcomes []message.Ended

func (s someOutcomes) Outcomes(_ context.Context, each func(message.Ended) error) error {
	for _, e := range s {
		if err := each(e); err != nil {
			return err
		}
	}
	return nil
}
