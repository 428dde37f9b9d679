package local

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"testing"
)

var verb = regexp.MustCompile(`%[a-z]`)

func TestCataloguesSayTheSameThings(t *testing.T) {
	first, err := loadWords("pt-BR")
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range languages() {
		w, err := loadWords(tag)
		if err != nil {
			t.Fatal(err)
		}
		if tag != "pt-BR" && w.Welcome == first.Welcome {
			t.Errorf("%s welcomes in Portuguese", tag)
		}
		for c := range first.Channels {
			if w.Channels[c] == "" {
				t.Errorf("%s has no name for channel %s", tag, c)
			}
		}
		v, f := reflect.ValueOf(*w), reflect.ValueOf(*first)
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if v.Field(i).IsZero() {
				t.Errorf("%s: %s has no text", tag, name)
			}
			// fmt fills in by order, so that the order must be the same too
			got, want := verb.FindAllString(fmt.Sprint(v.Field(i)), -1), verb.FindAllString(fmt.Sprint(f.Field(i)), -1)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s fills in %v, the first catalogue %v", tag, name, got, want)
			}
		}
	}
}

func TestLanguageOfTheTerminal(t *testing.T) {
	for tag, want := range map[string]string{"": "pt-BR", "pt": "pt-BR", "en-GB": "en", "ES-ar": "es", "fi": "pt-BR", "e": "pt-BR"} {
		got, err := loadWords(tag)
		if err != nil {
			t.Fatal(err)
		}
		if exp, err := loadWords(want); err != nil || got.Welcome != exp.Welcome {
			t.Errorf("%q speaks another language than %s", tag, want)
		}
	}
}
