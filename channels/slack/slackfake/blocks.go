package slackfake

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Block Kit, as https://docs.slack.dev/reference/block-kit has it in 2026: what a block
// may hold, and how much. A part of it that Recado has no use for is refused.

// judge collects what is wrong with blocks.
type judge struct {
	surface string // message, modal or home
	faults  []string
	blocks  map[string]bool // block ids seen
	actions map[string]bool // action ids seen in this block
	focused bool
}

func (j *judge) fault(at, format string, args ...any) {
	j.faults = append(j.faults, at+": "+fmt.Sprintf(format, args...))
}

// check judges one value.
type check func(j *judge, at string, v any)

// fields are an object's, by name; a name with a star has to be there.
type fields map[string]check

// check judges an object of known fields.
func (f fields) check(j *judge, at string, v any) {
	o, ok := v.(object)
	if !ok {
		j.fault(at, "no object")
		return
	}
	for name, one := range f {
		bare, required := strings.CutSuffix(name, "*")
		given, there := o[bare]
		switch {
		case there && given != nil:
			one(j, at+"."+bare, given)
		case required:
			j.fault(at, "%s is missing", bare)
		}
	}
	for name := range o {
		if f[name] == nil && f[name+"*"] == nil && name != "type" {
			j.fault(at, "there is no %s in %v", name, o["type"])
		}
	}
}

// upTo judges a text's length in characters.
func upTo(n int) check {
	return func(j *judge, at string, v any) {
		s, ok := v.(string)
		switch got := length(s); {
		case !ok:
			j.fault(at, "no text")
		case got > n:
			j.fault(at, "%d characters, of %d", got, n)
		}
	}
}

func among(all ...string) check {
	return func(j *judge, at string, v any) {
		if !slices.Contains(all, str(v)) {
			j.fault(at, "%v is none of %v", v, all)
		}
	}
}

func like(pattern string) check {
	form := regexp.MustCompile(pattern)
	return func(j *judge, at string, v any) {
		if !form.MatchString(str(v)) {
			j.fault(at, "%v is not of the form %s", v, pattern)
		}
	}
}

func flagCheck(j *judge, at string, v any) {
	if _, ok := v.(bool); !ok {
		j.fault(at, "neither true nor false")
	}
}

func number(least, most float64) check {
	return func(j *judge, at string, v any) {
		if n, ok := v.(float64); !ok || n < least || n > most {
			j.fault(at, "%v is not a number from %v to %v", v, least, most)
		}
	}
}

// listOf judges a list of 1 to n.
func listOf(n int, each check) check {
	return func(j *judge, at string, v any) {
		all, ok := v.([]any)
		if !ok || len(all) == 0 || len(all) > n {
			j.fault(at, "a list of %d, where 1 to %d may be", len(all), n)
			return
		}
		for i, one := range all {
			each(j, at+"["+strconv.Itoa(i)+"]", one)
		}
	}
}

// text judges a text object of 1 to n characters.
func text(n int, kinds ...string) check {
	return func(j *judge, at string, v any) {
		o, _ := v.(object)
		kind := str(o["type"])
		if !slices.Contains(kinds, kind) {
			j.fault(at, "%q is none of %v", kind, kinds)
			return
		}
		f := fields{"text*": upTo(n)}
		if kind == "plain_text" {
			f["emoji"] = flagCheck
		} else {
			f["verbatim"] = flagCheck
		}
		f.check(j, at, v)
		if str(o["text"]) == "" {
			j.fault(at, "an empty text")
		}
	}
}

func plain(n int) check { return text(n, "plain_text") }

func either(n int) check { return text(n, "plain_text", "mrkdwn") }

func id(j *judge, at string, v any) {
	upTo(255)(j, at, v)
	if str(v) == "" {
		j.fault(at, "empty")
	}
}

func (j *judge) actionID(at string, v any) {
	id(j, at, v)
	if j.actions[str(v)] {
		j.fault(at, "%v is there twice in this block", v)
	}
	j.actions[str(v)] = true
}

func (j *judge) blockID(at string, v any) {
	id(j, at, v)
	if j.blocks[str(v)] {
		j.fault(at, "%v is there twice", v)
	}
	j.blocks[str(v)] = true
}

// blockKinds are the blocks. What they hold besides block_id is here.
func blockKinds() map[string]fields {
	return map[string]fields{
		"divider": {},
		"header":  {"text*": plain(150)},
		"section": {"text": either(3000), "fields": listOf(10, either(2000)), "accessory": element("section"), "expand": flagCheck},
		"context": {"elements*": listOf(10, contextElement)},
		"actions": {"elements*": listOf(25, element("actions"))},
		"image":   {"image_url": upTo(3000), "slack_file": fields{"id": id, "url": upTo(3000)}.check, "alt_text*": upTo(2000), "title": plain(2000)},
		"input": {
			"label*": plain(2000), "element*": element("input"), "hint": plain(2000), "optional": flagCheck, "dispatch_action": flagCheck,
		},
		"rich_text": {"elements*": anything},
	}
}

