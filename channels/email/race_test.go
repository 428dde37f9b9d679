//go:build race

package email

// underRace: the race detector throws away what sync.Pool holds, at random, so that regular
// expressions allocate anew.
const underRace = true
