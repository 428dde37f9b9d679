-- +goose Up
-- Since when a customer waits for an answer, and when the team is told so.
alter table ticket add column waits_since bigint not null default 0;
alter table ticket add column nudge_at bigint not null default 0;
create index ticket_nudge on ticket (nudge_at) where nudge_at > 0;

-- +goose Down
drop index ticket_nudge;
alter table ticket drop column nudge_at;
alter table ticket drop column waits_since;
