//go:build race

package main

// underRace: scoring whole development sets is arithmetic of one goroutine, which takes the
// detector ten minutes. `make suite` runs it without.
const underRace = true
