package config

import (
	"reflect"
	"strings"
)

// envPrefix begins every variable.
const envPrefix = "RECADO"

// Lookup finds an environment variable, as os.LookupEnv does.
type Lookup func(name string) (string, bool)

// env reads the variables over what v holds, and reports whether there were any.
func (r *reader) env(name, path string, v reflect.Value, lookup Lookup) bool {
	switch {
	case isSection(v.Type()):
		found := false
		for _, f := range fieldsOf(v.Type()) {
			if r.env(name+"_"+strings.ToUpper(f.name), join(path, f.name), v.Field(f.index), lookup) {
				r.displace(path, f.name, v)
				found = true
			}
		}
		return found
	case v.Kind() == reflect.Slice && isSection(v.Type().Elem()):
		return r.envEntries(name, path, v, lookup)
	}
	text, ok := lookup(name)
	if !ok {
		return false
	}
	r.places[path] = place{env: name, raw: text}
	if v.Kind() == reflect.Slice {
		r.envList(path, text, v)
	} else if err := set(v, text); err != nil {
		r.fault(path, "%s", err)
	}
	return true
}

// envEntries reads NAME_1_..., NAME_2_... over the entries of the file, and adds
// those that follow on without a gap.
func (r *reader) envEntries(name, path string, v reflect.Value, lookup Lookup) bool {
	found := false
	for i := 0; ; i++ {
		beyond := i >= v.Len()
		item := fresh(v.Type().Elem())
		if !beyond {
			item = v.Index(i)
		}
		here := r.env(envEntry(name, i), entry(path, i), item, lookup)
		found = found || here
		if beyond && !here {
			return found
		}
		if beyond {
			v.Set(reflect.Append(v, item))
		}
	}
}

func envEntry(name string, i int) string {
	return strings.NewReplacer("[", "_", "]", "").Replace(entry(name, i))
}

// envList reads "a, b" into a list of values; the empty text is the empty list.
func (r *reader) envList(path, text string, v reflect.Value) {
	v.Set(reflect.MakeSlice(v.Type(), 0, 1))
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		item := fresh(v.Type().Elem())
		if err := set(item, part); err != nil {
			r.fault(path, "%s", err)
		}
		v.Set(reflect.Append(v, item))
	}
}

// displace clears the other way of giving a secret: the environment says password
// where the file said password_file, or the other way round.
func (r *reader) displace(path, name string, section reflect.Value) {
	twin, ok := strings.CutSuffix(name, "_file")
	if !ok {
		twin = name + "_file"
	}
	for _, f := range fieldsOf(section.Type()) {
		at := join(path, f.name)
		if f.name == twin && r.places[at].env == "" {
			section.Field(f.index).SetZero()
			delete(r.places, at)
		}
	}
}
