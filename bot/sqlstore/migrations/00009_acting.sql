-- A ticket that was merged names the one that goes on in its place.

-- +goose Up

alter table ticket add column merged_into text not null default '';
