package assist

import (
	"cmp"
	"slices"

	"recado/assist/search"
	"recado/core/article"
	"recado/core/catalog"
)

// offer is what may be named, made ready for looking it up in a text.
type offer struct {
	catalog.Offer
	labels map[string][]label // by item
	rare   map[string]int     // what rarity found
}

// label is one name of an item.
type label struct {
	words []word // all, folded
	tells []word // those that carry meaning
}

func newOffer(o catalog.Offer, names *names) offer {
	out := offer{o, make(map[string][]label, len(o.Products)+len(o.Systems)+len(o.Modules)+len(o.Categories)), map[string]int{}}
	for _, items := range out.levels() {
		names.of(items, out.labels)
	}
	return out
}

func (o offer) levels() [4][]catalog.Item {
	return [...][]catalog.Item{o.Products, o.Systems, o.Modules, o.Categories}
}

// rarity is in how many items of one level a word stands, at most.
func (o offer) rarity(word string) int {
	most, known := o.rare[word]
	if known {
		return most
	}
	for _, items := range o.levels() {
		n := 0
		for _, it := range items {
			if slices.ContainsFunc(o.labels[it.ID], func(l label) bool { return l.tellsOf(word) }) {
				n++
			}
		}
		most = max(most, n)
	}
	o.rare[word] = most
	return most
}

func (l label) tellsOf(w string) bool {
	return slices.ContainsFunc(l.tells, func(own word) bool { return own.text == w })
}

// names reports whether a word is part of any offered name.
func (o offer) names(word string) bool { return o.rarity(word) > 0 }

// settled is how sure one must be of a level to look only there for the next: more
// than any hint makes, so that a name that was said is not overlooked.
const settled = .8

// level is one row of the catalogue while it is being decided.
type level struct {
	field string // its name in Reading.Sure
	items []catalog.Item
	to    *string
	hint  func(article.Article) string // what an article says of it
}

// about finds what the sentences are about, from the product down. What a finding
// implies (the system of a module) is filled in. Earlier sentences count less. Where
// texts like these were filed counts when it is surer than the names; articles that
// match give a hint where neither says anything. Besides, what the names alone say.
func (o offer) about(
	now, before []sentence, found []search.Match, learned func(field string) guess[string], sure map[string]float64,
) (p, said catalog.Path) {
	product := level{Product, o.Products, &p.Product, func(a article.Article) string { return a.Product }}
	system := level{System, o.Systems, &p.System, func(a article.Article) string { return a.System }}
	module := level{Module, o.Modules, &p.Module, func(a article.Article) string { return a.Module }}
	category := level{Category, o.Categories, &p.Category, func(article.Article) string { return "" }}

	heardNow, heardBefore := hear(now), hear(before)
	pick := func(l level) {
		g := o.named(l.items, heardNow, heardBefore)
		*map[string]*string{Product: &said.Product, System: &said.System, Module: &said.Module, Category: &said.Category}[l.field] = g.value
		if known := learned(l.field); known.sure > g.sure && holds(l.items, known.value) {
			g = known
		}
		if g.sure < abstain {
			g = hinted(l, found)
		}
		put(sure, l.field, l.to, g)
	}
	pick(product)
	system.items = within(system.items, product, sure)
	category.items = within(category.items, product, sure)
	pick(system)
	module.items = slices.DeleteFunc(slices.Clone(module.items), func(m catalog.Item) bool { return !holds(system.items, m.Parent) })
	module.items = within(module.items, system, sure)
	pick(module)
	pick(category)

	reconcile(module, system, sure)
	reconcile(system, product, sure)
	reconcile(category, product, sure)
	return p, said
}

// within narrows items to those under what is settled of the level above.
func within(items []catalog.Item, above level, sure map[string]float64) []catalog.Item {
	if sure[above.field] < settled {
		return items
	}
	return catalog.Under(items, *above.to)
}

func holds(items []catalog.Item, id string) bool {
	return slices.ContainsFunc(items, func(it catalog.Item) bool { return it.ID == id })
}

// reconcile makes a level and the one above agree: the surer of the two stays, and
// a finding fills in the parent that it implies.
func reconcile(l, above level, sure map[string]float64) {
	i := slices.IndexFunc(l.items, func(it catalog.Item) bool { return it.ID == *l.to })
	if *l.to == "" || i < 0 || l.items[i].Parent == "" {
		return
	}
	parent := l.items[i].Parent
	switch {
	case parent == *above.to:
		sure[above.field] = max(sure[above.field], sure[l.field])
	case !holds(above.items, parent), sure[above.field] > sure[l.field]:
		*l.to = ""
		delete(sure, l.field)
	default:
		*above.to, sure[above.field] = parent, sure[l.field]
	}
}

// hinted takes the item that the best article is about, if it is offered.
func hinted(l level, found []search.Match) guess[string] {
	for _, m := range found {
		if id := l.hint(m.Article); holds(l.items, id) {
			return guess[string]{id, hintShare * m.Score}
		}
	}
	return guess[string]{}
}

const (
	hintShare   = .75 // how far an article's score speaks for what the article is about
	beforeShare = .9  // how far earlier words speak for these
	// tooNear is the distance to the runner-up from which a guess is believed in
	// full; at none at all it is halved.
	tooNear = .25
)

// named finds the item whose name is said in the sentences.
func (o offer) named(items []catalog.Item, now, before []heard) guess[string] {
	type scored struct {
		id    string
		score float64
		words int
	}
	var all []scored
	for _, it := range items {
		best := scored{id: it.ID}
		for _, l := range o.labels[it.ID] {
			score := max(o.said(l, now), beforeShare*o.said(l, before))
			if score > best.score {
				best.score, best.words = score, len(l.tells)
			}
		}
		if best.score > 0 {
			all = append(all, best)
		}
	}
	if len(all) == 0 {
		return guess[string]{}
	}
	// Of "Fiscal" and "Fiscal Entradas", both said, the longer one was meant.
	slices.SortStableFunc(all, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.words, a.words))
	})
	g := guess[string]{all[0].id, all[0].score}
	if len(all) > 1 {
		lead := all[0].score - all[1].score
		g.sure *= 1 - .5*max(0, 1-lead/tooNear)
	}
	return g
}
