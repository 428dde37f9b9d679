package testenv_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"recado/testenv"
	"recado/testenv/servers"
)

// verdict is a test that remembers how it was stopped, and by which words.
type verdict struct {
	testing.TB // nil: whatever else is asked of it is a mistake
	kind, text string
}

func (*verdict) Helper() {}

func (v *verdict) Skipf(format string, args ...any) {
	v.kind, v.text = "skipped", fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (v *verdict) Fatalf(format string, args ...any) {
	v.kind, v.text = "failed", fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestWithoutAServer(t *testing.T) {
	for _, c := range []struct{ name, required, kind, text string }{
		{"a person ran go test: skipped, and told what to run", "", "skipped", "make test"},
		{"make test ran it: a missing server fails", "1", "failed", servers.EnvPostgres},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv(servers.EnvPostgres, "")
			t.Setenv(servers.EnvRequired, c.required)
			v := &verdict{}
			done := make(chan struct{})
			go func() {
				defer close(done)
				testenv.Postgres(v)
			}()
			<-done
			if v.kind != c.kind || !strings.Contains(v.text, c.text) {
				t.Errorf("got %s: %s; want %s with %q", v.kind, v.text, c.kind, c.text)
			}
		})
	}
}
