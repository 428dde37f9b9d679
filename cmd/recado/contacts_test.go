package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Two contacts are joined, listed and parted by the command line.
func TestContacts(t *testing.T) {
	t.Setenv("RECADO_CONFIG", "")
	data := t.TempDir()
	cfg := written(t, "recado.yaml", "desk: {name: Suporte}\ndata: "+data+"\n")
	people := filepath.Dir(written(t, "people.csv",
		"name,email,whatsapp,whatsapp_verified,organisation,role\nAna,ana@aurora.example,,,Aurora,standard\nAna celular,,+55 11 99999-0001,yes,Aurora,standard\n"))
	ran := func(args ...string) string {
		t.Helper()
		out, errs, err := told(t, args...)
		if err != nil {
			t.Fatalf("%v: %v\n%s%s", args, err, out, errs)
		}
		return out
	}
	orgs := filepath.Dir(written(t, "organisations.csv", "name,code\nAurora,1001\n"))
	ran("import", "-c", cfg, orgs)
	ran("import", "-c", cfg, people)
	// In the spelling without the 9, which is the same number.
	out := ran("contacts", "join", "-c", cfg, "email:ana@aurora.example", "whatsapp:551199990001")
	id := regexp.MustCompile(`undo (\S+)`).FindStringSubmatch(out)
	if id == nil {
		t.Fatal(out)
	}
	if list := ran("contacts", "-c", cfg); !strings.Contains(list, id[1]) || !strings.Contains(list, "Ana <- Ana celular") {
		t.Errorf("listed: %s", list)
	}
	if _, _, err := told(t, "contacts", "join", "-c", cfg, "email:ana@aurora.example", "whatsapp:5511999990001"); err == nil || !strings.Contains(err.Error(), "one contact already") {
		t.Errorf("joined again: %v", err)
	}
	if out := ran("contacts", "undo", "-c", cfg, id[1]); !strings.Contains(out, "two contacts again") {
		t.Error(out)
	}
	for _, which := range []string{id[1], "none"} {
		if _, _, err := told(t, "contacts", "undo", "-c", cfg, which); err == nil {
			t.Errorf("%s can be undone", which)
		}
	}
}
