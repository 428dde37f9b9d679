-- Contacts that turned out to be one person, and what is needed to take that back.

-- +goose Up

-- aliases, tickets, copies and surveys are JSON: what moved. undone_at is 0 while it holds.
create table merge (
    id        text   not null primary key,
    kept      text   not null,
    gone      text   not null,
    at        bigint not null,
    by_person text   not null,
    undone_at bigint not null,
    aliases   text   not null,
    tickets   text   not null,
    copies    text   not null,
    surveys   text   not null
);
create index merge_at on merge (at);
