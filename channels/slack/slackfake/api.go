package slackfake

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is one call of the Web API.
type call struct {
	server    *Server
	method    string
	spec      method
	args      object // text, or what JSON made of it
	token     string
	asJSON    bool
	workspace *Workspace // of the token
	bot       *User
	scopes    []string
	header    http.Header // of the answer
}

// Call is a call as it was recorded.
type Call struct {
	Method string
	Args   map[string]any // without the token
	Error  string         // Slack's code; "" when it succeeded
	At     time.Time
}

// method is what one method takes. Its arguments besides the token are named; those with
// a star are required.
type method struct {
	do     func(*call) object
	args   string
	scope  string // needed; alternatives are parted by |; "" is none
	tier   int    // calls a minute; 0 is no limit
	asJSON bool   // it takes JSON bodies
	token  string // kind of token: "" is a bot's, "app", or "none"
}

// methods are those that this Slack knows. See https://docs.slack.dev/reference/methods.
func methods() map[string]method {
	return map[string]method{
		"auth.test":             {do: (*call).authTest, tier: 600},
		"apps.connections.open": {do: (*call).connectionsOpen, tier: 10, asJSON: true, token: "app"},
		"oauth.v2.access":       {do: (*call).oauthAccess, args: "client_id client_secret code grant_type redirect_uri refresh_token code_verifier", tier: 600, token: "none"},
		"team.info":             {do: (*call).teamInfo, args: "team domain", scope: "team:read", tier: 50},
		"bots.info":             {do: (*call).botsInfo, args: "bot team_id", scope: "users:read", tier: 50},

		"chat.postMessage":   {do: (*call).chatPost, args: postArgs + " reply_broadcast metadata file_ids", scope: "chat:write", asJSON: true},
		"chat.postEphemeral": {do: (*call).chatEphemeral, args: postArgs + " user*", scope: "chat:write", tier: 100, asJSON: true},
		"chat.update": {
			do: (*call).chatUpdate, scope: "chat:write", tier: 50, asJSON: true,
			args: "channel* ts* text blocks attachments as_user file_ids link_names metadata parse reply_broadcast markdown_text",
		},
		"chat.delete":       {do: (*call).chatDelete, args: "channel* ts* as_user", scope: "chat:write", tier: 50, asJSON: true},
		"chat.getPermalink": {do: (*call).chatPermalink, args: "channel* message_ts*", tier: 600},
		"chat.unfurl":       {do: (*call).chatUnfurl, args: "channel ts unfurls source unfurl_id user_auth_blocks user_auth_message user_auth_required user_auth_url metadata", tier: 50, asJSON: true},

		"conversations.list":    {do: (*call).conversationsList, args: "cursor exclude_archived limit team_id types", scope: "channels:read|groups:read|im:read", tier: 20},
		"conversations.info":    {do: (*call).conversationsInfo, args: "channel* include_locale include_num_members", scope: "channels:read|groups:read|im:read", tier: 50},
		"conversations.members": {do: (*call).conversationsMembers, args: "channel* cursor limit", scope: "channels:read|groups:read|im:read", tier: 100},
		"conversations.history": {
			do: (*call).conversationsHistory, args: "channel* cursor include_all_metadata inclusive latest limit oldest",
			scope: "channels:history|groups:history|im:history", tier: 50,
		},
		"conversations.replies": {
			do: (*call).conversationsReplies, args: "channel* ts* cursor include_all_metadata inclusive latest limit oldest",
			scope: "channels:history|groups:history|im:history", tier: 50,
		},
		"conversations.open": {do: (*call).conversationsOpen, args: "channel prevent_creation return_im users", scope: "im:write|mpim:write", tier: 50, asJSON: true},
		"conversations.join": {do: (*call).conversationsJoin, args: "channel*", scope: "channels:join", tier: 50, asJSON: true},

		"users.info":            {do: (*call).usersInfo, args: "user* include_locale", scope: "users:read", tier: 100},
		"users.list":            {do: (*call).usersList, args: "cursor include_locale limit team_id", scope: "users:read", tier: 20},
		"users.lookupByEmail":   {do: (*call).usersLookup, args: "email*", scope: "users:read.email", tier: 50},
		"users.conversations":   {do: (*call).usersConversations, args: "cursor exclude_archived limit team_id types user", scope: "channels:read|groups:read|im:read", tier: 50},
		"usergroups.list":       {do: (*call).usergroupsList, args: "include_count include_disabled include_users team_id", scope: "usergroups:read", tier: 20},
		"usergroups.users.list": {do: (*call).usergroupsUsers, args: "usergroup* include_disabled team_id", scope: "usergroups:read", tier: 20},

		"reactions.add":    {do: (*call).reactionsAdd, args: "channel* name* timestamp*", scope: "reactions:write", tier: 50, asJSON: true},
		"reactions.remove": {do: (*call).reactionsRemove, args: "name* channel timestamp file file_comment", scope: "reactions:write", tier: 20, asJSON: true},
		"reactions.get":    {do: (*call).reactionsGet, args: "channel timestamp file file_comment full", scope: "reactions:read", tier: 50},

		"files.info":                   {do: (*call).filesInfo, args: "file* count cursor limit page", scope: "files:read", tier: 100},
		"files.getUploadURLExternal":   {do: (*call).filesUploadURL, args: "filename* length* alt_txt snippet_type", scope: "files:write", tier: 100},
		"files.completeUploadExternal": {do: (*call).filesComplete, args: "files* blocks channel_id channels initial_comment thread_ts", scope: "files:write", tier: 100, asJSON: true},

		"views.open":    {do: (*call).viewsOpen, args: "view* trigger_id interactivity_pointer", tier: 100, asJSON: true},
		"views.push":    {do: (*call).viewsPush, args: "view* trigger_id interactivity_pointer", tier: 100, asJSON: true},
		"views.update":  {do: (*call).viewsUpdate, args: "view* external_id hash view_id", tier: 100, asJSON: true},
		"views.publish": {do: (*call).viewsPublish, args: "user_id* view* hash", tier: 100, asJSON: true},
	}
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	c := &call{server: s, method: r.PathValue("method"), header: w.Header()}
	problem := c.read(r)
	s.mu.Lock()
	fault, broken := s.faults.take(c.method)
	s.mu.Unlock()
	if broken && !fault.after {
		c.fail(w, r, fault)
		return
	}
	s.pass(c.method, false)
	s.mu.Lock()
	answer, status := c.answer(problem)
	args := maps.Clone(c.args)
	delete(args, "token")
	s.calls = append(s.calls, Call{Method: c.method, Args: args, Error: str(answer["error"]), At: s.now()})
	s.changed()
	s.mu.Unlock()
	s.pass(c.method, true)
	if broken {
		c.fail(w, r, fault)
		return
	}
	reply(w, status, answer)
}

