-- What nobody waits for may be overtaken by answers, and what became of a message is kept.

-- +goose Up

alter table outbox add column proactive smallint not null default 0;

-- What an upstream told of a message at one recipient; 0 is: not yet.
create table delivery (
    upstream_id  text   not null,
    channel      text   not null,
    address      text   not null,
    delivered_at bigint not null,
    read_at      bigint not null,
    primary key (upstream_id, channel, address)
);

create index outbox_number on outbox (number, seq) where channel = 'whatsapp' and number <> '';
