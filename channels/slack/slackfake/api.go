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
	s.pass(r, c.method, false)
	s.mu.Lock()
	answer, status := c.answer(problem)
	said := encode(answer) // under the lock: it holds what others may write to
	args := maps.Clone(c.args)
	delete(args, "token")
	s.calls = append(s.calls, Call{Method: c.method, Args: args, Error: str(answer["error"]), At: s.now()})
	s.changed()
	s.mu.Unlock()
	s.pass(r, c.method, true)
	if broken {
		c.fail(w, r, fault)
		return
	}
	write(w, status, said)
}

// reply answers with what nobody else holds, or under the lock.
func reply(w http.ResponseWriter, status int, answer object) { write(w, status, encode(answer)) }

func encode(answer object) []byte {
	data, err := json.Marshal(answer)
	if err != nil {
		panic(err) // all of it came from JSON, or was made here
	}
	return data
}

func write(w http.ResponseWriter, status int, answer []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(answer)
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
	spec, known := methods()[c.method]
	c.spec = spec
	if !known {
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
