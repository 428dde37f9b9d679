package slackfake

import (
	"regexp"
	"strconv"
	"strings"
)

// emoji are those that people type in tests, by the names under which Slack sends them:
// what is typed as 🔒 arrives as :lock:.
var emoji = map[string]string{
	"🔒": "lock", "🔓": "unlock", "👀": "eyes", "✅": "white_check_mark", "🎫": "ticket", "📤": "outbox_tray", "📥": "inbox_tray", "👋": "wave", "👍": "+1",
	"👎": "-1", "🙏": "pray", "🎉": "tada", "❤": "heart", "⚠": "warning", "🚨": "rotating_light", "🔥": "fire", "😀": "grinning", "😊": "blush", "😂": "joy",
	"😉": "wink", "😅": "sweat_smile", "🤔": "thinking_face", "😢": "cry", "😡": "rage", "🚀": "rocket", "⭐": "star", "📌": "pushpin", "📎": "paperclip",
	"📞": "telephone_receiver", "☎": "phone", "💬": "speech_balloon", "📝": "memo", "🔁": "repeat", "🔗": "link", "⏰": "alarm_clock", "⏳": "hourglass_flowing_sand",
	"❌": "x", "❓": "question", "❗": "exclamation", "➕": "heavy_plus_sign", "🟢": "large_green_circle", "🟡": "large_yellow_circle", "🔴": "red_circle",
	"🤖": "robot_face", "📷": "camera", "🧾": "receipt", "💡": "bulb", "🛠": "hammer_and_wrench", "👌": "ok_hand", "👏": "clap", "💯": "100", "✉": "email",
}

var skins = strings.NewReplacer("🏻", ":skin-tone-2:", "🏼", ":skin-tone-3:", "🏽", ":skin-tone-4:", "🏾", ":skin-tone-5:", "🏿", ":skin-tone-6:", "\ufe0f", "")

// withNames writes the emoji in a text by their names. One that is not known here stays as it
// is, as with Slack when it is too new.
func withNames(text string) string {
	pairs := []string{}
	for sign, name := range emoji {
		pairs = append(pairs, sign, ":"+name+":")
	}
	return strings.NewReplacer(pairs...).Replace(skins.Replace(text))
}

var emojiNames = regexp.MustCompile(`:([a-z0-9_+'-]+):`)

// textParts are a plain text as rich_text has it: words and emoji.
func textParts(text string) []any {
	var parts []any
	rest := text
	for rest != "" {
		at := emojiNames.FindStringSubmatchIndex(rest)
		if at == nil {
			return append(parts, object{"type": "text", "text": rest})
		}
		if at[0] > 0 {
			parts = append(parts, object{"type": "text", "text": rest[:at[0]]})
		}
		parts = append(parts, emojiPart(rest[at[2]:at[3]]))
		rest = rest[at[1]:]
	}
	return parts
}

func emojiPart(name string) object {
	for sign, known := range emoji {
		if known == name {
			return object{"type": "emoji", "name": name, "unicode": strconv.FormatInt(int64([]rune(sign)[0]), 16)}
		}
	}
	return object{"type": "emoji", "name": name}
}

// nameOf is an emoji's name, given that or itself.
func nameOf(emoji string) string {
	return strings.Trim(withNames(emoji), ":")
}
