package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"recado/core/directory"
	"recado/core/message"
)

// aliasJSON and memberJSON are how a person's row holds them: a form of our own,
// so that renaming a field of the domain does not change what is stored.
type aliasJSON struct {
	Channel    message.Channel  `json:"channel"`
	Address    string           `json:"address"`
	VerifiedAt int64            `json:"verifiedAt,omitempty"`
	VerifiedBy directory.Method `json:"verifiedBy,omitempty"`
	HeardAt    int64            `json:"heardAt,omitempty"`
	DeadAt     int64            `json:"deadAt,omitempty"`

	ComplainedAt int64 `json:"complainedAt,omitempty"`
	StoppedAt    int64 `json:"stoppedAt,omitempty"`
}

type memberJSON struct {
	Org        directory.OrgID `json:"org"`
	Role       directory.Role  `json:"role"`
	ThirdParty bool            `json:"thirdParty,omitempty"`
	Technical  bool            `json:"technical,omitempty"`
	Modules    []string        `json:"modules,omitempty"`
	Statistics bool            `json:"statistics,omitempty"`
	Private    bool            `json:"private,omitempty"`
}

const personColumns = `id, version, active, team, name, language, time_zone, phone, job_title, photo,
	notice_by, aliases, members, tour_at, checked_at, term_at, term_version, created_at`

func scanPerson(r row) (directory.Person, error) {
	var p directory.Person
	var noticeBy, aliases, members string
	var tour, checked, term, created int64
	err := r.Scan(&p.ID, &p.Version, &p.Active, &p.Team, &p.Name, &p.Language, &p.TimeZone, &p.Phone, &p.JobTitle, &p.Photo,
		&noticeBy, &aliases, &members, &tour, &checked, &term, &p.TermVer, &created)
	if err != nil {
		return p, err
	}
	p.TourAt, p.CheckedAt, p.TermAt, p.CreatedAt = moment(tour), moment(checked), moment(term), moment(created)
	if err := unpack(noticeBy, &p.NoticeBy); err != nil {
		return p, err
	}
	return p, unpackPerson(&p, aliases, members)
}

func unpackPerson(p *directory.Person, aliases, members string) error {
	var ms []memberJSON
	if err := unpack(members, &ms); err != nil {
		return err
	}
	var err error
	if p.Aliases, err = unpackAliases(aliases); err != nil {
		return err
	}
	for _, m := range ms {
		p.Members = append(p.Members, directory.Membership(m))
	}
	return nil
}

func unpackAliases(text string) (out []directory.Alias, err error) {
	var as []aliasJSON
	if err := unpack(text, &as); err != nil {
		return nil, err
	}
	for _, a := range as {
		out = append(out, directory.Alias{
			Address: message.Address{Channel: a.Channel, ID: a.Address}, VerifiedBy: a.VerifiedBy,
			VerifiedAt: moment(a.VerifiedAt), HeardAt: moment(a.HeardAt), DeadAt: moment(a.DeadAt), ComplainedAt: moment(a.ComplainedAt),
			StoppedAt: moment(a.StoppedAt),
		})
	}
	return out, nil
}

func packAliases(all []directory.Alias) (string, error) {
	as := make([]aliasJSON, len(all))
	for i, a := range all {
		as[i] = aliasJSON{
			Channel: a.Address.Channel, Address: a.Address.ID, VerifiedBy: a.VerifiedBy,
			VerifiedAt: micros(a.VerifiedAt), HeardAt: micros(a.HeardAt), DeadAt: micros(a.DeadAt), ComplainedAt: micros(a.ComplainedAt),
			StoppedAt: micros(a.StoppedAt),
		}
	}
	return packed(as, len(as))
}

func packPerson(p *directory.Person) (aliases, members string, err error) {
	ms := make([]memberJSON, len(p.Members))
	for i, m := range p.Members {
		ms[i] = memberJSON(m)
	}
	if aliases, err = packAliases(p.Aliases); err != nil {
		return "", "", err
	}
	members, err = packed(ms, len(ms))
	return aliases, members, err
}

func (r *reader) readPerson(ctx context.Context, id directory.PersonID) (directory.Person, error) {
	return one(ctx, r.c, directory.ErrNotFound, scanPerson, "select "+personColumns+" from person where id = $1", string(id))
}

