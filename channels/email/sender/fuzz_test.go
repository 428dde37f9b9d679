package sender

import (
	"strings"
	"testing"
)

// A result is never found inside a comment or a quoted string.
func FuzzAuthResults(f *testing.F) {
	f.Add("mx.desk.example; dmarc=pass (x) header.from=a.example; spf=fail smtp.mailfrom=\"a;b\"")
	f.Add("(mx) mx 1; dkim = pass header.d = a")
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, `()"\`) {
			s = "mx; spf=fail (" + strings.NewReplacer("(", "", ")", "", `\`, "").Replace(s) + ") smtp.mailfrom=x"
		}
		a, ok := parseAuthResults(s)
		results := a.results
		if strings.HasPrefix(s, "mx; spf=fail (") && (!ok || len(results) != 1 || results[0].value != "fail") {
			t.Errorf("%q gives %v, %v", s, results, ok)
		}
	})
}
