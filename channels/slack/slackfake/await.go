package slackfake

import (
	"fmt"
	"slices"
	"strings"
)

// Saying accepts a message whose words, as a reader sees them, contain all of these.
func Saying(parts ...string) func(*Message) bool {
	return func(m *Message) bool { return contains(m.Words(), parts) }
}

// Showing accepts a view whose words contain all of these.
func Showing(parts ...string) func(*View) bool {
	return func(v *View) bool { return contains(v.Words(), parts) }
}

func contains(words string, parts []string) bool {
	return !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(words, p) })
}

// Messages are what stands in the channel now, oldest first: roots, and replies that were
// shown to all.
func (c *Channel) Messages() []*Message {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return slices.DeleteFunc(snapshots(c.messages), func(m *Message) bool { return m.ThreadTS != "" && m.ThreadTS != m.TS && !m.Broadcast })
}

// All is everything that stands in the channel now, replies too, oldest first.
func (c *Channel) All() []*Message {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	return snapshots(c.messages)
}

// Await waits for a message of the app's that ok accepts, replies included: the first
// one. It also finds what is there already.
func (c *Channel) Await(ok func(*Message) bool) *Message {
	c.server.t.Helper()
	return c.await("", ok)
}

// AwaitReply waits for a message of the app's in this one's thread that ok accepts.
func (m *Message) AwaitReply(ok func(*Message) bool) *Message {
	m.Channel.server.t.Helper()
	return m.Channel.await(m.root(), ok)
}

func (c *Channel) await(root string, ok func(*Message) bool) (found *Message) {
	s := c.server
	s.t.Helper()
	s.until("message in "+c.name+" as awaited", func() bool {
		for _, m := range c.messages {
			if !m.user.app || root != "" && (m.threadTS != root || m.ts == root) {
				continue
			}
			if shown := m.snapshot(); !shown.Deleted && ok(shown) {
				found = shown
				return true
			}
		}
		return false
	}, func() string { return heard(c.messages) })
	return found
}

func heard(all []*message) string {
	var out strings.Builder
	for _, m := range all {
		fmt.Fprintf(&out, "\n\t%s %s: %q", m.ts, m.user.name, m.snapshot().Words())
	}
	return out.String()
}

// AwaitChange waits until the message stands so that ok accepts it.
func (m *Message) AwaitChange(ok func(*Message) bool) (now *Message) {
	s := m.Channel.server
	s.t.Helper()
	s.until("change of a message as awaited", func() bool {
		now = m.live.snapshot()
		return ok(now)
	}, func() string {
		return fmt.Sprintf("%q, deleted %v, reactions %v", now.Words(), now.Deleted, now.Emojis())
	})
	return now
}

// AwaitDeleted waits until the message is gone.
func (m *Message) AwaitDeleted() {
	m.Channel.server.t.Helper()
	m.AwaitChange(func(now *Message) bool { return now.Deleted })
}

// AwaitReaction waits until the app put an emoji on the message.
func (m *Message) AwaitReaction(emoji string) {
	m.Channel.server.t.Helper()
	m.AwaitChange(func(now *Message) bool { return now.ReactedByApp(emoji) })
}

// AwaitNoReaction waits until the app's emoji is not there, or no more.
func (m *Message) AwaitNoReaction(emoji string) {
	m.Channel.server.t.Helper()
	m.AwaitChange(func(now *Message) bool { return !now.ReactedByApp(emoji) })
}

// ReactedByApp reports whether the app's emoji, itself or by name, is on the message.
func (m *Message) ReactedByApp(emoji string) bool {
	return slices.ContainsFunc(m.Reactions[nameOf(emoji)], func(u *User) bool { return u.app })
}

// Emojis are the names of the emoji on the message, sorted.
func (m *Message) Emojis() []string {
	var names []string
	for name := range m.Reactions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Ephemerals are what the app showed to this user alone, oldest first.
func (u *User) Ephemerals() []*Message {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	return snapshots(u.ephemerals)
}

// AwaitEphemeral waits for something shown to this user alone that ok accepts.
func (u *User) AwaitEphemeral(ok func(*Message) bool) (found *Message) {
	s := u.server
	s.t.Helper()
	s.until("message only to "+u.name+" as awaited", func() bool {
		for _, m := range u.ephemerals {
			if shown := m.snapshot(); ok(shown) {
				found = shown
				return true
			}
		}
		return false
	}, func() string { return heard(u.ephemerals) })
	return found
}

// Modal is the modal in front of the user; nil when none is open.
func (u *User) Modal() *View {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	if len(u.modals) == 0 {
		return nil
	}
	return u.modals[len(u.modals)-1].snapshot()
}

// AwaitModal waits until the modal in front of the user is one that ok accepts.
func (u *User) AwaitModal(ok func(*View) bool) (found *View) {
	s := u.server
	s.t.Helper()
	s.until("modal in front of "+u.name+" as awaited", func() bool {
		if len(u.modals) == 0 {
			return false
		}
		found = u.modals[len(u.modals)-1].snapshot()
		return ok(found)
	}, func() string { return fmt.Sprint(len(u.modals), " open") })
	return found
}

// AwaitNoModal waits until no modal is open.
func (u *User) AwaitNoModal() {
	u.server.t.Helper()
	u.server.until("closing of all modals of "+u.name, func() bool { return len(u.modals) == 0 }, func() string { return fmt.Sprint(len(u.modals), " open") })
}

// Home is the user's App Home; nil when the app never published one.
func (u *User) Home() *View {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	if u.home == nil {
		return nil
	}
	return u.home.snapshot()
}

// AwaitHome waits until App Home is one that ok accepts.
func (u *User) AwaitHome(ok func(*View) bool) (found *View) {
	s := u.server
	s.t.Helper()
	s.until("App Home of "+u.name+" as awaited", func() bool {
		if u.home == nil {
			return false
		}
		found = u.home.snapshot()
		return ok(found)
	}, func() string {
		if u.home == nil {
			return "none"
		}
		return fmt.Sprintf("%q", u.home.Words())
	})
	return found
}