func reply(w http.ResponseWriter, status int, answer object) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// fail answers as a fault wants it.
func (c *call) fail(w http.ResponseWriter, r *http.Request, f Fault) {
	switch {
	case f.hang:
		select {
		case <-r.Context().Done():
		case <-c.server.faults.ended:
		}
		panic(http.ErrAbortHandler)
	case f.cut:
		panic(http.ErrAbortHandler)
	case f.code != "":
		reply(w, http.StatusOK, object{"ok": false, "error": f.code})
	case f.status == http.StatusTooManyRequests:
		c.server.mu.Lock()
		c.server.rates.limited(c, time.Duration(f.retryAfter)*time.Second)
		c.server.mu.Unlock()
		w.Header().Set("Retry-After", strconv.Itoa(f.retryAfter))
		reply(w, f.status, object{"ok": false, "error": "ratelimited"})
	default:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.status)
		_, _ = io.WriteString(w, "<html><body>Slack is having trouble</body></html>")
	}
}

// read takes the arguments out of a request; it says what is wrong with it.
func (c *call) read(r *http.Request) (problem string) {
	c.args = object{}
	for key, values := range r.URL.Query() {
		c.args[key] = values[0]
	}
	c.token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	body, readErr := io.ReadAll(io.LimitReader(r.Body, 10<<20))
	switch {
	case readErr != nil:
		return "request_timeout"
	case kind == "application/json":
		c.asJSON = true
		if len(body) > 0 && json.Unmarshal(body, &c.args) != nil {
			return "invalid_json"
		}
	case kind == "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return "invalid_form_data"
		}
		for key, v := range values {
			c.args[key] = v[0]
		}
	case len(body) > 0 && (err != nil || kind != ""):
		return "invalid_post_type"
	}
	if t, ok := c.args["token"].(string); ok && !c.asJSON && c.token == "" {
		c.token = t
	}
	return ""
}

