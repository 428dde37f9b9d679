package slackfake

import "slices"

var imageElement = fields{"image_url": upTo(3000), "slack_file": fields{"id": id, "url": upTo(3000)}.check, "alt_text*": upTo(2000)}

// confirm is what a dialogue asks before an element counts.
var confirm = fields{"title*": plain(100), "text*": either(300), "confirm*": plain(30), "deny*": plain(30), "style": among("primary", "danger")}

// option judges one of a list to choose from; kinds are those that its text may have.
func option(kinds ...string) check {
	return fields{"text*": text(75, kinds...), "value*": upTo(150), "description": text(75, kinds...), "url": upTo(3000)}.check
}

var (
	someOption  = option("plain_text")
	richOption  = option("plain_text", "mrkdwn")
	optionGroup = fields{"label*": plain(75), "options*": listOf(100, someOption)}
	anything    = func(*judge, string, any) {}
)

// where are the elements that each kind of block takes. Selects are there of five kinds,
// and of each there is one for several.
func where(block string) []string {
	single := []string{"static_select", "users_select", "conversations_select", "channels_select", "external_select"}
	several := []string{"multi_static_select", "multi_users_select", "multi_conversations_select", "multi_channels_select"}
	both := []string{"checkboxes", "radio_buttons", "datepicker", "timepicker"}
	switch block {
	case "section":
		return slices.Concat(single, several, both, []string{"button", "image", "overflow"})
	case "actions":
		return slices.Concat(single, both, []string{"button", "overflow", "datetimepicker"})
	}
	return slices.Concat(single, several, both, []string{"plain_text_input", "email_text_input", "url_text_input", "number_input", "datetimepicker"})
}

// elementKinds are the elements. What they hold besides action_id is here.
func elementKinds() map[string]fields {
	kinds := map[string]fields{
		"button": {
			"text*": plain(75), "value": upTo(2000), "url": upTo(3000), "style": among("primary", "danger"), "confirm": confirm.check,
			"accessibility_label": upTo(75),
		},
		"overflow":       {"options*": listOf(5, richOption), "confirm": confirm.check},
		"checkboxes":     {"options*": listOf(10, richOption), "initial_options": listOf(10, richOption), "confirm": confirm.check},
		"radio_buttons":  {"options*": listOf(10, richOption), "initial_option": richOption, "confirm": confirm.check},
		"datepicker":     {"initial_date": like(`^\d{4}-\d\d-\d\d$`), "confirm": confirm.check},
		"timepicker":     {"initial_time": like(`^\d\d:\d\d$`), "timezone": upTo(100), "confirm": confirm.check},
		"datetimepicker": {"initial_date_time": number(1e9, 9999999999), "confirm": confirm.check},
		"plain_text_input": {
			"initial_value": upTo(3000), "multiline": flagCheck, "min_length": number(0, 3000), "max_length": number(1, 3000), "dispatch_action_config": anything,
		},
		"email_text_input": {"initial_value": upTo(3000), "dispatch_action_config": anything},
		"url_text_input":   {"initial_value": upTo(3000), "dispatch_action_config": anything},
		"number_input": {
			"is_decimal_allowed*": flagCheck, "initial_value": like(`^-?[0-9.]+$`), "min_value": like(`^-?[0-9.]+$`), "max_value": like(`^-?[0-9.]+$`),
			"dispatch_action_config": anything,
		},
		"image": imageElement,
	}
	selects := map[string]fields{
		"static_select":        {"options": listOf(100, someOption), "option_groups": listOf(100, optionGroup.check), "initial_option": someOption},
		"external_select":      {"initial_option": someOption, "min_query_length": number(0, 100)},
		"users_select":         {"initial_user": id},
		"conversations_select": {"initial_conversation": id, "default_to_current_conversation": flagCheck, "response_url_enabled": flagCheck, "filter": anything},
		"channels_select":      {"initial_channel": id, "response_url_enabled": flagCheck},
		"multi_static_select":  {"options": listOf(100, someOption), "option_groups": listOf(100, optionGroup.check), "initial_options": listOf(100, someOption)},
		"multi_users_select":   {"initial_users": listOf(100, id)},
		"multi_conversations_select": {
			"initial_conversations": listOf(100, id), "default_to_current_conversation": flagCheck, "filter": anything,
		},
		"multi_channels_select": {"initial_channels": listOf(100, id)},
	}
	for kind, f := range selects {
		f["confirm"] = confirm.check
		if len(kind) > 6 && kind[:6] == "multi_" {
			f["max_selected_items"] = number(1, 100)
		}
		kinds[kind] = f
	}
	for kind, f := range kinds {
		if kind != "button" && kind != "image" && kind != "overflow" {
			f["focus_on_load"] = (*judge).focus
		}
		if !slices.Contains([]string{"button", "image", "overflow", "checkboxes", "radio_buttons", "datetimepicker"}, kind) {
			f["placeholder"] = plain(150)
		}
		if kind != "image" {
			f["action_id"] = (*judge).actionID
		}
	}
	return kinds
}

// focus judges focus_on_load, which one element of a view may have.
func (j *judge) focus(at string, v any) {
	flagCheck(j, at, v)
	if v == true {
		if j.focused {
			j.fault(at, "another element has it too")
		}
		j.focused = true
	}
}

// element judges an element of a block.
func element(block string) check {
	return func(j *judge, at string, v any) {
		o, _ := v.(object)
		kind := str(o["type"])
		if !slices.Contains(where(block), kind) {
			j.fault(at, "%q has no place in a block %s", kind, block)
			return
		}
		elementKinds()[kind].check(j, at, v)
		if kind == "static_select" || kind == "multi_static_select" {
			if (o["options"] == nil) == (o["option_groups"] == nil) {
				j.fault(at, "one of options and option_groups")
			}
		}
		j.offered(at, o)
	}
}

// offered finds values that are there twice, and initial options that are not offered.
func (j *judge) offered(at string, o object) {
	offered := options(o)
	var values []string
	for _, one := range offered {
		value := str(one["value"])
		if slices.Contains(values, value) {
			j.fault(at, "the value %q is there twice", value)
		}
		values = append(values, value)
	}
	for _, one := range append(list(o["initial_options"]), o["initial_option"]) {
		initial, ok := one.(object)
		if ok && offered != nil && !slices.Contains(values, str(initial["value"])) {
			j.fault(at, "the initial option %v is not offered", initial["value"])
		}
	}
}

// options are what an element offers, out of groups too.
func options(element object) []object {
	var all []object
	for _, group := range append(list(element["option_groups"]), any(element)) {
		g, _ := group.(object)
		for _, one := range list(g["options"]) {
			if o, ok := one.(object); ok {
				all = append(all, o)
			}
		}
	}
	return all
}
