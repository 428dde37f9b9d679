package slackfake

import (
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
)

// What Slack may send, one of each shape that its documentation, its own SDKs and
// slack-go know, and some that nobody knows yet. The values are ours.
//
//go:embed testdata/samples.json
var samples []byte

// Sample is something that Slack may send.
type Sample struct {
	Name    string // "message/file_share, blank"
	Kind    string // events_api, interactive or slash_commands
	Payload map[string]any
}

// Samples are one of each shape, and then the same shapes three times again: blank, with
// every value empty or zero; null, with every value null; and bare, with no more than the
// type. A client must make something of each, or leave it alone.
func Samples() []Sample {
	var kinds map[string]map[string]object
	if err := json.Unmarshal(samples, &kinds); err != nil {
		panic(err) // it is in this very package
	}
	var all []Sample
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		for _, name := range slices.Sorted(maps.Keys(kinds[kind])) {
			full := kinds[kind][name]
			for _, one := range []struct {
				name  string
				shape any
			}{{name, full}, {name + ", blank", emptied(full, zero)}, {name + ", null", emptied(full, null)}, {name + ", bare", bare(full)}} {
				payload, _ := one.shape.(object)
				if kind == "events_api" {
					payload = object{
						"token": verification, "team_id": "T0S", "api_app_id": "A0S", "type": "event_callback", "event_id": "Ev0S", "event_time": 1790000000,
						"authorizations": []any{object{"enterprise_id": nil, "team_id": "T0S", "user_id": "U0BOT", "is_bot": true}}, "event": payload,
					}
				}
				all = append(all, Sample{Name: one.name, Kind: kind, Payload: payload})
			}
		}
	}
	return all
}

func null(any) any { return nil }

func zero(v any) any {
	switch v.(type) {
	case string:
		return ""
	case float64:
		return 0
	case bool:
		return false
	}
	return nil
}

// emptied is a shape without its values, but for types.
func emptied(v any, to func(any) any) any {
	switch v := v.(type) {
	case object:
		out := object{}
		for key, one := range v {
			if name, isText := one.(string); isText && (key == "type" || key == "subtype") {
				out[key] = name
				continue
			}
			out[key] = emptied(one, to)
		}
		return out
	case []any:
		out := []any{}
		for _, one := range v {
			out = append(out, emptied(one, to))
		}
		return out
	}
	return to(v)
}

func bare(full object) object {
	out := object{}
	for _, key := range []string{"type", "subtype", "command"} {
		if v, ok := full[key]; ok {
			out[key] = v
		}
	}
	return out
}

// Sends brings the app anything, such as a sample, as Slack would.
func (w *Workspace) Sends(sample Sample) {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	d := &delivery{kind: sample.Kind, workspace: w, payload: maps.Clone(sample.Payload), answers: sample.Payload["type"] == "view_submission"}
	d.answers = d.answers || sample.Kind == "slash_commands"
	if sample.Kind == "events_api" {
		d.payload["event_id"] = w.server.id("Ev")
	}
	w.server.send(d)
}
