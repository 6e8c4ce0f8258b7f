-- migrate:up

-- Tokens of webhooks whose signature does not cover the body (Mailgun's), each with the hash of the one content that it
-- came with, for all replicas of ingest. A row is dropped after an hour: the signed time is good for five minutes.
CREATE TABLE webhook_token (
    token    uuid        PRIMARY KEY,
    content  bytea       NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX webhook_token_age ON webhook_token (taken_at);

-- Whether the token is now taken by this content: by it alone, whoever else asks at the same time. The update changes
-- nothing; it is there to read the row of who was first.
CREATE FUNCTION ingest_take_token(p_token uuid, p_content bytea) RETURNS boolean LANGUAGE sql AS $$
    INSERT INTO webhook_token AS t (token, content) VALUES (p_token, p_content)
    ON CONFLICT (token) DO UPDATE SET content = t.content
    RETURNING t.content = p_content
$$;

-- What is older than its retention goes, at most ``p_rows``, the oldest first; how many went. Replicas drop side by
-- side: none waits for what another deletes. Functions, because ingest's own role may delete nothing.
CREATE FUNCTION ingest_forget_letters(p_before_ms bigint, p_rows int) RETURNS bigint LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM dead_letter WHERE id IN (
            SELECT id FROM dead_letter WHERE created_at < to_timestamp(p_before_ms / 1000.0)
            ORDER BY created_at LIMIT p_rows FOR UPDATE SKIP LOCKED)
        RETURNING 1)
    SELECT count(*) FROM gone
$$;

CREATE FUNCTION ingest_forget_tokens(p_before_ms bigint, p_rows int) RETURNS bigint LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM webhook_token WHERE token IN (
            SELECT token FROM webhook_token WHERE taken_at < to_timestamp(p_before_ms / 1000.0)
            ORDER BY taken_at LIMIT p_rows FOR UPDATE SKIP LOCKED)
        RETURNING 1)
    SELECT count(*) FROM gone
$$;
