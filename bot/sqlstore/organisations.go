package sqlstore

import (
	"context"
	"fmt"
	"strings"

	"recado/core/directory"
	"recado/core/message"
)

const orgColumns = `id, version, active, name, name_key, code, org_group, domains, executive, segment, subsegment, size,
	time_zone, products, shares, no_assistant, created_at`

func scanOrg(r row) (directory.Organisation, error) {
	var o directory.Organisation
	var nameKey, domains, products string
	var created int64
	err := r.Scan(&o.ID, &o.Version, &o.Active, &o.Name, &nameKey, &o.Code, &o.Group, &domains, &o.Executive, &o.Segment, &o.Subsegment, &o.Size,
		&o.TimeZone, &products, &o.Shares, &o.NoAssistant, &created)
	if err != nil {
		return o, err
	}
	o.CreatedAt = moment(created)
	if err := unpack(domains, &o.Domains); err != nil {
		return o, err
	}
	return o, unpack(products, &o.Products)
}

func (r *reader) readOrganisation(ctx context.Context, id directory.OrgID) (directory.Organisation, error) {
	return one(ctx, r.c, directory.ErrNotFound, scanOrg, "select "+orgColumns+" from organisation where id = $1", string(id))
}

// OrganisationNamed implements directory.Reader. Case and accents do not matter;
// of several with one name the oldest is meant.
func (r *reader) OrganisationNamed(ctx context.Context, name string) (directory.Organisation, error) {
	return one(ctx, r.c, directory.ErrNotFound, scanOrg, "select "+orgColumns+` from organisation
		where name_key = $1 order by created_at, id limit 1`, nameKey(name))
}

// OrganisationFor implements directory.Reader.
func (r *reader) OrganisationFor(ctx context.Context, domain string) (directory.Organisation, error) {
	return one(ctx, r.c, directory.ErrNotFound, scanOrg, "select "+orgColumns+` from organisation
		where active = 1 and id in (select org from organisation_domain where domain = $1)
		order by created_at, id limit 1`, key(strings.ToLower(domain)))
}

// SaveOrganisation implements directory.Writer.
func (t *tx) SaveOrganisation(ctx context.Context, o *directory.Organisation) error {
	values := []any{
		string(o.ID), o.Version + 1, bit(o.Active), o.Name, nameKey(o.Name), o.Code, string(o.Group), packedList(o.Domains),
		o.Executive, o.Segment, o.Subsegment, o.Size, o.TimeZone, packedList(o.Products), bit(o.Shares), bit(o.NoAssistant), micros(o.CreatedAt),
	}
	if err := t.save(ctx, "organisation", orgColumns, values, o.Version, directory.ErrStale); err != nil {
		return fmt.Errorf("save organisation %s: %w", o.ID, err)
	}
	if _, err := t.c.exec(ctx, "delete from organisation_domain where org = $1", string(o.ID)); err != nil {
		return fmt.Errorf("save organisation %s: %w", o.ID, err)
	}
	var domains [][]any
	for _, d := range o.Domains {
		domains = append(domains, []any{key(strings.ToLower(d)), string(o.ID)})
	}
	if _, err := t.c.many(ctx, "insert into organisation_domain (domain, org) values {rows} on conflict do nothing", plain(2), domains); err != nil {
		return fmt.Errorf("save organisation %s: %w", o.ID, err)
	}
	t.directoryChanged = true
	restoring(t, o)
	o.Version++
	return nil
}

// nameKey is a name as it is looked up.
func nameKey(name string) string { return key(strings.Join(strings.Fields(fold(name)), " ")) }

// SaveGroup implements directory.Writer.
func (t *tx) SaveGroup(ctx context.Context, g directory.Group) error {
	_, err := t.c.exec(ctx, `insert into organisation_group (id, name) values ($1, $2)
		on conflict (id) do update set name = excluded.name`, string(g.ID), g.Name)
	if err != nil {
		return fmt.Errorf("save group %s: %w", g.ID, err)
	}
	return nil
}

func scanChallenge(r row) (directory.Challenge, error) {
	var c directory.Challenge
	var sent, expires int64
	err := r.Scan(&c.At.Channel, &c.At.ID, &c.Asked.Channel, &c.Asked.ID, &c.For, &c.Hash, &sent, &expires, &c.Attempts, &c.Sent)
	c.SentAt, c.Expires = moment(sent), moment(expires)
	return c, err
}

const challengeColumns = "channel, address, asked_channel, asked_address, person, hash, sent_at, expires, attempts, sent"

// Challenge implements directory.Reader.
func (r *reader) Challenge(ctx context.Context, a message.Address) (directory.Challenge, error) {
	return one(ctx, r.c, directory.ErrNotFound, scanChallenge, "select "+challengeColumns+` from challenge
		where channel = $1 and address = $2`, string(a.Channel), key(a.ID))
}

// SaveChallenge implements directory.Writer. One without a hash is empty: it
// removes what was there.
func (t *tx) SaveChallenge(ctx context.Context, c directory.Challenge) (err error) {
	if c.Hash == "" {
		_, err = t.c.exec(ctx, "delete from challenge where channel = $1 and address = $2", string(c.At.Channel), key(c.At.ID))
	} else {
		_, err = t.c.exec(ctx, "insert into challenge ("+challengeColumns+") values ("+places(10)+`)
			on conflict (channel, address) do update set asked_channel = excluded.asked_channel, asked_address = excluded.asked_address,
			person = excluded.person, hash = excluded.hash, sent_at = excluded.sent_at, expires = excluded.expires,
			attempts = excluded.attempts, sent = excluded.sent`,
			string(c.At.Channel), key(c.At.ID), string(c.Asked.Channel), c.Asked.ID, string(c.For), c.Hash,
			micros(c.SentAt), micros(c.Expires), c.Attempts, c.Sent)
	}
	if err != nil {
		return fmt.Errorf("save challenge: %w", err)
	}
	return nil
}
