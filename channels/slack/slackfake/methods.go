package slackfake

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

// Scopes of which one will do; which one it is goes by the kind of channel.
const (
	anyRead    = "channels:read|groups:read|im:read|mpim:read"
	anyHistory = "channels:history|groups:history|im:history|mpim:history"
)

// methods are those that this Slack knows. See https://docs.slack.dev/reference/methods.
func methods() map[string]method {
	return map[string]method{
		"auth.test":             {do: (*call).authTest, tier: 600},
		"apps.connections.open": {do: (*call).connectionsOpen, tier: 10, asJSON: true, token: "app"},
		"oauth.v2.access": {
			do: (*call).oauthAccess, args: "client_id client_secret code grant_type redirect_uri refresh_token code_verifier", tier: 600, token: "none",
		},
		"team.info": {do: (*call).teamInfo, args: "team domain", scope: "team:read", tier: 50},
		"bots.info": {do: (*call).botsInfo, args: "bot team_id", scope: "users:read", tier: 50},

		"chat.postMessage":   {do: (*call).chatPost, args: postArgs + " reply_broadcast metadata file_ids", scope: "chat:write", asJSON: true},
		"chat.postEphemeral": {do: (*call).chatEphemeral, args: postArgs + " user*", scope: "chat:write", tier: 100, asJSON: true},
		"chat.update": {
			do: (*call).chatUpdate, scope: "chat:write", tier: 50, asJSON: true,
			args: "channel* ts* text blocks attachments as_user file_ids link_names metadata parse reply_broadcast markdown_text",
		},
		"chat.delete":       {do: (*call).chatDelete, args: "channel* ts* as_user", scope: "chat:write", tier: 50, asJSON: true},
		"chat.getPermalink": {do: (*call).chatPermalink, args: "channel* message_ts*", tier: 600},
		"chat.unfurl": {
			do: (*call).chatUnfurl, tier: 50, asJSON: true,
			args: "channel ts unfurls source unfurl_id user_auth_blocks user_auth_message user_auth_required user_auth_url metadata",
		},

		"conversations.list":    {do: (*call).conversationsList, args: "cursor exclude_archived limit team_id types", scope: anyRead, tier: 20},
		"conversations.info":    {do: (*call).conversationsInfo, args: "channel* include_locale include_num_members", scope: anyRead, tier: 50},
		"conversations.members": {do: (*call).conversationsMembers, args: "channel* cursor limit", scope: anyRead, tier: 100},
		"conversations.history": {
			do: (*call).conversationsHistory, args: "channel* cursor include_all_metadata inclusive latest limit oldest",
			scope: anyHistory, tier: 50,
		},
		"conversations.replies": {
			do: (*call).conversationsReplies, args: "channel* ts* cursor include_all_metadata inclusive latest limit oldest",
			scope: anyHistory, tier: 50,
		},
		"conversations.open": {
			do: (*call).conversationsOpen, args: "channel prevent_creation return_im users", scope: "im:write|mpim:write", tier: 50, asJSON: true,
		},
		"conversations.join": {do: (*call).conversationsJoin, args: "channel*", scope: "channels:join", tier: 50, asJSON: true},

		"users.info":            {do: (*call).usersInfo, args: "user* include_locale", scope: "users:read", tier: 100},
		"users.list":            {do: (*call).usersList, args: "cursor include_locale limit team_id", scope: "users:read", tier: 20},
		"users.lookupByEmail":   {do: (*call).usersLookup, args: "email*", scope: "users:read.email", tier: 50},
		"users.conversations":   {do: (*call).usersConversations, args: "cursor exclude_archived limit team_id types user", scope: anyRead, tier: 50},
		"usergroups.list":       {do: (*call).usergroupsList, args: "include_count include_disabled include_users team_id", scope: "usergroups:read", tier: 20},
		"usergroups.users.list": {do: (*call).usergroupsUsers, args: "usergroup* include_disabled team_id", scope: "usergroups:read", tier: 20},

		"reactions.add":    {do: (*call).reactionsAdd, args: "channel* name* timestamp*", scope: "reactions:write", tier: 50, asJSON: true},
		"reactions.remove": {do: (*call).reactionsRemove, args: "name* channel timestamp file file_comment", scope: "reactions:write", tier: 20, asJSON: true},
		"reactions.get":    {do: (*call).reactionsGet, args: "channel timestamp file file_comment full", scope: "reactions:read", tier: 50},

		"files.info":                 {do: (*call).filesInfo, args: "file* count cursor limit page", scope: "files:read", tier: 100},
		"files.delete":               {do: (*call).filesDelete, args: "file*", scope: "files:write", tier: 50, asJSON: true},
		"files.getUploadURLExternal": {do: (*call).filesUploadURL, args: "filename* length* alt_txt snippet_type", scope: "files:write", tier: 100},
		"files.completeUploadExternal": {
			do: (*call).filesComplete, args: "files* blocks channel_id channels initial_comment thread_ts", scope: "files:write", tier: 100, asJSON: true,
		},

		"views.open":    {do: (*call).viewsOpen, args: "view* trigger_id interactivity_pointer", tier: 100, asJSON: true},
		"views.push":    {do: (*call).viewsPush, args: "view* trigger_id interactivity_pointer", tier: 100, asJSON: true},
		"views.update":  {do: (*call).viewsUpdate, args: "view* external_id hash view_id", tier: 100, asJSON: true},
		"views.publish": {do: (*call).viewsPublish, args: "user_id* view* hash", tier: 100, asJSON: true},
	}
}
