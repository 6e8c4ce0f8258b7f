-- Refused inputs of every service. The payload stands only here (never in an event or a log), cut at 1 MiB;
-- payload_sha256 and payload_bytes are those of the whole payload. The id derives from the origin, so that every
-- writer inserts ON CONFLICT (id) DO NOTHING and a crash never makes a second row.
-- migrate:up
CREATE SCHEMA IF NOT EXISTS usher;

CREATE TABLE usher.dead_letter (
    id uuid PRIMARY KEY,
    service text NOT NULL,
    workspace text,
    reason text NOT NULL,
    path text NOT NULL DEFAULT '',
    detail text NOT NULL DEFAULT '',
    origin jsonb NOT NULL,
    headers jsonb NOT NULL DEFAULT '{}',
    payload bytea NOT NULL,
    payload_sha256 text NOT NULL CHECK (length(payload_sha256) = 64),
    payload_bytes integer NOT NULL CHECK (payload_bytes >= 0),
    occurred_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'discarded'))
);

-- `usher dlq list` reads the open ones, newest first.
CREATE INDEX dead_letter_open ON usher.dead_letter (created_at DESC, id) WHERE state = 'open';
