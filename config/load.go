package config

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
)

// Example is the annotated example file: every key with its default.
//
//go:embed example.yaml
var Example string

// trial is what runs when no file is given.
//
//go:embed trial.yaml
var trial []byte

// Load reads the file at path ("" is the embedded trial desk) and the environment,
// and checks all of it. A wrong configuration is Faults.
func Load(path string, env Lookup) (Config, error) {
	text, name := trial, "trial.yaml (built in)"
	if path != "" {
		var err error
		if text, err = os.ReadFile(path); err != nil {
			return Config{}, fmt.Errorf("read configuration: %w", err)
		}
		name = path
	}
	return load(name, text, env)
}

func load(name string, text []byte, env Lookup) (Config, error) {
	r, cfg := newReader(name), Default()
	r.yaml(text, &cfg)
	r.env(envPrefix, "", reflect.ValueOf(&cfg).Elem(), env)
	r.secretFiles("", reflect.ValueOf(&cfg).Elem())
	r.complete(&cfg)
	r.check(&cfg)
	if err := r.faults.orNil(); err != nil {
		return Config{}, err
	}
	return cfg, nil
}

// secretFiles reads every X_file into X.
func (r *reader) secretFiles(path string, v reflect.Value) {
	switch {
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			r.secretFiles(entry(path, i), v.Index(i))
		}
	case isSection(v.Type()):
		fields := fieldsOf(v.Type())
		for _, f := range fields {
			r.secretFiles(join(path, f.name), v.Field(f.index))
		}
		for _, f := range fields {
			if secret, ok := reflect.TypeAssert[*Secret](v.Field(f.index).Addr()); ok {
				r.secretFile(join(path, f.name), secret, twinOf(v, fields, f.name))
			}
		}
	}
}

// twinOf is the value of name_file beside name.
func twinOf(section reflect.Value, fields []field, name string) string {
	for _, f := range fields {
		if f.name == name+"_file" {
			return section.Field(f.index).String()
		}
	}
	return ""
}

func (r *reader) secretFile(path string, secret *Secret, file string) {
	if file == "" {
		return
	}
	twin := path + "_file"
	if !secret.IsZero() {
		r.fault(twin, "%s is given too; keep one of the two", path)
		return
	}
	text, err := os.ReadFile(filepath.Clean(file))
	switch held := strings.TrimSpace(string(text)); {
	case errors.Is(err, fs.ErrNotExist):
		r.fault(twin, "there is no file %s", file)
	case errors.Is(err, fs.ErrPermission):
		r.fault(twin, "this user may not read %s; give it the right (chmod, chown)", file)
	case err != nil:
		r.fault(twin, "%s cannot be read: %v", file, err)
	case held == "":
		r.fault(twin, "%s is empty", file)
	default:
		*secret = NewSecret(held)
	}
}
