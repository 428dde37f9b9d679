package letter

import (
	"strings"
	"testing"
)

// Each party of a list is written in it: no reading of ours makes up an address.
func FuzzParties(f *testing.F) {
	for _, s := range []string{
		"Ana <ana@a.example>, bia@b.example", "Time: ana@a.example, bia@b.example;", `"x <mau@mau.example>" <ana@a.example>`,
		"=?utf-8?q?ana=40cliente.example=3E_=3C?= <x@mau.example>", "<@a,@b:c@d.example>", "<a@b.example>\\,<c@d.example>", `"ana@a.example,"@b.example`,
		"ana@\u0441liente.example", "a@b.example\x00@c.example", "(mau@mau.example) ana@a.example",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, field string) {
		ats := strings.Count(field, "@")
		all := Parties(field)
		if len(all) > ats || len(all) > MostParties {
			t.Errorf("%d parties of %q", len(all), field)
		}
		for _, p := range all {
			checkAddress(t, p.Address)
			if !isASCII(p.Address.Domain) {
				t.Errorf("%q is not in A-labels", p.Address)
			}
		}
	})
}
