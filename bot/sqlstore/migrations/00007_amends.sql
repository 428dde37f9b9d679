-- What people correct or take back is changed where it was passed on.

-- +goose Up

-- All that was posted in the place of one message: see message.Outbound.Family.
alter table outbox add column family text not null default '';
create index outbox_family on outbox (family, seq) where family <> '';

-- Which messages pass on the words of an item, by its upstream id.
create table conveyed (
    upstream text not null,
    family   text not null,
    primary key (upstream, family)
) {{clustered}};
