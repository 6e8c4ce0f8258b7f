-- migrate:up

-- Deadlines that the database refused, by partition: read whenever a partition is opened, and few.
CREATE INDEX dead_letter_deadline ON usher.dead_letter (service, ((origin ->> 'partition')::int))
    WHERE origin ? 'deadline';

-- As before, and a deadline that is refused once more after an operator marked it for another try is open again.
CREATE OR REPLACE FUNCTION lane_advance(
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
        INSERT INTO dead_letter AS l (id, service, workspace, reason, path, detail, origin, payload,
                                      payload_sha256, payload_bytes, occurred_at)
        SELECT d.id, b.service, d.workspace, d.reason, d.path, d.detail, d.origin::jsonb, d.payload,
               encode(sha256(d.payload), 'hex'), length(d.payload), to_timestamp(d.at_ms / 1000.0)
        FROM unnest(p_dead) AS d
        ON CONFLICT (id) DO UPDATE SET state = 'open', detail = excluded.detail
        WHERE l.origin ? 'deadline' AND l.state = 'replayed';
    END IF;
    RETURN true;
END $$;
