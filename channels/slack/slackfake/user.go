package slackfake

// User is somebody on Slack, and acts: see people.go.
type User struct {
	server    *Server
	workspace *Workspace // where they belong
	id, name  string
	email     string
	deleted   bool
	admin     bool
	guest     bool
	isBot     bool
	app       bool // our own app's
	workflow  bool
	botID     string // of other bots
	locale    string
	updated   int64

	ephemerals []*message
	modals     []*View
	home       *View
	opened     bool // App Home was opened once
}

// Member is a full member of the workspace.
func (w *Workspace) Member(name, email string) *User {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	return w.add(&User{name: name, email: email})
}

// Admin is a member who administers the workspace.
func (w *Workspace) Admin(name, email string) *User {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	return w.add(&User{name: name, email: email, admin: true})
}

// Guest is somebody from outside who was let into some channels of the workspace.
func (w *Workspace) Guest(name, email string) *User {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	return w.add(&User{name: name, email: email, guest: true})
}

// OtherBot is another app's bot.
func (w *Workspace) OtherBot(name string) *User {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	return w.add(&User{name: name, isBot: true, botID: w.server.id("B")})
}

// Workflow is one that people built in Workflow Builder: what it says has a bot id and no
// app of ours.
func (w *Workspace) Workflow(name string) *User {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	return w.add(&User{name: name, isBot: true, workflow: true, botID: w.server.id("B")})
}

func (w *Workspace) add(u *User) *User {
	u.server, u.workspace, u.id, u.locale, u.updated = w.server, w, w.server.id("U"), "pt-BR", 1700000000
	w.users = append(w.users, u)
	return u
}

// ID is the user's.
func (u *User) ID() string { return u.id }

// Name is the user's full name.
func (u *User) Name() string { return u.name }

// Mention is what makes Slack call the user, in a text.
func (u *User) Mention() string { return "<@" + u.id + ">" }

// Rename changes name and e-mail; the app is told.
func (u *User) Rename(name, email string) {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.name, u.email, u.updated = name, email, u.server.now().Unix()
	u.workspace.tell(object{"type": "user_change", "user": u.object(u.workspace, true), "cache_ts": u.updated, "event_ts": u.server.ts()}, "users:read")
}

// Deactivate ends the user's account; the app is told.
func (u *User) Deactivate() {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.deleted, u.updated = true, u.server.now().Unix()
	u.workspace.tell(object{"type": "user_change", "user": u.object(u.workspace, true), "cache_ts": u.updated, "event_ts": u.server.ts()}, "users:read")
}

// object is the user as a workspace sees them.
func (u *User) object(seenBy *Workspace, withEmail bool) object {
	stranger := u.workspace != seenBy
	profile := object{
		"real_name": u.name, "real_name_normalized": u.name, "display_name": firstWord(u.name), "display_name_normalized": firstWord(u.name),
		"avatar_hash": "g" + u.id, "image_24": "", "image_32": "", "image_48": "", "image_72": "", "image_192": "", "image_512": "",
		"status_text": "", "status_emoji": "", "title": "", "phone": "", "skype": "", "fields": []any{}, "team": u.workspace.id,
	}
	if withEmail && !stranger && u.email != "" {
		profile["email"] = u.email
	}
	if u.isBot {
		profile["bot_id"], profile["api_app_id"], profile["always_active"] = u.bot(), u.appID(), true
	}
	o := object{
		"id": u.id, "team_id": u.workspace.id, "name": handle(u.name), "deleted": u.deleted, "real_name": u.name, "color": "9f69e7",
		"tz": "America/Sao_Paulo", "tz_label": "Brasilia Time", "tz_offset": -10800, "profile": profile, "is_bot": u.isBot, "is_app_user": false,
		"updated": u.updated, "is_email_confirmed": !u.isBot, "who_can_share_contact_card": "EVERYONE",
	}
	if stranger {
		o["is_stranger"] = true
		return o
	}
	o["is_admin"], o["is_owner"], o["is_primary_owner"] = u.admin, false, false
	o["is_restricted"], o["is_ultra_restricted"] = u.guest, false
	if u.workflow {
		o["is_workflow_bot"] = true
	}
	return o
}

// bot is the id that marks what this bot says.
func (u *User) bot() string {
	if u.app {
		return u.workspace.botID
	}
	return u.botID
}

func (u *User) appID() string {
	switch {
	case u.app:
		return u.server.app.id
	case u.workflow:
		return "A00"
	}
	return "A0OTHER01"
}

func firstWord(name string) string {
	for i, r := range name {
		if r == ' ' {
			return name[:i]
		}
	}
	return name
}