func (r *reader) readPersonAt(ctx context.Context, a message.Address) (directory.Person, error) {
	return one(ctx, r.c, directory.ErrNotFound, scanPerson, "select "+personColumns+` from person
		where id = (select person from alias where channel = $1 and address = $2)`, string(a.Channel), key(a.ID))
}

// Members implements directory.Reader.
func (r *reader) Members(ctx context.Context, org directory.OrgID, roles ...directory.Role) ([]directory.Person, error) {
	people, err := list(ctx, r.c, scanPerson, "select "+personColumns+` from person
		where active = 1 and id in (select person from membership where org = $1)`, string(org))
	if len(roles) > 0 {
		people = slices.DeleteFunc(people, func(p directory.Person) bool { return !p.Is(org, roles...) })
	}
	return byName(people), err
}

// Team implements directory.Reader.
func (r *reader) Team(ctx context.Context) ([]directory.Person, error) {
	people, err := list(ctx, r.c, scanPerson, "select "+personColumns+" from person where team <> '' and active = 1")
	return byName(people), err
}

// byName sorts here, since the databases do not agree on the order of letters.
func byName(people []directory.Person) []directory.Person {
	slices.SortFunc(people, func(a, b directory.Person) int {
		if n := strings.Compare(fold(a.Name), fold(b.Name)); n != 0 {
			return n
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	return people
}

// SavePerson implements directory.Writer.
func (t *tx) SavePerson(ctx context.Context, p *directory.Person) error {
	aliases, members, err := packPerson(p)
	if err != nil {
		return err
	}
	values := []any{
		string(p.ID), p.Version + 1, bit(p.Active), string(p.Team), p.Name, p.Language, p.TimeZone, p.Phone, p.JobTitle, p.Photo,
		packedList(p.NoticeBy), aliases, members,
		micros(p.TourAt), micros(p.CheckedAt), micros(p.TermAt), p.TermVer, micros(p.CreatedAt),
	}
	if err := t.save(ctx, "person", personColumns, values, p.Version, directory.ErrStale); err != nil {
		return fmt.Errorf("save person %s: %w", p.ID, err)
	}
	if err := t.saveLookups(ctx, p); err != nil {
		return fmt.Errorf("save person %s: %w", p.ID, err)
	}
	t.directoryChanged = true
	restoring(t, p)
	p.Version++
	return nil
}

// saveLookups writes what a person is found by.
func (t *tx) saveLookups(ctx context.Context, p *directory.Person) error {
	for _, table := range []string{"alias", "membership"} {
		if _, err := t.c.exec(ctx, "delete from "+table+" where person = $1", string(p.ID)); err != nil {
			return err
		}
	}
	var aliases, members [][]any
	for _, a := range p.Aliases {
		aliases = append(aliases, []any{string(a.Address.Channel), key(a.Address.ID), string(p.ID)})
	}
	for _, m := range p.Members {
		members = append(members, []any{string(p.ID), string(m.Org), string(m.Role)})
	}
	n, err := t.c.many(ctx, "insert into alias (channel, address, person) values {rows} on conflict do nothing", plain(3), aliases)
	if err != nil {
		return err
	}
	if int(n) < len(aliases) {
		return directory.ErrTaken
	}
	_, err = t.c.many(ctx, "insert into membership (person, org, role) values {rows}", plain(3), members)
	return err
}

// save inserts a row when version is 0, else updates that version, or fails with
// stale. The first two of columns are the id and the version.
func (t *tx) save(ctx context.Context, table, columns string, values []any, version int64, stale error) error {
	var text string
	if version == 0 {
		text = "insert into " + table + " (" + columns + ") values (" + places(len(values)) + ") on conflict do nothing"
	} else {
		var set []string
		for i, name := range strings.Split(columns, ",")[1:] {
			set = append(set, fmt.Sprintf("%s = $%d", strings.TrimSpace(name), i+2))
		}
		text = fmt.Sprintf("update %s set %s where id = $1 and version = $%d", table, strings.Join(set, ", "), len(values)+1)
		values = append(values, version)
	}
	n, err := t.c.exec(ctx, text, values...)
	if err == nil && n == 0 {
		err = stale
	}
	return err
}
