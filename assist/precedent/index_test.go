package precedent_test

import (
	"fmt"
	"reflect"
	"sync"
	"testing"

	"recado/assist/precedent"
)

func filed(category string) map[string]string { return map[string]string{"category": category} }

// lessons are a few texts of a desk of buses.
var lessons = []precedent.Example{
	{ID: "1", Text: "o CT-e não autoriza", Filed: filed("cte")},
	{ID: "2", Text: "conhecimento rejeitado pela Sefaz", Filed: filed("cte")},
	{ID: "3", Text: "rejeição ao autorizar o conhecimento", Filed: filed("cte")},
	{ID: "4", Text: "a folha de pagamento não fecha", Filed: filed("folha")},
	{ID: "5", Text: "como fechar a folha do mês", Filed: filed("folha")},
	{ID: "6", Text: "férias calculadas a menos na folha", Filed: filed("folha")},
	{ID: "7", Text: "pneu sumiu do relatório", Filed: filed("pneus")},
	{ID: "8", Text: "trocar o pneu de veículo no cadastro", Filed: filed("pneus")},
}

func indexOf(examples ...precedent.Example) *precedent.Index {
	ix := precedent.New()
	for _, e := range examples {
		ix.Put(e)
	}
	return ix
}

func TestWhatIsAlikeDecides(t *testing.T) {
	t.Parallel()
	ix := indexOf(lessons...)
	for text, want := range map[string]string{
		"o conhecimento foi rejeitado": "cte",
		"folha do mês não fecha":       "folha",
		"cadastro de pneus":            "pneus",
		"CTE nao autorisa":             "cte", // folded, and misspelled
		"":                             "",
		"¿?!":                          "",
		"zzzz qqqq":                    "",
	} {
		f := ix.Ask(text).Of("category", nil)
		if f.Value != want || (f.Sure > 0) != (want != "") || f.Sure > 1 {
			t.Errorf("%q is %+v, want %q", text, f, want)
		}
	}
	if got := ix.Ask("folha").Of("product", nil); got.Value != "" {
		t.Errorf("a field that nothing was filed under: %+v", got)
	}
}

// Other words for the same thing, shorthand and another language lead there too.
func TestWhatIsMeantDecides(t *testing.T) {
	t.Parallel()
	ix := indexOf(
		precedent.Example{ID: "1", Text: "esqueci minha senha", Filed: filed("access")},
		precedent.Example{ID: "2", Text: "qual o prazo de entrega", Filed: filed("delivery")},
		precedent.Example{ID: "3", Text: "quem é você", Filed: filed("about")},
		precedent.Example{ID: "4", Text: "quero cancelar o pedido", Filed: filed("order")},
	)
	for text, want := range map[string]string{
		"my password": "access", "olvidé la contraseña": "access",
		"demora quanto tempo": "delivery", "when will it be delivered": "delivery",
		"vc": "about", "who are you": "about",
		"desisti": "order", "i want my money refunded": "order",
	} {
		if got := ix.Ask(text).Of("category", nil); got.Value != want {
			t.Errorf("%q is %+v, want %q", text, got, want)
		}
	}
}

func TestOnlyWhatMayBeNamedIs(t *testing.T) {
	t.Parallel()
	a := indexOf(lessons...).Ask("a folha não fecha")
	free, bound := a.Of("category", nil), a.Of("category", func(v string) bool { return v != "folha" })
	if free.Value != "folha" || bound.Value == "folha" || bound.Sure >= free.Sure {
		t.Errorf("free %+v, bound %+v", free, bound)
	}
	if got := a.Of("category", func(string) bool { return false }); got.Value != "" {
		t.Errorf("nothing may be named, and %+v is", got)
	}
}

// What is far from all examples must be less sure than what is near, or nothing could
// abstain.
func TestFarIsUnsure(t *testing.T) {
	t.Parallel()
	ix := indexOf(lessons...)
	near, far := ix.Ask("o CT-e não autoriza").Of("category", nil), ix.Ask("qual a capital da França e o seu clima").Of("category", nil)
	if near.Sure < .8 || far.Sure > .3 || near.Score <= far.Score {
		t.Errorf("near %+v, far %+v", near, far)
	}
}

// An index that was changed is as one that was built so.
func TestPutAndRemoveLeaveNoTrace(t *testing.T) {
	t.Parallel()
	changed := indexOf(lessons...)
	changed.Put(precedent.Example{ID: "9", Text: "a folha e o pneu", Filed: filed("pneus")})
	changed.Put(precedent.Example{ID: "4", Text: "outra coisa: o CT-e", Filed: filed("other")})
	changed.Put(lessons[3])
	changed.Remove("9")
	changed.Remove("never there")
	changed.Put(precedent.Example{ID: "10", Text: "...", Filed: filed("cte")})
	changed.Put(precedent.Example{ID: "11", Text: "a folha", Filed: filed("")})
	built := indexOf(lessons...)
	if changed.Len() != built.Len() {
		t.Fatalf("%d examples, want %d", changed.Len(), built.Len())
	}
	for _, text := range []string{"a folha não fecha", "pneu", "autorizar o CT-e"} {
		was, is := built.Ask(text), changed.Ask(text)
		if !reflect.DeepEqual(was.Near, is.Near) {
			t.Errorf("%q: near\n%v, want\n%v", text, is.Near, was.Near)
		}
		a, b := was.Of("category", nil), is.Of("category", nil)
		if a.Value != b.Value || a.Sure-b.Sure > .01 || b.Sure-a.Sure > .01 {
			t.Errorf("%q: %+v, want %+v", text, b, a)
		}
	}
}

func TestAskWhileOthersPut(t *testing.T) {
	t.Parallel()
	ix := indexOf(lessons...)
	var wait sync.WaitGroup
	for worker := range 4 {
		wait.Go(func() {
			for i := range 50 {
				id := fmt.Sprint("w", worker, i%7)
				if i%3 == 0 {
					ix.Remove(id)
				}
				ix.Put(precedent.Example{ID: id, Text: fmt.Sprintf("o lote %d não fecha", i), Filed: filed("lote")})
				if f := ix.Ask("o CT-e não autoriza").Of("category", nil); f.Value != "cte" {
					t.Errorf("%+v", f)
				}
			}
		})
	}
	wait.Wait()
}

func FuzzAsk(f *testing.F) {
	f.Add("a folha não fecha")
	f.Add("\xff\x00 ção 日本語 " + string(make([]byte, 100)))
	ix := indexOf(lessons...)
	f.Fuzz(func(t *testing.T, text string) {
		got := ix.Ask(text).Of("category", nil)
		if !(got.Sure >= 0 && got.Sure <= 1) {
			t.Errorf("%q: %+v", text, got)
		}
		own := precedent.New()
		own.Put(precedent.Example{ID: "x", Text: text, Filed: filed("x")})
		own.Remove("x")
		if own.Len() != 0 {
			t.Error("it is still there")
		}
	})
}
