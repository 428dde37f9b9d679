package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"recado/core/message"
)

// Limits of a form (docs.slack.dev, "Views" and "Block elements").
const (
	longestViewTitle = 24
	longestLabel     = 2000
	longestInput     = 3000
	longestOption    = 75
	optionsAtOnce    = 100
)

// open asks with a form. It can only answer what somebody just did: see isLate.
func (c *Channel) open(ctx context.Context, to string, out message.Outbound) (string, error) {
	about := aboutForm{Target: out.Form.Target}
	if !isUser(to) {
		about.Room, about.Root = to, rootOf(out, to)
	}
	view, err := formView(*out.Form, about, out.Language)
	if err != nil {
		return "", err
	}
	var as string
	err = c.call(ctx, "views.open", "", func(api *slackgo.Client) error {
		opened, err := api.OpenViewContext(ctx, out.Form.Trigger, view)
		if err == nil {
			as = opened.ID
		}
		return err
	})
	return as, err
}

// isLate reports that the moment for a form is over: its words are said instead.
func isLate(err error) bool {
	return slices.Contains([]string{
		"expired_trigger_id", "trigger_exchanged", "trigger_expired", "invalid_trigger", "invalid_trigger_id", "exchanged_trigger_id",
	}, code(err))
}

// formView is a form as a modal. Its name comes back with it, and so does what it is
// about.
func formView(f message.Form, about aboutForm, language string) (slackgo.ModalViewRequest, error) {
	metadata, err := json.Marshal(about)
	if err != nil {
		return slackgo.ModalViewRequest{}, fmt.Errorf("what the form %s is about: %w", f.Name, err)
	}
	v := slackgo.ModalViewRequest{
		Type: slackgo.VTModal, CallbackID: f.Name, PrivateMetadata: string(metadata),
		Title: plain(f.Title, longestViewTitle), Submit: plain(f.Submit, longestViewTitle), Close: plain(cancel(language), longestViewTitle),
	}
	for _, i := range f.Inputs {
		b := slackgo.NewInputBlock(i.Name, plain(i.Label, longestLabel), nil, inputElement(i))
		if i.Hint != "" {
			b.Hint = plain(i.Hint, longestLabel)
		}
		b.Optional = i.Optional
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, b)
	}
	return v, nil
}

// value is the action of every input: the block's id is the input's name.
const value = "value"

func inputElement(i message.Input) slackgo.BlockElement {
	switch i.Kind {
	case message.InputChoice:
		if len(i.Options) > 0 {
			return choiceElement(i)
		}
	case message.InputPerson:
		e := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeUser, nil, value)
		e.InitialUser = userIn(i.Value)
		return e
	case message.InputPeople:
		e := slackgo.NewOptionsMultiSelectBlockElement(slackgo.MultiOptTypeUser, nil, value)
		for one := range strings.FieldsSeq(i.Value) {
			if user := userIn(one); user != "" {
				e.InitialUsers = append(e.InitialUsers, user)
			}
		}
		return e
	case message.InputTime:
		e := slackgo.NewDateTimePickerBlockElement(value)
		if at, err := time.Parse(time.RFC3339, i.Value); err == nil {
			e.InitialDateTime = at.Unix()
		}
		return e
	}
	e := slackgo.NewPlainTextInputBlockElement(nil, value)
	e.Multiline, e.InitialValue, e.MaxLength = i.Kind == message.InputLines, clip(i.Value, longestInput), longestInput
	return e
}

// userIn is the id within an address of Slack; empty when it is none.
func userIn(address string) string {
	a, err := message.ParseAddress(address)
	if err != nil {
		return ""
	}
	_, id, ok := parts(a)
	if !ok || !isUser(id) {
		return ""
	}
	return id
}

// choiceElement is a list to choose from; a long one stands in groups.
func choiceElement(i message.Input) slackgo.BlockElement {
	var all []*slackgo.OptionBlockObject
	var chosen *slackgo.OptionBlockObject
	for _, o := range i.Options {
		one := slackgo.NewOptionBlockObject(o.Value, plain(o.Label, longestOption), nil)
		if all = append(all, one); o.Value == i.Value {
			chosen = one
		}
	}
	if len(all) <= optionsAtOnce {
		e := slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeStatic, nil, value, all...)
		e.InitialOption = chosen
		return e
	}
	var groups []*slackgo.OptionGroupBlockObject
	for from := 0; from < len(all) && len(groups) < optionsAtOnce; from += optionsAtOnce {
		to := min(from+optionsAtOnce, len(all))
		groups = append(groups, slackgo.NewOptionGroupBlockElement(plain(fmt.Sprintf("%d – %d", from+1, to), longestOption), all[from:to]...))
	}
	e := slackgo.NewOptionsGroupSelectBlockElement(slackgo.OptTypeStatic, nil, value, groups...)
	e.InitialOption = chosen
	return e
}
