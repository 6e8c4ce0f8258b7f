-- migrate:up

-- One row per service and partition: the fence (epoch), and where the last commit left the partition.
CREATE TABLE lane (
    service        text   NOT NULL,
    partition      int    NOT NULL,
    epoch          bigint NOT NULL CHECK (epoch > 0),
    owner          text   NOT NULL,
    next_step      bigint NOT NULL DEFAULT 0,
    next_offset    bigint NOT NULL DEFAULT 0 CHECK (next_offset >= 0),
    next_seq       bigint NOT NULL DEFAULT 1 CHECK (next_seq > 0),
    published_step bigint NOT NULL DEFAULT 0 CHECK (published_step <= next_step),
    published_seq  bigint NOT NULL DEFAULT 0 CHECK (published_seq < next_seq),
    input_seq      bigint NOT NULL DEFAULT 0,
    input_id       text   NOT NULL DEFAULT '',
    at_ms          bigint NOT NULL DEFAULT 0,
    claimed_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (service, partition)
) WITH (fillfactor = 20); -- rewritten by every commit: room for updates in place

-- What a commit has to publish, packed; deleted by a later commit once the log has it.
CREATE TABLE outbox (
    service   text   NOT NULL,
    partition int    NOT NULL,
    step      bigint NOT NULL,
    payload   bytea  NOT NULL,
    PRIMARY KEY (service, partition, step)
);
ALTER TABLE outbox ALTER COLUMN payload SET STORAGE EXTERNAL; -- short-lived: compressing it costs more than it saves

CREATE TYPE lane_state AS (
    service text, partition int, epoch bigint, next_step bigint, next_offset bigint, next_seq bigint,
    published_step bigint, published_seq bigint, input_seq bigint, input_id text
);

CREATE TYPE dead_letter_row AS (
    id uuid, workspace text, reason text, path text, detail text, origin text, payload bytea, at_ms bigint
);

-- Raises the epoch: from here on no earlier owner can commit. A transaction of its own, always.
CREATE FUNCTION lane_claim(p_service text, p_partition int, p_owner text) RETURNS lane
LANGUAGE sql AS $$
    INSERT INTO lane AS l (service, partition, epoch, owner) VALUES (p_service, p_partition, 1, p_owner)
    ON CONFLICT (service, partition) DO UPDATE SET epoch = l.epoch + 1, owner = p_owner, claimed_at = now()
    RETURNING l.*;
$$;

-- The guarded update that every commit begins with. True: go on and write. False: this very commit was applied before
-- (its reply was lost). Error UF001: somebody else owns the partition.
CREATE FUNCTION lane_advance(
    b lane_state, a lane_state, p_at_ms bigint, p_outbox bytea, p_dead dead_letter_row[]
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE lane SET
        next_step = a.next_step, next_offset = a.next_offset, next_seq = a.next_seq,
        published_step = a.published_step, published_seq = a.published_seq,
        input_seq = a.input_seq, input_id = a.input_id, at_ms = p_at_ms
    WHERE service = b.service AND partition = b.partition AND epoch = b.epoch
      AND next_step = b.next_step AND next_offset = b.next_offset AND next_seq = b.next_seq;
    IF NOT FOUND THEN
        PERFORM 1 FROM lane
        WHERE service = a.service AND partition = a.partition AND epoch = a.epoch
          AND next_step = a.next_step AND next_offset = a.next_offset AND next_seq = a.next_seq;
        IF FOUND THEN
            RETURN false;
        END IF;
        RAISE EXCEPTION 'partition % of % has another owner', b.partition, b.service USING ERRCODE = 'UF001';
    END IF;
    IF p_outbox IS NOT NULL THEN
        INSERT INTO outbox (service, partition, step, payload) VALUES (b.service, b.partition, b.next_step, p_outbox);
    END IF;
    DELETE FROM outbox WHERE service = b.service AND partition = b.partition AND step < a.published_step;
    IF cardinality(p_dead) > 0 THEN
        INSERT INTO dead_letter (id, service, workspace, reason, path, detail, origin, payload,
                                 payload_sha256, payload_bytes, occurred_at)
        SELECT d.id, b.service, d.workspace, d.reason, d.path, d.detail, d.origin::jsonb, d.payload,
               encode(sha256(d.payload), 'hex'), length(d.payload), to_timestamp(d.at_ms / 1000.0)
        FROM unnest(p_dead) AS d
        ON CONFLICT (id) DO NOTHING;
    END IF;
    RETURN true;
END $$;
