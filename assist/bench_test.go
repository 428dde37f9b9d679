package assist_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"recado/assist"
	"recado/assist/search"
	"recado/core/article"
)

// BenchmarkRead reads messages over an index of 10,000 articles and reports the
// middle and the slow ones besides the mean.
func BenchmarkRead(b *testing.B) {
	ix := search.New()
	words := strings.Fields("boleto senha nota fiscal pneu diesel ônibus garagem chegada pedágio relatório folha férias lote rejeição certificado cadastro motorista linha bilhete")
	pick := func(i, n int) string {
		var out []string
		for k := range n {
			out = append(out, words[(i*(k+3)+k*k)%len(words)])
		}
		return strings.Join(out, " ")
	}
	for i := range 10_000 {
		ix.Put(article.Article{ID: fmt.Sprintf("a%05d", i), Title: fmt.Sprintf("%s %d", pick(i, 5), i), Body: pick(i/7, 40), Public: true})
	}
	a := assist.NewBuiltin(ix, 0)
	texts := []string{
		"O CT-e não autoriza desde ontem", "obrigado, mas ainda não funciona", "oi, tudo bem?",
		"Bom dia! Preciso cadastrar um motorista novo na garagem de Santos. Podem liberar o acesso dele? Obrigada, Ana",
	}
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := a.Read(b.Context(), brief(texts[len(took)%len(texts)])); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds()), "p95-µs")
}

// BenchmarkReadMail reads what people write by e-mail: more words than in a chat.
func BenchmarkReadMail(b *testing.B) {
	a := assist.NewBuiltin(search.New(), 0)
	mail := brief("Prezados, bom dia. Desde ontem à tarde o sistema não está autorizando os conhecimentos emitidos pela filial de Campinas: " +
		"a nota volta com o erro 301 e o motorista está parado no posto fiscal esperando o documento. Já reiniciamos o computador, entramos outra vez " +
		"e pedimos a uma colega que tentasse da máquina dela, sem sucesso. O lote é o 48.771, emitido às 14h20. Também notamos que o relatório de " +
		"viagens da semana passada saiu com valores diferentes dos que aparecem na tela de consulta, não sabemos se uma coisa tem a ver com a outra. " +
		"Podem verificar com urgência, por favor? Ficamos no aguardo. Atenciosamente, Marta Nogueira, Faturamento")
	mail.Subject = "CT-e não autoriza desde ontem"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Read(b.Context(), mail); err != nil {
			b.Fatal(err)
		}
	}
}
