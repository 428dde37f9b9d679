-- +goose Up
-- What was closed and rated since a moment (H6).
create index ticket_closed on ticket (closed_at) where closed_at > 0;
create index survey_answered on survey (answered_at) where answered_at > 0;

-- +goose Down
drop index survey_answered;
drop index ticket_closed;
