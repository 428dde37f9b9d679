package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// told runs a command line of recado and returns what it wrote.
func told(t *testing.T, args ...string) (out, errs string, err error) {
	t.Helper()
	var line commands
	parser, err := kong.New(&line, kong.Name("recado"), kong.Exit(func(int) { t.Fatal("recado ended the process") }))
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		return "", "", err
	}
	chosen.BindTo(t.Context(), (*context.Context)(nil))
	var o, e bytes.Buffer
	err = chosen.Run(Streams{In: strings.NewReader(""), Out: &o, Err: &e})
	return o.String(), e.String(), err
}

// written makes a file in a folder of the test.
func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// ownDesk is a configuration with a data folder of its own.
func ownDesk(t *testing.T, more string) string {
	t.Helper()
	return written(t, "recado.yaml", "data: "+t.TempDir()+"\nlog: {level: error}\n"+more)
}

const sheet = "código;nome\n77;Padaria Sol\n"

func TestImportAndExportFromTheCommandLine(t *testing.T) {
	cfg, list := ownDesk(t, ""), written(t, "empresas.csv", sheet)
	out, _, err := told(t, "import", "-c", cfg, "--dry-run", list)
	if err != nil || !strings.Contains(out, "novo 77") || !strings.Contains(out, "nada foi gravado") {
		t.Fatalf("rehearsal: %q, %v", out, err)
	}
	if out, _, err = told(t, "import", "-c", cfg, list); err != nil || !strings.HasSuffix(out, "Gravado.\n") {
		t.Fatalf("import: %q, %v", out, err)
	}
	if out, _, err = told(t, "import", "-c", cfg, list); err != nil || !strings.HasSuffix(out, "Nada mudou.\n") {
		t.Fatalf("again: %q, %v", out, err)
	}
	folder := filepath.Join(t.TempDir(), "out")
	if _, _, err = told(t, "export", "-c", cfg, "--format", "csv", "--only", "organisations", folder); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(folder, "organisations.csv"))
	if err != nil || !strings.Contains(string(got), "77;Padaria Sol;") {
		t.Errorf("exported %q, %v", got, err)
	}
	if _, _, err = told(t, "export", "-c", cfg, folder); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a second export into the same folder: %v", err)
	}
	if out, _, err = told(t, "export", "outcomes", "-c", cfg); err != nil || !strings.Contains(out, "channel;account;id") {
		t.Errorf("outcomes: %q, %v", out, err)
	}
}

func TestImportSaysWhatToMend(t *testing.T) {
	list := written(t, "pessoas.csv", "nome;e-mail\nAna;ana\nBia;bia\n")
	_, errs, err := told(t, "import", "-c", ownDesk(t, ""), list)
	want := list + ":2: e-mail: “ana” não parece um endereço de e-mail.\n" + list + ":3: e-mail: “bia” não parece um endereço de e-mail.\n"
	if errs != want {
		t.Errorf("got %q, want %q", errs, want)
	}
	if err == nil || !strings.Contains(err.Error(), "nothing was written") {
		t.Errorf("got %v", err)
	}
}

func TestConfigExampleAndFaultsAreShown(t *testing.T) {
	out, _, err := told(t, "config", "example")
	if err != nil || !strings.Contains(out, "every key there is") {
		t.Errorf("got %.60q, %v", out, err)
	}
	cfg := written(t, "bad.yaml", "desk:\n  nmae: x\ndrain: {timeout: 0s}\n")
	_, errs, err := told(t, "check", "-c", cfg)
	want := cfg + ":2:3: desk.nmae: nobody knows this key; did you mean name?\n" + cfg + ":3:18: drain.timeout: between 1s and 10m\n"
	if errs != want || err == nil {
		t.Errorf("got %q, %v, want %q", errs, err, want)
	}
}

func TestVersionIsOneLine(t *testing.T) {
	out, _, err := told(t, "version")
	if err != nil || !strings.HasPrefix(out, "recado ") || strings.Count(out, "\n") != 1 {
		t.Errorf("got %q, %v", out, err)
	}
}
