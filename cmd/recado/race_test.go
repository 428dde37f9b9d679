//go:build race

package main

// underRace: scoring whole development sets is arithmetic of one goroutine, which takes the
// detector ten minutes, and a second playing of all transcripts four. `make suite` runs both without.
const underRace = true
