-- When somebody last looked at a ticket (D2).

-- +goose Up

create table seen (
    person text   not null,
    ticket text   not null references ticket (id) on delete cascade,
    at     bigint not null,
    primary key (person, ticket)
) {{clustered}};
