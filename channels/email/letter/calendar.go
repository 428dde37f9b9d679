package letter

import (
	"strings"
)

// invitations says in a line each what a calendar object (RFC 5545) is about: what,
// when and where. Signs stand for words, since it is read in any language.
func invitations(ics string) (lines []string) {
	const most = 5
	sign := "📅"
	var event map[string]string
	for _, p := range properties(ics) {
		switch {
		case p.name == "METHOD" && strings.EqualFold(p.value, "CANCEL"):
			sign = "🚫📅"
		case p.name == "METHOD" && strings.EqualFold(p.value, "REPLY"):
			sign = "↩️📅"
		case p.name == "BEGIN" && strings.EqualFold(p.value, "VEVENT"):
			event = map[string]string{}
		case p.name == "END" && strings.EqualFold(p.value, "VEVENT") && event != nil:
			if line := eventLine(event); line != "" && len(lines) < most {
				lines = append(lines, sign+" "+line)
			}
			event = nil
		case event != nil && event[p.name] == "":
			event[p.name] = p.value
			event[p.name+" zone"] = p.zone
		}
	}
	return lines
}

func eventLine(event map[string]string) string {
	const longest = 200
	var parts []string
	for _, s := range []string{event["SUMMARY"], span(event), event["LOCATION"]} {
		if s = Cut(OneLine(s), longest); s != "" {
			parts = append(parts, s)
		}
	}
	if event["RRULE"] != "" {
		parts = append(parts, "🔁")
	}
	return strings.Join(parts, " · ")
}

// span is "2026-11-23 14:00–15:00 (America/Sao_Paulo)".
func span(event map[string]string) string {
	start, zone := moment(event["DTSTART"])
	end, _ := moment(event["DTEND"])
	if zone == "" {
		zone = event["DTSTART zone"]
	}
	day, _, _ := strings.Cut(start, " ")
	if rest, same := strings.CutPrefix(end, day+" "); same {
		end = rest
	}
	if end != "" && end != start {
		start += "–" + end
	}
	if zone != "" && start != "" {
		start += " (" + zone + ")"
	}
	return start
}

// moment reads 20261123T140000Z or 20261123; other values stay as they are.
func moment(s string) (when, zone string) {
	if len(s) < 8 || strings.Trim(s[:8], "0123456789") != "" {
		return s, ""
	}
	when = s[:4] + "-" + s[4:6] + "-" + s[6:8]
	if len(s) >= 13 && s[8] == 'T' {
		when += " " + s[9:11] + ":" + s[11:13]
	}
	if strings.HasSuffix(s, "Z") {
		zone = "UTC"
	}
	return when, zone
}

type property struct{ name, value, zone string }

const mostProperties = 5000

// properties unfolds a calendar (RFC 5545 section 3.1).
func properties(ics string) (all []property) {
	ics = strings.ReplaceAll(Tidy(ics), "\n ", "")
	ics = strings.ReplaceAll(ics, "\n\t", "")
	for line := range strings.Lines(ics) {
		name, value, ok := strings.Cut(strings.TrimRight(line, "\n"), ":")
		if !ok || len(all) == mostProperties {
			continue
		}
		name, params, _ := strings.Cut(name, ";")
		p := property{name: strings.ToUpper(strings.TrimSpace(name)), value: strings.TrimSpace(unescape.Replace(value))}
		if _, zone, ok := strings.Cut(params, "TZID="); ok {
			zone, _, _ = strings.Cut(zone, ";")
			p.zone = strings.Trim(zone, `"`)
		}
		all = append(all, p)
	}
	return all
}

var unescape = strings.NewReplacer(`\n`, " ", `\N`, " ", `\,`, ",", `\;`, ";", `\\`, `\`)
