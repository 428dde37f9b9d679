-- The team's rooms: a thread for each ticket, and words that may be called back.

-- +goose Up

-- Where a ticket's thread is. card is the id of the message that it hangs from, shown a
-- digest of what that says now.
create table room (
    ticket  text   primary key references ticket (id) on delete cascade,
    channel text   not null,
    address text   not null,
    account text   not null,
    card    text   not null,
    shown   text   not null,
    at      bigint not null
) {{clustered}};

-- What is asked of the outbox by more than the upstream's id. message is Outbound.ID,
-- conveys the upstream id of the item whose words it passes on, amends the message that an
-- edit is about. recall is 0 for what cannot be called back, 1 for what can, 2 once its
-- sending has begun. Two more states: 3 is called back, 4 is superseded by a later edit.
alter table outbox add column message text     not null default '';
alter table outbox add column conveys text     not null default '';
alter table outbox add column amends  text     not null default '';
alter table outbox add column recall  smallint not null default 0;

create index outbox_message on outbox (message) where message <> '';
create index outbox_conveys on outbox (conveys, seq) where conveys <> '';
create index outbox_amends on outbox (amends) where state = 0 and amends <> '';
