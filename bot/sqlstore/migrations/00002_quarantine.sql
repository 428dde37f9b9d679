-- Held items have a name, and an end that is remembered until they expire.

-- +goose Up

-- id is dialogue.HeldID. person is whose proved address the item claims, '' when it was
-- nobody's; state is '' while it waits, else released or discarded.
alter table held add column id        text   not null default '';
alter table held add column person    text   not null default '';
alter table held add column told_at   bigint not null default 0;
alter table held add column state     text   not null default '';
alter table held add column by_person text   not null default '';
alter table held add column ended_at  bigint not null default 0;

-- What was held before: the team has heard of it, and it is nobody's return.
update held set id = 'Q-' || cast(seq as text), told_at = at,
    person = coalesce((select alias.person from alias where alias.channel = held.channel and alias.address = held.address), '');

create unique index held_id on held (id);
create index held_waiting on held (channel, seq) where state = '';
create index held_untold on held (seq) where state = '' and told_at = 0;
create index held_told on held (told_at) where told_at > 0;
create index held_nobody on held (channel, address) where state = '' and person = '';
