package llm

import (
	"strconv"
	"strings"

	"recado/core/catalog"
	"recado/core/dialogue"
)

// mostItems is how many items of a catalogue a prompt lists. Beyond it the lower levels
// are left out, modules first: the person is asked for those.
const mostItems = 250

// offered are the items that the model may name, by keys of this prompt alone: it learns
// no id, so it can name none that was not offered.
type offered struct {
	items []offeredItem
	ids   map[string]map[string]string // level, key, id
}

type offeredItem struct {
	Key, Path, Words string
}

// none is the key of no item.
const none = "none"

// levels of the catalogue, as the form names them, with what their keys begin with.
var levels = []struct {
	name, prefix string
	of           func(catalog.Offer) []catalog.Item
}{
	{"product", "p", func(o catalog.Offer) []catalog.Item { return o.Products }},
	{"system", "s", func(o catalog.Offer) []catalog.Item { return o.Systems }},
	{"module", "m", func(o catalog.Offer) []catalog.Item { return o.Modules }},
	{"category", "c", func(o catalog.Offer) []catalog.Item { return o.Categories }},
}

func newOffered(o catalog.Offer, language string) offered {
	if len(o.Products)+len(o.Systems)+len(o.Modules)+len(o.Categories) > mostItems {
		o.Modules = nil
	}
	if len(o.Products)+len(o.Systems)+len(o.Categories) > mostItems {
		o.Systems = nil
	}
	names := map[string]string{} // paths by id
	out := offered{ids: map[string]map[string]string{}}
	for _, l := range levels {
		out.ids[l.name] = map[string]string{}
		for i, it := range l.of(o) {
			if len(out.items) >= mostItems {
				break
			}
			path := it.In(language)
			if above, ok := names[it.Parent]; ok {
				path = above + " › " + path
			}
			names[it.ID] = path
			key := l.prefix + strconv.Itoa(i+1)
			out.ids[l.name][key] = it.ID
			out.items = append(out.items, offeredItem{key, oneLine(path), oneLine(strings.Join(it.Words, ", "))})
		}
	}
	return out
}

// keys of a level, in order.
func (o offered) keys(level string) []string {
	var out []string
	for _, it := range o.items {
		if _, ok := o.ids[level][it.Key]; ok {
			out = append(out, it.Key)
		}
	}
	return append(out, none)
}

// id is what a key means. False: it was not offered.
func (o offered) id(level, key string) (string, bool) {
	if key == none {
		return "", true
	}
	id, ok := o.ids[level][key]
	return id, ok
}

// detailMeaning tells the model what a detail is.
var detailMeaning = map[dialogue.Detail]string{
	dialogue.ErrorText: "the words of the error, or a picture of it",
	dialogue.Since:     "since when",
	dialogue.Affected:  "who and how many are affected",
	dialogue.Steps:     "what was done before it",
	dialogue.Document:  "the number of the document, order or vehicle",
	dialogue.Expected:  "what should have happened",
}

// oneLine keeps a name within its line of a prompt.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
