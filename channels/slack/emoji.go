package slack

import (
	"strconv"
	"strings"
)

// shortNames are Slack's names of the emoji that the desk itself uses and of those that
// people react with most. In a text Slack says beside the name which character it is; of
// a reaction it tells the name alone.
var shortNames = map[string]string{
	"eyes": "👀", "white_check_mark": "✅", "heavy_check_mark": "✔️", "ballot_box_with_check": "☑️", "x": "❌", "ticket": "🎫", "lock": "🔒",
	"outbox_tray": "📤", "inbox_tray": "📥", "email": "✉️", "e-mail": "📧", "telephone_receiver": "📞", "phone": "☎️", "warning": "⚠️",
	"hourglass_flowing_sand": "⏳", "hourglass": "⌛", "alarm_clock": "⏰", "bell": "🔔", "no_bell": "🔕", "pushpin": "📌", "paperclip": "📎",
	"link": "🔗", "mag": "🔍", "speech_balloon": "💬", "memo": "📝", "arrows_counterclockwise": "🔄", "leftwards_arrow_with_hook": "↩️",
	"arrow_right_hook": "↪️", "raising_hand": "🙋", "+1": "👍", "thumbsup": "👍", "-1": "👎", "thumbsdown": "👎", "heart": "❤️", "joy": "😂",
	"open_mouth": "😮", "cry": "😢", "sob": "😭", "pray": "🙏", "tada": "🎉", "clap": "👏", "fire": "🔥", "rocket": "🚀", "100": "💯",
	"ok_hand": "👌", "wave": "👋", "smile": "😄", "slightly_smiling_face": "🙂", "grinning": "😀", "blush": "😊", "wink": "😉", "thinking_face": "🤔",
	"disappointed": "😞", "rage": "😡", "angry": "😠", "star": "⭐", "star2": "🌟", "bulb": "💡", "question": "❓", "grey_question": "❔",
	"exclamation": "❗", "heavy_exclamation_mark": "❗", "checkered_flag": "🏁", "calendar": "📆", "date": "📅", "red_circle": "🔴",
	"large_green_circle": "🟢", "large_yellow_circle": "🟡", "large_blue_circle": "🔵", "white_circle": "⚪", "rotating_light": "🚨",
	"no_entry": "⛔", "no_entry_sign": "🚫", "recycle": "♻️", "gear": "⚙️", "wrench": "🔧", "bug": "🐛", "package": "📦", "truck": "🚚", "bus": "🚌",
	"moneybag": "💰", "bar_chart": "📊", "open_file_folder": "📂", "bust_in_silhouette": "👤", "busts_in_silhouette": "👥", "robot_face": "🤖",
	"sunglasses": "😎", "sweat_smile": "😅", "relieved": "😌", "neutral_face": "😐", "confused": "😕", "heart_eyes": "😍", "muscle": "💪",
	"point_up": "☝️", "point_right": "👉", "point_down": "👇", "v": "✌️", "handshake": "🤝", "raised_hands": "🙌", "writing_hand": "✍️",
}

// nameOf is Slack's name of an emoji that we put on a message.
func nameOf(character string) (string, bool) {
	bare := strings.ReplaceAll(character, "\ufe0f", "")
	best := ""
	for name, c := range shortNames {
		if strings.ReplaceAll(c, "\ufe0f", "") == bare && (best == "" || better(name, best)) {
			best = name
		}
	}
	return best, best != ""
}

// better settles on one of two names of the same emoji.
func better(name, than string) bool {
	if len(name) != len(than) {
		return len(name) < len(than)
	}
	return name < than
}

// characterOf is the emoji of a name, without its tone of skin.
func characterOf(name string) (string, bool) {
	name, _, _ = strings.Cut(name, "::")
	c, known := shortNames[name]
	return c, known
}

// emojiOf is the emoji of a reaction; one that we do not know, and those that a workspace
// made itself, keep their name between colons.
func emojiOf(name string) string {
	if c, known := characterOf(name); known {
		return c
	}
	return ":" + name + ":"
}

// emojiIn is what a message says of its own emoji: in blocks of rich text each one comes
// with its code points, such as "1f44b" or "1f44d-1f3fb".
func emojiIn(blocks []node) map[string]string {
	found := map[string]string{}
	var look func(n node, depth int)
	look = func(n node, depth int) {
		if n.text("type") == "emoji" && n.text("name") != "" {
			if c := fromCodePoints(n.text("unicode")); c != "" {
				name := n.text("name")
				if tone := n.text("skin_tone"); tone != "" {
					name += "::skin-tone-" + tone
				}
				found[name] = c
			}
		}
		if depth > 8 {
			return
		}
		for _, inner := range n.list("elements") {
			look(inner, depth+1)
		}
	}
	for _, b := range blocks {
		look(b, 0)
	}
	return found
}

func fromCodePoints(text string) string {
	var b strings.Builder
	for point := range strings.SplitSeq(text, "-") {
		r, err := strconv.ParseUint(point, 16, 32)
		if err != nil || r > 0x10ffff {
			return ""
		}
		b.WriteRune(rune(r))
	}
	return b.String()
}
