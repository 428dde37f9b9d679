package assist

// How sure a way of naming makes one. Each word more makes a full name a little
// surer.
const (
	wholeName  = .88 // the words of the name, one after the other
	eachWord   = .03
	surest     = .97
	scattered  = .75 // all telling words of the name in one sentence
	ownWord    = .6  // a word that no other item of the level has
	sharedWord = .4
)

// heard is a sentence whose words are ready to be compared.
type heard []word

func hear(ss []sentence) []heard {
	out := make([]heard, len(ss))
	for i, s := range ss {
		out[i] = wordsOf(s.words)
	}
	return out
}

// said is how sure it is that a label was named in the sentences, 0 to 1.
func (o offer) said(l label, hs []heard) float64 {
	best := 0.0
	for _, h := range hs {
		best = max(best, o.saidIn(l, h))
	}
	return best
}

func (o offer) saidIn(l label, h heard) float64 {
	quality := alikeRun(l.words, h)
	if quality > 0 {
		return quality * min(surest, wholeName+eachWord*float64(len(l.tells)-1))
	}
	found, own, sum := 0, false, 0.0
	for _, w := range l.tells {
		if q := alikest(w, h); q > 0 {
			found++
			sum += q
			own = own || o.rarity(w.text) == 1
		}
	}
	switch share := float64(found) / float64(len(l.tells)); {
	case found == 0:
		return 0
	case found == len(l.tells) && found > 1:
		return scattered * sum / float64(found)
	case own:
		return ownWord * (1 + share) / 2 * sum / float64(found)
	default:
		return sharedWord * share * sum / float64(found)
	}
}

// alikeRun is how alike the name is to a run of words in the text, word by word;
// 0 when there is none.
func alikeRun(name []word, h heard) float64 {
	best := 0.0
	for i := 0; i+len(name) <= len(h); i++ {
		quality := 1.0
		for k := 0; k < len(name) && quality > best; k++ {
			quality = min(quality, alike(name[k], h[i+k]))
		}
		best = max(best, quality)
	}
	return best
}

// alikest is how alike the most alike word of the sentence is.
func alikest(w word, h heard) float64 {
	best := 0.0
	for _, other := range h {
		best = max(best, alike(w, other))
	}
	return best
}
