package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"recado/channels/slack"
	"recado/config"
)

// slack tries a workspace: the tokens, what they permit, and the rooms.
func (t tryer) slack(ctx context.Context, s config.Slack) (string, error) {
	d, err := t.idle()
	if err != nil {
		return "", err
	}
	if s.Rotates() { // the desk's own tokens are looked at, and none is renewed for nothing
		db, err := openStore(ctx, t.cfg, d.log, storeOptions{KeepSchema: true})
		if err != nil {
			return "", doubt("the tokens rotate, and are kept in the database: start the desk first")
		}
		defer func() { _ = db.Close() }() // what is renewed is committed
		d.db = db
	}
	found, err := slack.Look(ctx, d.slackOptions(s), s.Supervisors)
	if err != nil {
		return "", err
	}
	wrong, minor := scopeTrouble(s, found.Scopes)
	for _, p := range slices.Concat(found.Places, found.Groups) {
		if p.Trouble != "" {
			wrong = append(wrong, fmt.Sprintf("%s: %s", placeName(p), p.Trouble))
		}
	}
	said := fmt.Sprintf("%s in %s answers", found.App, found.Team)
	switch {
	case len(wrong) > 0:
		return "", errors.New(said + "; but " + strings.Join(append(wrong, minor...), "; "))
	case len(minor) > 0:
		return "", doubt(said + "; " + strings.Join(minor, "; "))
	}
	return said + ", may do all it needs, and is in its channels", nil
}

func placeName(p slack.Place) string {
	if p.Name == "" {
		return p.ID
	}
	return p.ID + " (" + p.Name + ")"
}

// scopeTrouble names the permissions that are missing, and what each costs.
func scopeTrouble(s config.Slack, has []string) (wrong, minor []string) {
	if has == nil {
		return nil, nil
	}
	missing := 0
	for _, one := range slackScopes(s) {
		if slices.Contains(has, one.name) {
			continue
		}
		missing++
		text := "without " + one.name + " " + one.without
		if one.needed {
			wrong = append(wrong, text)
		} else {
			minor = append(minor, text)
		}
	}
	if missing > 0 {
		const how = "`recado slack manifest` prints a manifest with all of them: put it in, and install the app again"
		if minor = append(minor, how); len(wrong) > 0 {
			wrong[0] = "it lacks permissions: " + wrong[0]
		}
	}
	return wrong, minor
}
