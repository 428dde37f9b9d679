package slackfake

import (
	"strconv"
	"strings"
)

// input is what an element holds after somebody filled it in. The test ends when they
// could not have done so.
func (u *User) input(element object, value string) object {
	t := u.server.t
	t.Helper()
	kind := str(element["type"])
	many := strings.Fields(value)
	switch kind {
	case "plain_text_input":
		u.fits(element, value)
		return object{"value": textOrNil(value)}
	case "email_text_input", "url_text_input", "number_input":
		return object{"value": textOrNil(value)}
	case "static_select", "radio_buttons", "overflow", "external_select":
		return object{"selected_option": u.option(element, value)}
	case "multi_static_select", "checkboxes":
		picked := []any{}
		for _, one := range many {
			picked = append(picked, u.option(element, one))
		}
		return object{"selected_options": picked}
	case "users_select":
		return object{"selected_user": textOrNil(value)}
	case "multi_users_select":
		return object{"selected_users": anyList(many)}
	case "conversations_select":
		return object{"selected_conversation": textOrNil(value)}
	case "channels_select":
		return object{"selected_channel": textOrNil(value)}
	case "multi_conversations_select":
		return object{"selected_conversations": anyList(many)}
	case "multi_channels_select":
		return object{"selected_channels": anyList(many)}
	case "datepicker":
		return object{"selected_date": textOrNil(value)}
	case "timepicker":
		return object{"selected_time": textOrNil(value)}
	case "datetimepicker":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			t.Fatalf("slackfake: a time is unix seconds, not %q", value)
		}
		return object{"selected_date_time": n}
	}
	t.Fatalf("slackfake: nobody can fill in a %s", kind)
	return nil
}

// fits ends the test when a text is longer or shorter than Slack lets people write.
func (u *User) fits(element object, value string) {
	u.server.t.Helper()
	least, _ := element["min_length"].(float64)
	most, limited := element["max_length"].(float64)
	if n := float64(length(value)); value != "" && n < least || limited && n > most {
		u.server.t.Fatalf("slackfake: Slack lets nobody write %v characters into %v", n, element["action_id"])
	}
	if multiline, _ := element["multiline"].(bool); !multiline && strings.Contains(value, "\n") {
		u.server.t.Fatalf("slackfake: %v has one line only", element["action_id"])
	}
}

func (u *User) option(element object, value string) any {
	u.server.t.Helper()
	if value == "" {
		return nil
	}
	for _, o := range options(element) {
		if o["value"] == value {
			return o
		}
	}
	u.server.t.Fatalf("slackfake: %v does not offer %q", element["action_id"], value)
	return nil
}

func textOrNil(value string) any {
	if value == "" {
		return nil
	}
	return value
}

func anyList(all []string) []any {
	out := []any{}
	for _, one := range all {
		out = append(out, one)
	}
	return out
}

// initialKeys say under which name a state holds what an element was given at first.
var initialKeys = map[string]string{
	"initial_value": "value", "initial_option": "selected_option", "initial_options": "selected_options", "initial_user": "selected_user",
	"initial_users": "selected_users", "initial_date": "selected_date", "initial_time": "selected_time", "initial_date_time": "selected_date_time",
	"initial_conversation": "selected_conversation", "initial_channel": "selected_channel",
	"initial_conversations": "selected_conversations", "initial_channels": "selected_channels",
}

// initial fills the state with what the inputs hold before anybody touches them.
func (v *View) initial() {
	v.state = object{}
	for _, b := range v.Blocks {
		block, _ := b.(object)
		inner := append([]any{block["element"], block["accessory"]}, list(block["elements"])...)
		for _, e := range inner {
			element, ok := e.(object)
			if !ok || element["action_id"] == nil || element["type"] == "button" || element["type"] == "overflow" {
				continue
			}
			value := object{}
			for from, to := range initialKeys {
				if given, there := element[from]; there {
					value[to] = given
				}
			}
			if len(value) == 0 && element["type"] == "plain_text_input" {
				value["value"] = nil
			}
			v.put(str(block["block_id"]), element, value)
		}
	}
}