// answer does the call. The caller holds the lock.
func (c *call) answer(problem string) (object, int) {
	s := c.server
	known := false
	if c.spec, known = methods()[c.method]; !known {
		return c.wrong("unknown_method", "there is no method %s", c.method), http.StatusOK
	}
	if problem != "" {
		return c.wrong(problem, "its body cannot be read"), http.StatusOK
	}
	if c.asJSON && !c.spec.asJSON {
		return c.wrong("invalid_post_type", "it takes no JSON"), http.StatusOK
	}
	if no := c.authorize(); no != nil {
		return no, http.StatusOK
	}
	if wait := s.rates.wait(c); wait > 0 {
		c.header.Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
		return object{"ok": false, "error": "ratelimited"}, http.StatusTooManyRequests
	}
	if no := c.checkArgs(); no != nil {
		return no, http.StatusOK
	}
	out := c.spec.do(c)
	if out["ok"] == nil {
		out["ok"] = true
	}
	return out, http.StatusOK
}

// checkArgs finds arguments that the method does not have or misses.
func (c *call) checkArgs() object {
	names := strings.Fields(c.spec.args)
	for _, name := range names {
		if bare, required := strings.CutSuffix(name, "*"); required && empty(c.args[bare]) {
			return c.wrong("invalid_arguments", "the argument %s is missing", bare)
		}
	}
	for name := range c.args {
		if name != "token" && !slices.Contains(names, name) && !slices.Contains(names, name+"*") {
			c.server.strange("%s: there is no argument %s", c.method, name)
		}
	}
	return nil
}

func empty(v any) bool { return v == nil || v == "" }

// no refuses in a way that a right client may meet.
func (c *call) no(code string) object { return object{"ok": false, "error": code} }

// wrong refuses what a right client never asks for.
func (c *call) wrong(code, format string, args ...any) object {
	c.server.strange("%s: %s: %s", c.method, code, fmt.Sprintf(format, args...))
	return c.no(code)
}

// text is an argument as text.
func (c *call) text(name string) string {
	switch v := c.args[name].(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

func (c *call) flag(name string) bool { return c.text(name) == "true" || c.text(name) == "1" }

// value is an argument that is JSON: forms have it as text.
func (c *call) value(name string, into any) bool {
	v, given := c.args[name]
	if !given {
		return true
	}
	if text, ok := v.(string); ok {
		return json.Unmarshal([]byte(text), into) == nil
	}
	data, err := json.Marshal(v)
	return err == nil && json.Unmarshal(data, into) == nil
}

// Calls are the calls of a method so far; "" is all.
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.calls), func(c Call) bool { return method != "" && c.Method != method })
}

// AwaitCalls waits until a method was called n times, successful or not.
func (s *Server) AwaitCalls(method string, n int) {
	s.t.Helper()
	count := func() int {
		made := 0
		for _, c := range s.calls {
			if c.Method == method {
				made++
			}
		}
		return made
	}
	s.until(fmt.Sprintf("%d calls of %s", n, method), func() bool { return count() >= n }, func() string { return fmt.Sprint(count(), " of them") })
}

// page cuts a list by cursor and limit.
func page[T any](c *call, all []T, most int) ([]T, object) {
	from := 0
	if cursor := c.text("cursor"); cursor != "" {
		n, err := strconv.Atoi(strings.TrimPrefix(cursor, "after:"))
		if err != nil || n > len(all) {
			return nil, nil
		}
		from = n
	}
	limit := most
	if n, err := strconv.Atoi(c.text("limit")); err == nil && n > 0 {
		limit = min(n, most)
	}
	to := min(len(all), from+limit)
	next := ""
	if to < len(all) {
		next = "after:" + strconv.Itoa(to)
	}
	return all[from:to], object{"next_cursor": next}
}
