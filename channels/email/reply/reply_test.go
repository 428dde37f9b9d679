package reply

import (
	"strings"
	"testing"
)

func TestReply(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"nothing quoted", "Oi\n\nTudo bem?", "Oi\n\nTudo bem?"},
		{"Gmail in Portuguese, broken in two lines",
			"Não resolveu.\n\nEm seg., 23 de nov. de 2026 às 09:50, Suporte <\nsuporte@desk.example> escreveu:\n\n> Tente de novo.\n>", "Não resolveu."},
		{"Gmail in Spanish", "No funciona.\n\nEl lun, 23 nov 2026 a las 9:50, Soporte (<suporte@desk.example>) escribió:\n> Intente de nuevo.", "No funciona."},
		{"Apple Mail", "It works!\n\n> On 23 Nov 2026, at 09:50, Support <suporte@desk.example> wrote:\n> \n> Try again.\n", "It works!"},
		{"Outlook in Portuguese", "Segue.\n\nDe: Suporte <suporte@desk.example>\nEnviado: segunda-feira, 23 de novembro de 2026 09:50\nPara: Ana\nAssunto: Chamado\n\nMande a tela.", "Segue."},
		{"Outlook with a rule", "Segue.\n\n________________________________\nFrom: Support\nSent: Monday\nTo: Ana\nSubject: Ticket\n\nSend it.", "Segue."},
		{"older Outlook", "Segue.\n\n-----Mensagem original-----\nDe: Suporte\nEnviada em: hoje\n\nMande.", "Segue."},
		{"signature", "Pode fechar.\n\n-- \nAna Souza\nViação Aurora", "Pode fechar."},
		{"phone", "Pode fechar\n\nEnviado do meu iPhone", "Pode fechar"},
		{"phone in Spanish, above the quote", "Listo\n\nEnviado desde mi iPhone\n\nEl 23 nov 2026, a las 9:50, Soporte <s@desk.example> escribió:\n\n> ¿Funciona?", "Listo"},
		{"Outlook for a phone", "Ok\n\nObter o Outlook para iOS<https://aka.ms/x>", "Ok"},
		{"answer below the quote", "Em 23/11/2026 09:50, Suporte escreveu:\n> Qual a versão?\n\n12.1.33", "12.1.33"},
		{"answers between the quotes: all is kept", "Em 23/11/2026 09:50, Suporte escreveu:\n> Qual a versão?\n12.1.33\n> E a filial?\nSantos",
			"> Qual a versão?\n12.1.33\n> E a filial?\nSantos"},
		{"words above and below one quote: all is kept", "Oi\n> Qual a versão?\n> Pode ver?\n> Obrigado\n12.1.33", "Oi\n> Qual a versão?\n> Pode ver?\n> Obrigado\n12.1.33"},
		{"only a quote", "> só isto", "> só isto"},
		{"only a forward: what is passed on", "---------- Mensagem encaminhada ---------\nDe: Bia <b@x.example>\nData: hoje\nPara: a\nAssunto: erro\n\nDeu erro.", "Deu erro."},
		// What looks like a quote and is the customer's own.
		{"a person's colon", "O cliente escreveu:\nnão emite", "O cliente escreveu:\nnão emite"},
		{"a date and a person's colon", "Em anexo o log de 23/11/2026:\nlinha 1", "Em anexo o log de 23/11/2026:\nlinha 1"},
		{"a prompt", "Rodei:\n> npm test", "Rodei:\n> npm test"},
		{"a form with two fields", "De: Santos\nPara: Campinas\nO CT-e não sai.", "De: Santos\nPara: Campinas\nO CT-e não sai."},
		{"dashes", "Antes\n--\nDepois\n" + strings.Repeat("mais\n", 20) + "fim", "Antes\n--\nDepois\n" + strings.Repeat("mais\n", 20) + "fim"},
		{"a sentence that begins like a phone's line", "Chegou?\nEnviado pelo correio ontem, para o fiscal de vocês", "Chegou?\nEnviado pelo correio ontem, para o fiscal de vocês"},
		{"code", "```\n# isto fica\n####\n```\nfim", "```\n# isto fica\n####\n```\nfim"},
		{"only a signature", "-- \nAna", "-- \nAna"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Read(tt.text).Own; got != tt.want {
				t.Errorf("%q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestHTMLReply(t *testing.T) {
	tests := []struct{ name, html, want string }{
		{"Gmail", `<div>Oi</div><div class="gmail_quote"><div class="gmail_attr">Em seg., Suporte escreveu:</div><blockquote class="gmail_quote">velho</blockquote></div>`, "Oi"},
		{"Gmail, answers inside", `<div class="gmail_quote"><div class="gmail_attr">Em seg. escreveu:</div><blockquote class="gmail_quote">Versão?</blockquote></div><div>12.1</div>`, "12.1"},
		{"Apple Mail", `<div>Oi</div><div><blockquote type="cite"><div>velho</div></blockquote></div>`, "Oi"},
		{"Outlook on the web", `<div>Oi</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>De:</b> x</div><div>velho</div>`, "Oi"},
		{"Thunderbird", `<p>Oi</p><div class="moz-cite-prefix">Em 23/11/2026, x escreveu:</div><blockquote type="cite">velho</blockquote>`, "Oi"},
		{"nothing but a quote", `<blockquote type="cite">tudo</blockquote>`, "> \n> tudo"},
		{"a person's own indentation", `<p>Disse:</p><blockquote>não emite</blockquote><p>e parou</p>`, "Disse:\n\n> \n> não emite\n\ne parou"},
		{"scripts and styles", `<style>p{}</style><p>Oi</p><script>x()</script>`, "Oi"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Parts("", tt.html); got.Own != tt.want {
				t.Errorf("%q, want %q (all: %q)", got.Own, tt.want, got.Full)
			}
		})
	}
}

func TestDeepHTMLIsStillRead(t *testing.T) {
	got := Parts("", strings.Repeat("<div>", 5000)+"fundo"+strings.Repeat("</div>", 5000))
	if got.Full != "fundo" {
		t.Errorf("%.50q", got.Full)
	}
}
