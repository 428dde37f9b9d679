-- What a language model took, in tokens, by day and by who is counted: the desk, an
-- organisation, a conversation. Rows are dropped after some weeks.

-- +goose Up

create table spent (
    day     text   not null,
    account text   not null,
    tokens  bigint not null,
    primary key (day, account)
);
