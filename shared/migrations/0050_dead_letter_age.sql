-- The purge of dead letters deletes the oldest, whatever became of them, a thousand at a time.
-- migrate:up
CREATE INDEX dead_letter_age ON usher.dead_letter (created_at);