func contextElement(j *judge, at string, v any) {
	if o, _ := v.(object); o["type"] == "image" {
		imageElement.check(j, at, v)
		return
	}
	either(3000)(j, at, v)
}

// block judges one block.
func (j *judge) block(at string, v any) {
	o, _ := v.(object)
	kind := str(o["type"])
	f, known := blockKinds()[kind]
	if !known {
		j.fault(at, "this fake knows no block %q", kind)
		return
	}
	j.actions = map[string]bool{}
	f["block_id"] = (*judge).blockID
	f.check(j, at, v)
	if kind == "section" && o["text"] == nil && o["fields"] == nil {
		j.fault(at, "neither text nor fields")
	}
	if kind == "image" && (o["image_url"] == nil) == (o["slack_file"] == nil) {
		j.fault(at, "one of image_url and slack_file")
	}
}

func (j *judge) all(at string, blocks []any, most int) {
	if len(blocks) > most {
		j.fault(at, "%d blocks, of %d", len(blocks), most)
	}
	for i, b := range blocks {
		j.block(at+"["+strconv.Itoa(i)+"]", b)
	}
}

// checkBlocks judges the blocks of a message.
func checkBlocks(surface string, blocks []any) []string {
	j := &judge{surface: surface, blocks: map[string]bool{}}
	j.all("blocks", blocks, 50)
	return j.faults
}

// attachmentFields are what an attachment may have; blocks exclude the older ones.
var attachmentFields = fields{
	"color": like(`^(good|warning|danger|#[0-9A-Fa-f]{6})$`), "fallback": upTo(maxText), "blocks": anything,
	"text": upTo(maxText), "pretext": upTo(maxText), "title": upTo(maxText), "title_link": upTo(3000), "footer": upTo(300),
	"mrkdwn_in": anything,
}

// checkAttachments judges a message's attachments.
func checkAttachments(attachments []any) []string {
	j := &judge{surface: "message", blocks: map[string]bool{}}
	if len(attachments) > 100 {
		j.fault("attachments", "%d of them, of 100", len(attachments))
	}
	for i, a := range attachments {
		at := "attachments[" + strconv.Itoa(i) + "]"
		attachmentFields.check(j, at, a)
		o, _ := a.(object)
		blocks := list(o["blocks"])
		if len(blocks) > 0 && (o["text"] != nil || o["title"] != nil || o["pretext"] != nil) {
			j.fault(at, "blocks exclude text, title and pretext")
		}
		j.all(at+".blocks", blocks, 50)
	}
	return j.faults
}

// checkView judges a modal or App Home.
func checkView(kind string, view object) []string {
	j := &judge{surface: kind, blocks: map[string]bool{}}
	blocks := list(view["blocks"])
	f := fields{"blocks*": anything, "private_metadata": upTo(3000), "callback_id": upTo(255), "external_id": upTo(255)}
	if kind == "modal" {
		f["title*"], f["submit"], f["close"], f["clear_on_close"], f["notify_on_close"] = plain(24), plain(24), plain(24), flagCheck, flagCheck
	}
	if view["type"] != kind {
		j.fault("view", "its type is %v, not %s", view["type"], kind)
	}
	f.check(j, "view", view)
	if len(blocks) == 0 {
		j.fault("view", "no blocks")
	}
	j.all("view.blocks", blocks, 100)
	asks := slices.ContainsFunc(blocks, func(b any) bool {
		o, _ := b.(object)
		return o["type"] == "input"
	})
	if kind == "modal" && asks && view["submit"] == nil {
		j.fault("view", "inputs without submit")
	}
	return j.faults
}

// size is how many bytes a value takes as JSON.
func size(v any) int {
	data, err := json.Marshal(v)
	if err != nil {
		return 0
	}
	return len(data)
}

// named gives blocks and elements the ids that they lack. The caller holds the lock.
func (s *Server) named(blocks []any) []any {
	for _, b := range blocks {
		o, ok := b.(object)
		if !ok {
			continue
		}
		if str(o["block_id"]) == "" {
			s.next["block"]++
			o["block_id"] = "b" + strconv.Itoa(s.next["block"])
		}
		for _, e := range append([]any{o["accessory"], o["element"]}, list(o["elements"])...) {
			inner, ok := e.(object)
			if ok && o["type"] != "context" && o["type"] != "rich_text" && inner["type"] != "image" && str(inner["action_id"]) == "" {
				s.next["action"]++
				inner["action_id"] = "a" + strconv.Itoa(s.next["action"])
			}
		}
	}
	return blocks
}
