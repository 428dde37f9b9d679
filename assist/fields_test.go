package assist_test

import (
	"testing"

	"recado/core/ticket"
)

func TestReadSeverity(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]ticket.Level{
		"parou tudo, ninguém consegue faturar":                  ticket.Critical,
		"Produção parada por causa do sistema":                  ticket.Critical,
		"o servidor está fora do ar":                            ticket.Critical,
		"todas as filiais sem acesso ao diesel":                 ticket.Critical,
		"The whole system is down":                              ticket.Critical,
		"no one can log in to payroll":                          ticket.Critical,
		"el sistema no le funciona a nadie":                     ticket.Critical,
		"se cayó el sistema, estamos parados":                   ticket.Critical,
		"ninguém consegue? não, é só no meu computador: travou": ticket.High,
		"não consigo acessar o sistema":                         ticket.High,
		"caminhão parado esperando o CT-e":                      ticket.High,
		"Urgente: nota com valor diferente":                     ticket.High,
		"I cannot log in since monday":                          ticket.High,
		"no puedo facturar el flete":                            ticket.High,
		"Gostaria de trocar a imagem de fundo do portal":        ticket.Low,
		"não é urgente, mas o relatório saiu diferente":         ticket.Low,
		"quando puderem, cadastrem o motorista novo":            ticket.Low,
		"no rush, but the tires report looks odd":               ticket.Low,
		"sin prisa: falta un neumático en el informe":           ticket.Low,
		"o sistema não está parado, só quero cadastrar um pneu": "",
		"o relatório de pneus saiu com uma linha a mais":        "",
	} {
		r := read(t, brief(text))
		if r.Severity != want {
			t.Errorf("%q is %q, want %q (%v)", text, r.Severity, want, r.Sure["severity"])
		}
		if _, sure := r.Sure["severity"]; sure != (want != "") {
			t.Errorf("%q: confidence and value do not go together: %v", text, r.Sure)
		}
	}
}

func TestReadSubject(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ title, text, want string }{
		"greeting stripped":             {"", "Bom dia, pessoal! O diesel não bate com o tanque.", "O diesel não bate com o tanque"},
		"greeting in the same sentence": {"", "Boa tarde Bia, o diesel não bate com o tanque", "O diesel não bate com o tanque"},
		"an empty announcement skipped": {"", "Oi! Estamos com um problema aqui na empresa. O diesel não bate com o tanque.", "O diesel não bate com o tanque"},
		"the mail's own subject":        {"RES: ENC: Re: Diesel não bate", "Bom dia, segue.", "Diesel não bate"},
		"a mail's subject says nothing": {"URGENTE", "Bom dia.\nO diesel não bate com o tanque.\nAtt,\nAna", "O diesel não bate com o tanque"},
		"a list's mark":                 {"[suporte] Fwd: Diesel não bate", "segue", "Diesel não bate"},
		"cut between words":             {"", "O relatório de abastecimento da garagem central mostra litros a mais em todas as placas do mês de março inteiro", "O relatório de abastecimento da garagem central mostra litros a mais em todas…"},
		"one word":                      {"", "boleto", "Boleto"},
		"English":                       {"", "Hello everyone, the tires report shows nothing", "The tires report shows nothing"},
		"Spanish":                       {"", "Buenas tardes, el informe de neumáticos sale vacío", "El informe de neumáticos sale vacío"},
		"a courtesy has none":           {"", "Obrigado!", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := brief(tc.text)
			b.Subject = tc.title
			if got := read(t, b).Subject; got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

func TestReadLanguage(t *testing.T) {
	t.Parallel()
	for language, texts := range map[string][]string{
		"pt-BR": {"obrigado", "não consigo emitir a nota", "O CT-e não autoriza desde ontem", "vocês podem me ajudar?", "erro ao salvar o lançamento", "a folha nao fecha"},
		"en":    {"thanks", "I can't issue the invoice", "payroll is down", "could you please help me?", "error while saving the entry", "how do i get a report"},
		"es":    {"gracias", "no puedo emitir la factura", "la nómina no cierra", "¿me pueden ayudar?", "error al guardar el asiento", "necesito anular una factura"},
		"":      {"", "12345", "CT-e", "boleto", "Ana Souza", "ok"},
	} {
		for _, text := range texts {
			if got := read(t, brief(text)).Language; got != language {
				t.Errorf("%q is %q, want %q", text, got, language)
			}
		}
	}
}
