package slackfake

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// File is one that was shared, or is on its way.
type File struct {
	workspace *Workspace
	id        string
	user      *User
	Name      string
	Title     string
	MediaType string
	Content   []byte
	AltText   string

	length   int
	uploaded bool
	complete bool
	deleted  bool
	shares   []*message
	later    func() // shares it, once files.info was asked
}

// ID is the file's.
func (f *File) ID() string { return f.id }

// Digest is the SHA-256 of its bytes, in hex.
func (f *File) Digest() string {
	sum := sha256.Sum256(f.Content)
	return hex.EncodeToString(sum[:])
}

// shared notes where a message's files are seen, and tells the app. The caller holds the
// lock.
func (m *message) shared() {
	for _, f := range m.files {
		f.shares = append(f.shares, m)
		f.complete = true
		m.channel.workspace.tell(object{
			"type": "file_shared", "file_id": f.id, "user_id": m.user.id, "file": object{"id": f.id}, "channel_id": m.channel.id, "event_ts": m.channel.server.ts(),
		}, "files:read")
	}
}

// DeletesFile takes a file away from where it is shared; the app is told.
func (u *User) DeletesFile(f *File) {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	f.remove()
}

func (f *File) url() string {
	return f.workspace.server.http.URL + "/files-pri/" + f.workspace.id + "-" + f.id + "/" + url.PathEscape(f.Name)
}

func (f *File) object() object {
	if f.deleted {
		return object{"id": f.id, "mode": "tombstone"}
	}
	kind := strings.TrimPrefix(path.Ext(f.Name), ".")
	o := object{
		"id": f.id, "created": 1700000000, "timestamp": 1700000000, "name": f.Name, "title": cmp.Or(f.Title, f.Name), "mimetype": f.MediaType,
		"filetype": kind, "pretty_type": strings.ToUpper(kind), "user": f.user.id, "user_team": f.user.workspace.id, "editable": false,
		"size": len(f.Content), "mode": "hosted",
		"is_external": false, "external_type": "", "is_public": true, "public_url_shared": false, "display_as_bot": false, "username": "",
		"url_private": f.url(), "url_private_download": f.url(), "permalink": "https://" + f.workspace.domain + ".slack.com/files/" + f.user.id + "/" + f.id,
		"has_rich_preview": false, "file_access": "visible",
	}
	public, private := object{}, object{}
	for _, m := range f.shares {
		into := public
		if m.channel.private {
			into = private
		}
		one := object{
			"ts": m.ts, "channel_name": m.channel.name, "team_id": f.workspace.id, "reply_users": []string{}, "reply_users_count": 0, "reply_count": 0,
			"share_user_id": m.user.id,
		}
		if m.threadTS != "" && m.threadTS != m.ts {
			one["thread_ts"] = m.threadTS
		}
		into[m.channel.id] = append(list(into[m.channel.id]), one)
	}
	o["shares"] = object{"public": public, "private": private}
	return o
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func (c *call) filesInfo() object {
	f := c.workspace.file(c.text("file"))
	switch {
	case f == nil:
		return c.no("file_not_found")
	case f.deleted:
		return c.no("file_deleted")
	}
	o := f.object()
	if f.later != nil {
		f.later() // it is seen the next time
		f.later = nil
	}
	return object{"file": o, "comments": []any{}, "response_metadata": object{"next_cursor": ""}}
}

// filesDelete takes one of the app's files away, and the message that brought it when
// there is nothing else in it.
func (c *call) filesDelete() object {
	f := c.workspace.file(c.text("file"))
	switch {
	case f == nil:
		return c.no("file_not_found")
	case f.deleted:
		return c.no("file_deleted")
	case f.user != c.bot:
		return c.wrong("cant_delete_file", "it is %s's", f.user.name)
	}
	f.remove()
	return object{}
}

// remove takes a file away and tells the app. The caller holds the lock.
func (f *File) remove() {
	f.deleted, f.Content = true, nil
	s := f.workspace.server
	for _, m := range f.shares {
		left := slices.ContainsFunc(m.files, func(other *File) bool { return !other.deleted })
		if m.text == "" && !left && m.channel.message(m.ts) == m {
			m.remove()
		}
	}
	s.changed()
	f.workspace.tell(object{"type": "file_deleted", "file_id": f.id, "event_ts": s.ts()}, "files:read")
}

// filesUploadURL is files.getUploadURLExternal, the first of three steps.
func (c *call) filesUploadURL() object {
	s := c.server
	n := 0
	if _, err := fmt.Sscan(c.text("length"), &n); err != nil || n <= 0 {
		return c.wrong("invalid_arguments", "length is %q", c.text("length"))
	}
	kind := mime.TypeByExtension(path.Ext(c.text("filename")))
	kind, _, _ = strings.Cut(kind, ";")
	f := &File{
		workspace: c.workspace, id: s.id("F"), user: c.bot, Name: c.text("filename"), MediaType: cmp.Or(kind, "application/octet-stream"),
		AltText: c.text("alt_txt"), length: n,
	}
	c.workspace.files = append(c.workspace.files, f)
	ticket := s.id("upload")
	s.uploads[ticket] = f
	return object{"upload_url": s.http.URL + "/upload/v1/" + ticket, "file_id": f.id}
}

// serveUpload takes the bytes of a file: raw, or as the only file of a form.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	if s.interfered(w, r, "upload") {
		return
	}
	content, err := uploaded(r)
	if err != nil {
		http.Error(w, "error", http.StatusBadRequest)
		return
	}
	s.pass(r, "upload", false)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.uploads[r.PathValue("ticket")]
	if f == nil {
		s.strange("an upload to an address that was never given")
		http.NotFound(w, r)
		return
	}
	s.calls = append(s.calls, Call{Method: "upload", Args: object{"file": f.id, "size": len(content)}, At: s.now()})
	if len(content) != f.length {
		s.strange("an upload of %d bytes, of which %d were announced", len(content), f.length)
		http.Error(w, "error", http.StatusBadRequest)
		return
	}
	f.Content, f.uploaded = content, true
	s.changed()
	_, _ = io.WriteString(w, "OK - "+strconv.Itoa(len(content)))
}

