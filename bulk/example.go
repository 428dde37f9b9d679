package bulk

import "embed"

//go:embed example
var example embed.FS

// Example is an invented desk to try things with: two customer organisations with
// their people, a team, a catalogue and articles. All addresses are on .example
// domains, which belong to nobody (RFC 2606).
func Example() *Batch { return Read(example, "example") }
