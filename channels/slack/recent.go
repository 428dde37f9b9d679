package slack

import "container/list"

// recent is a map that forgets what was put in longest ago. Its owner guards it.
type recent[K comparable, V any] struct {
	most  int
	order *list.List
	found map[K]*list.Element
}

type recentEntry[K comparable, V any] struct {
	key   K
	value V
}

func (r *recent[K, V]) get(k K) (v V, known bool) {
	if e := r.found[k]; e != nil {
		return e.Value.(recentEntry[K, V]).value, true //nolint:forcetypeassert // put puts nothing else there
	}
	return v, false
}

func (r *recent[K, V]) put(k K, v V) {
	if r.found == nil {
		r.order, r.found = list.New(), map[K]*list.Element{}
	}
	r.drop(k)
	r.found[k] = r.order.PushBack(recentEntry[K, V]{k, v})
	if r.order.Len() > r.most {
		oldest := r.order.Front()
		delete(r.found, oldest.Value.(recentEntry[K, V]).key) //nolint:forcetypeassert // as above
		r.order.Remove(oldest)
	}
}

func (r *recent[K, V]) drop(k K) {
	if e := r.found[k]; e != nil {
		r.order.Remove(e)
		delete(r.found, k)
	}
}
