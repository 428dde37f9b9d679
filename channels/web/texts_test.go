package web

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"testing"
)

var slot = regexp.MustCompile(`\{[a-z]+\}`)

// leaves lists every text with its place.
func leaves(v reflect.Value, place string, found map[string]string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			leaves(v.Field(i), place+"."+v.Type().Field(i).Name, found)
		}
	case reflect.Slice:
		for i := range v.Len() {
			leaves(v.Index(i), fmt.Sprintf("%s[%d]", place, i), found)
		}
	case reflect.String:
		found[place] = v.String()
	default:
		panic("texts hold a " + v.Kind().String() + ", which this test does not look into")
	}
}

func TestCataloguesSayTheSameThings(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	first := map[string]string{}
	leaves(reflect.ValueOf(*all[languages()[0]]), "", first)
	for _, tag := range languages() {
		if all[tag].Tag != tag {
			t.Errorf("%s calls itself %q", tag, all[tag].Tag)
		}
		if n := len(all[tag].Words); n != 5 {
			t.Errorf("%s has words for %d stars", tag, n)
		}
		these := map[string]string{}
		leaves(reflect.ValueOf(*all[tag]), "", these)
		for place, text := range these {
			if text == "" {
				t.Errorf("%s: %s has no text", tag, place)
			}
			if got, want := slots(text), slots(first[place]); !slices.Equal(got, want) {
				t.Errorf("%s: %s fills in %v, the first catalogue %v", tag, place, got, want)
			}
		}
	}
}

func slots(s string) []string {
	all := slot.FindAllString(s, -1)
	slices.Sort(all)
	return all
}
