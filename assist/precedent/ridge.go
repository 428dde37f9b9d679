package precedent

import "math"

// The kernel is the cosine to a power: it lets what is only a little alike count for
// less. ridge is added on the diagonal: how far an example is doubted.
const (
	power = 1.25
	ridge = .3
)

func kernel(alike float64) float64 {
	if alike <= 0 {
		return 0
	}
	return math.Pow(alike, power)
}

// settle gives each neighbour its vote: the solution of (K + ridge) vote = k, where K
// is how alike the neighbours are among themselves, and k how alike each is to the
// question. With values as columns of ones and zeros, the sum of the votes for a value
// is what kernel ridge regression predicts for it; so one solution serves all fields.
func (ix *Index) settle(ns []neighbour, s *scratch) {
	n := len(ns)
	s.gram = grow(s.gram, n*n)
	s.narrow(ns, len(ix.known))
	for i := range ns {
		for _, t := range ns[i].terms {
			s.dense[t.number] = t.weight
		}
		for j := range i {
			dot := float32(0)
			for _, t := range ns[j].terms {
				dot += t.weight * s.dense[t.number]
			}
			s.gram[i*n+j] = kernel(float64(dot))
		}
		s.gram[i*n+i] = 1 + ridge
		for _, t := range ns[i].terms {
			s.dense[t.number] = 0
		}
	}
	factor(s.gram, n)
	for i := range ns {
		ns[i].vote = kernel(ns[i].alike)
	}
	substitute(s.gram, ns)
}

// narrow keeps of the neighbours' terms those that two of them hold, numbered among
// themselves: a row of these fits the nearest cache, one of the whole index does not.
func (s *scratch) narrow(ns []neighbour, features int) {
	s.local, s.places = grow(s.local, features), s.places[:0]
	for _, n := range ns {
		for _, t := range n.terms {
			if s.local[t.number] == 0 {
				s.places = append(s.places, t.number)
			}
			s.local[t.number]++
		}
	}
	shared := uint32(0)
	for _, n := range s.places {
		if s.local[n] == 1 {
			s.local[n] = 0
			continue
		}
		shared++
		s.local[n] = shared
	}
	for i := range ns {
		kept := ns[i].terms[:0]
		for _, t := range ns[i].terms {
			if at := s.local[t.number]; at > 0 {
				kept = append(kept, weighed{at - 1, t.weight})
			}
		}
		ns[i].terms = kept
	}
	for _, n := range s.places {
		s.local[n] = 0
	}
}

// factor makes the lower half of a symmetric matrix its Cholesky factor. The ridge
// keeps it positive.
func factor(m []float64, n int) {
	for j := range n {
		row := m[j*n : j*n+j]
		sum := m[j*n+j]
		for _, x := range row {
			sum -= x * x
		}
		pivot := math.Sqrt(max(sum, ridge/2))
		m[j*n+j] = pivot
		for i := j + 1; i < n; i++ {
			sum := m[i*n+j]
			for k, x := range row {
				sum -= m[i*n+k] * x
			}
			m[i*n+j] = sum / pivot
		}
	}
}

// substitute solves for the votes, forth and back.
func substitute(m []float64, ns []neighbour) {
	n := len(ns)
	for i := range ns {
		for k := range i {
			ns[i].vote -= m[i*n+k] * ns[k].vote
		}
		ns[i].vote /= m[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			ns[i].vote -= m[k*n+i] * ns[k].vote
		}
		ns[i].vote /= m[i*n+i]
	}
}