func uploaded(r *http.Request) ([]byte, error) {
	form, err := r.MultipartReader()
	if err != nil {
		return io.ReadAll(r.Body)
	}
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return io.ReadAll(part)
		}
	}
}

// interfered does what a fault wants of something that is no API call.
func (s *Server) interfered(w http.ResponseWriter, r *http.Request, name string) bool {
	s.mu.Lock()
	fault, broken := s.faults.take(name)
	s.mu.Unlock()
	if broken {
		(&call{server: s, method: name, header: w.Header()}).fail(w, r, fault)
	}
	return broken
}

// filesComplete is files.completeUploadExternal, the last of three steps.
func (c *call) filesComplete() object {
	var asked []struct{ ID, Title string }
	if !c.value("files", &asked) || len(asked) == 0 {
		return c.wrong("invalid_arguments", "files are no list of ids")
	}
	var files []*File
	summary := []any{}
	for _, one := range asked {
		f := c.workspace.file(one.ID)
		switch {
		case f == nil || !f.uploaded:
			return c.no("file_not_found")
		case f.complete:
			return c.no("file_update_failed")
		}
		f.Title = cmp.Or(one.Title, f.Name)
		files = append(files, f)
		summary = append(summary, object{"id": f.id, "title": f.Title})
	}
	if c.text("channel_id") == "" && c.text("channels") == "" {
		return object{"files": summary} // private until a message names them
	}
	m, no := c.fileMessage(files)
	if no != nil {
		return no
	}
	share := func() {
		m.post()
		m.shared()
	}
	for _, f := range files {
		f.complete = true
	}
	if c.server.faults.shares > 0 {
		c.server.faults.shares--
		files[0].later = share
	} else {
		share()
	}
	return object{"files": summary}
}

func (c *call) fileMessage(files []*File) (*message, object) {
	name := "channel_id"
	if c.text(name) == "" {
		name = "channels"
	}
	ch, no := c.place(name)
	if no != nil {
		return nil, no
	}
	m := &message{channel: ch, user: c.bot, files: files, text: c.text("initial_comment")}
	var blocks []any
	if !c.value("blocks", &blocks) {
		return nil, c.wrong("invalid_blocks", "blocks are no JSON list")
	}
	if m.text != "" && len(blocks) > 0 {
		return nil, c.wrong("invalid_arguments", "initial_comment and blocks exclude each other")
	}
	if faults := checkBlocks("message", blocks); len(faults) > 0 {
		return nil, c.badBlocks("invalid_blocks", faults)
	}
	m.blocks = c.server.named(blocks)
	return m, c.under(m)
}

// serveDownload hands out a file to who has the scope; others are led to the sign-in
// page, with status 200 in the end.
func (s *Server) serveDownload(w http.ResponseWriter, r *http.Request) {
	if s.interfered(w, r, "download") {
		return
	}
	s.pass(r, "download", false)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, Call{Method: "download", Args: object{"path": r.URL.Path}, At: s.now()})
	s.changed()
	t := s.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]
	if t == nil || t.state != "" || !slices.Contains(t.scopes, "files:read") {
		http.Redirect(w, r, "/signin?redir="+url.QueryEscape(r.URL.Path), http.StatusFound)
		return
	}
	_, id, _ := strings.Cut(r.PathValue("id"), "-")
	f := t.workspace.file(id)
	if f == nil || f.deleted {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.MediaType)
	_, _ = w.Write(f.Content)
}

func (s *Server) serveSignIn(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!DOCTYPE html><html><title>Slack</title><body>Sign in to your workspace</body></html>")
}
