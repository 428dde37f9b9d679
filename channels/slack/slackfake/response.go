package slackfake

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// response is a response_url: it is good for five answers within half an hour.
type response struct {
	act     *Act
	channel *Channel
	about   *message // the message that was acted upon, if any
	until   time.Time
	left    int
}

// responseFields are what may be posted to one.
const responseFields = "text blocks attachments response_type replace_original delete_original thread_ts metadata ts unfurl_links unfurl_media mrkdwn"

// responseURL makes one. The caller holds the lock.
func (s *Server) responseURL(a *Act, c *Channel, about *message) string {
	id := s.id("action")
	s.responses[id] = &response{act: a, channel: c, about: about, until: s.now().Add(30 * time.Minute), left: 5}
	return s.http.URL + "/actions/" + id
}

func (s *Server) serveResponse(w http.ResponseWriter, r *http.Request) {
	if s.interfered(w, r, "response_url") {
		return
	}
	s.pass(r, "response_url", false)
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	s.mu.Lock()
	defer s.mu.Unlock()
	args := object{}
	if err != nil || json.Unmarshal(body, &args) != nil {
		s.strange("response_url: what was posted is no JSON object: %.100s", body)
		reply(w, http.StatusBadRequest, object{"ok": false, "error": "invalid_payload"})
		return
	}
	s.calls = append(s.calls, Call{Method: "response_url", Args: args, At: s.now()})
	s.changed()
	to := s.responses[r.PathValue("id")]
	switch {
	case to == nil:
		s.strange("response_url: an address that was never given")
		http.NotFound(w, r)
		return
	case s.now().After(to.until):
		reply(w, http.StatusNotFound, object{"ok": false, "error": "expired_url"})
		return
	case to.left == 0:
		reply(w, http.StatusNotFound, object{"ok": false, "error": "used_url"})
		return
	}
	to.left--
	if why := to.take(args); why != "" {
		s.strange("response_url: %s", why)
		reply(w, http.StatusBadRequest, object{"ok": false, "error": "invalid_payload"})
		return
	}
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, "ok")
}

// take does what was posted; it says what is wrong with it.
func (r *response) take(args object) string {
	known := strings.Fields(responseFields)
	for name := range args {
		if !slices.Contains(known, name) {
			return "there is no field " + name
		}
	}
	s := r.channel.server
	blocks := list(args["blocks"])
	if faults := checkBlocks("message", blocks); len(faults) > 0 {
		return strings.Join(faults, "; ")
	}
	replace, _ := args["replace_original"].(bool)
	remove, _ := args["delete_original"].(bool)
	switch {
	case (replace || remove) && r.about == nil:
		return "there is no original to replace"
	case remove && r.about.only != nil:
		r.hide()
		return ""
	case remove:
		r.about.remove()
		return ""
	case str(args["text"]) == "" && len(blocks) == 0:
		return "nothing to say"
	case replace && r.about.only != nil:
		r.about.past = append(r.about.past, r.about.text)
		r.about.text, r.about.blocks = str(args["text"]), s.named(blocks)
		s.changed()
		return ""
	case replace:
		r.about.change(func() { r.about.text, r.about.blocks = str(args["text"]), s.named(blocks) })
		return ""
	}
	m := &message{channel: r.channel, user: r.channel.workspace.bot, text: str(args["text"]), blocks: s.named(blocks), threadTS: str(args["thread_ts"])}
	r.act.posts = append(r.act.posts, m)
	if args["response_type"] == "in_channel" {
		m.post()
		return ""
	}
	m.only, m.ts = r.act.user, s.ts()
	r.act.user.ephemerals = append(r.act.user.ephemerals, m)
	s.changed()
	return ""
}

// hide takes an ephemeral message away.
func (r *response) hide() {
	u := r.about.only
	for i, m := range u.ephemerals {
		if m == r.about {
			u.ephemerals = append(u.ephemerals[:i:i], u.ephemerals[i+1:]...)
		}
	}
	r.channel.server.changed()
}

// said shows what came with the acknowledgement of a command. The caller holds the lock.
func (s *Server) said(d *delivery, answer object) {
	to := &response{act: d.act, channel: d.workspace.channel(str(d.payload["channel_id"]))}
	if why := to.take(answer); why != "" {
		s.strange("the answer to a command: %s", why)
	}
}
