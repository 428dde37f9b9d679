package config

import (
	"regexp"
	"slices"
	"time"
)

// accountName is good for the name of a file and of a schema.
var accountName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

const longestAccount = 40 // PostgreSQL cuts names at 63

func (r *reader) whatsApp(all []WhatsApp) {
	names, databases := map[string]string{}, map[string]string{}
	for i, w := range all {
		path := entry("whatsapp", i)
		switch twin, twice := names[w.Account]; {
		case !accountName.MatchString(w.Account) || len(w.Account) > longestAccount:
			r.fault(path+".account", "give it a name of small letters, digits and dashes, such as principal")
		case twice:
			r.fault(path+".account", "%s is given already as %s", w.Account, twin)
		}
		names[w.Account] = path
		if !w.InFile() {
			r.server(path+".database", w.Database, "sqlite, or postgres://user:password@host:5432/name", "postgres", "postgresql")
			if twin, twice := databases[w.Database.Reveal()]; twice {
				r.fault(path+".database", "%s keeps its keys in that database, and one holds those of one number only; write sqlite, or the address of another", twin)
			}
			databases[w.Database.Reveal()] = path
		}
		if d := w.EmailAfter; d != 0 && (d < time.Minute || d > day) {
			r.fault(path+".email_after", "between 1m and 1d, or 0s: notices wait until they can be sent")
		}
		if !slices.Contains([]string{"stars", "choices", "none"}, w.Polls) {
			r.fault(path+".polls", "%q is none of stars, choices, none", w.Polls)
		}
		if w.Groups != GroupsIgnored && w.Groups != GroupsAreRooms {
			r.fault(path+".groups", "%q is none of %s, %s", w.Groups, GroupsIgnored, GroupsAreRooms)
		}
		if d := w.Silence; d != 0 && (d < 5*time.Minute || d > day) {
			r.fault(path+".silence", "between 5m and 1d, or 0s for never")
		}
	}
}
