package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

func TestSecretFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ yaml, want string }{
		"missing":     {"redis_file: " + dir + "/none\n", "there is no file"},
		"empty":       {"redis_file: " + empty + "\n", "is empty"},
		"a folder":    {"redis_file: " + dir + "\n", "cannot be read"},
		"both given":  {"redis: redis://h\nredis_file: " + empty + "\n", "keep one of the two"},
		"said once":   {"email: [{address: a@gmail.com, imap: {password_file: /none}}]\n", "there is no file"},
		"no password": {"email: [{address: a@gmail.com, imap: {folder: INBOX}}]\n", "give password"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load("recado.yaml", []byte(test.yaml), lookup(nil))
			var faults Faults
			if !errors.As(err, &faults) || len(faults) != 1 || !strings.Contains(faults.Text(), test.want) {
				t.Errorf("got %v, want one fault with %q", err, test.want)
			}
		})
	}
}

func TestSecretsNeverPrint(t *testing.T) {
	const word = "hunter2"
	secret := NewSecret(word)
	type wrapped struct{ inner Secret }
	var printed bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%08.3f"} {
		for _, value := range []any{secret, &secret, []Secret{secret}, wrapped{secret}, &wrapped{secret}, map[string]Secret{"k": secret}} {
			fmt.Fprintf(&printed, verb+"\n", value)
		}
	}
	cfg := Default()
	cfg.Secret = secret
	asJSON, err := json.Marshal(map[string]any{"s": secret, "p": &secret, "config": cfg})
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(map[string]any{"s": secret, "p": &secret, "config": cfg})
	if err != nil {
		t.Fatal(err)
	}
	printed.Write(asJSON)
	printed.Write(asYAML)
	slog.New(slog.NewTextHandler(&printed, nil)).Info("m", "s", secret, "config", cfg)
	slog.New(slog.NewJSONHandler(&printed, nil)).Info("m", "s", secret, "config", cfg)
	if all := printed.String(); strings.Contains(all, word) || strings.Contains(all, fmt.Sprintf("%x", word)) {
		t.Errorf("the secret was printed:\n%s", all)
	}
	if secret.Reveal() != word {
		t.Error("the secret is lost")
	}
}

func TestKeysAreMadeOnceAndKept(t *testing.T) {
	cfg := Default()
	cfg.Data = filepath.Join(t.TempDir(), "data")
	first, err := cfg.Keys()
	if err != nil {
		t.Fatal(err)
	}
	again, err := cfg.Keys()
	if err != nil || !reflect.DeepEqual(first, again) || len(first) != 1 || len(first[0]) != 64 {
		t.Fatalf("got %d keys then %d, %v", len(first), len(again), err)
	}
	info, err := os.Stat(cfg.KeyFile())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v %v, want mode 0600", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(cfg.Data, "secret-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	cfg.Secret = NewSecret(strings.Repeat("n", 32) + " " + strings.Repeat("o", 40))
	if keys, err := cfg.Keys(); err != nil || len(keys) != 2 || len(keys[1]) != 40 {
		t.Errorf("a new and an old key: got %d, %v", len(keys), err)
	}
}

func TestAKeyFileThatIsNoKey(t *testing.T) {
	for name, text := range map[string]string{"empty": "\n", "short": "abc\n"} {
		cfg := Default()
		cfg.Data = t.TempDir()
		if err := os.WriteFile(cfg.KeyFile(), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := cfg.Keys(); err == nil {
			t.Errorf("%s: taken as a key", name)
		}
	}
}
