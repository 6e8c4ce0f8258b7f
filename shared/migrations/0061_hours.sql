-- migrate:up

-- Where each live contact is in its course and what each signed-on agent does, since when
-- (services/sla/domain/account.py). ``key``: "c" and a contact, or "a", a workspace and an agent.
CREATE TABLE sla_account (
    partition int  NOT NULL,
    key       text NOT NULL COLLATE "C",
    body      json NOT NULL,
    PRIMARY KEY (partition, key)
) WITH (fillfactor = 70); -- agents' rows are rewritten with each of their contacts

-- What reports read: for each hour since the epoch what happened, how long it took, and the longest of it, by a JSON
-- array of what is counted, the workspace, and the rest (services/sla/domain/hours.py). Kept for
-- USHER_REPORT_RETENTION_DAYS.
CREATE TABLE sla_hour (
    partition int    NOT NULL,
    hour      int    NOT NULL,
    key       text   NOT NULL COLLATE "C",
    number    bigint NOT NULL,
    ms        bigint NOT NULL,
    longest_ms bigint NOT NULL,
    PRIMARY KEY (partition, hour, key)
) WITH (fillfactor = 70); -- the rows of the present hour are rewritten again and again

CREATE TYPE sla_hour_row AS (
    hour int, key text, number bigint, ms bigint, longest_ms bigint
);

-- The whole commit of the sla service. Sequential scans are off: these tables are small and swell with dead rows, and
-- a plan made while one was empty would read all of it in every commit.
CREATE FUNCTION sla_commit(
    b lane_state, a lane_state, p_at_ms bigint, p_outbox bytea, p_dead dead_letter_row[],
    p_contacts text[], p_bodies text[], p_gone text[], p_breaches sla_breach_row[],
    p_keys text[], p_values double precision[], p_workspaces text[], p_versions int[], p_event_ms bigint,
    p_account_keys text[], p_account_bodies text[], p_account_gone text[], p_hours sla_hour_row[]
) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    IF NOT lane_advance(b, a, p_at_ms, p_outbox, p_dead) THEN
        RETURN;
    END IF;
    IF cardinality(p_contacts) > 0 THEN
        INSERT INTO sla_contact (partition, contact_id, body)
        SELECT b.partition, c.id, c.body::json FROM unnest(p_contacts, p_bodies) AS c (id, body)
        ON CONFLICT (partition, contact_id) DO UPDATE SET body = excluded.body;
    END IF;
    IF cardinality(p_gone) > 0 THEN
        DELETE FROM sla_contact WHERE partition = b.partition AND contact_id = ANY (p_gone);
    END IF;
    IF cardinality(p_breaches) > 0 THEN
        INSERT INTO sla_breach (clock_id, partition, workspace, contact_id, kind, target, queue, channel, due_ms)
        SELECT r.clock_id, b.partition, r.workspace, r.contact_id, r.kind, r.target, r.queue, r.channel, r.due_ms
        FROM unnest(p_breaches) AS r;
    END IF;
    IF cardinality(p_keys) > 0 THEN
        INSERT INTO sla_total (partition, key, value)
        SELECT b.partition, t.key, t.value FROM unnest(p_keys, p_values) AS t (key, value)
        ON CONFLICT (partition, key) DO UPDATE SET value = excluded.value;
    END IF;
    IF cardinality(p_workspaces) > 0 THEN
        INSERT INTO sla_policy (partition, workspace, version)
        SELECT b.partition, p.workspace, p.version FROM unnest(p_workspaces, p_versions) AS p (workspace, version)
        ON CONFLICT (partition, workspace) DO UPDATE SET version = excluded.version;
    END IF;
    IF cardinality(p_account_keys) > 0 THEN
        INSERT INTO sla_account (partition, key, body)
        SELECT b.partition, r.key, r.body::json FROM unnest(p_account_keys, p_account_bodies) AS r (key, body)
        ON CONFLICT (partition, key) DO UPDATE SET body = excluded.body;
    END IF;
    IF cardinality(p_account_gone) > 0 THEN
        DELETE FROM sla_account WHERE partition = b.partition AND key = ANY (p_account_gone);
    END IF;
    IF cardinality(p_hours) > 0 THEN
        INSERT INTO sla_hour AS h (partition, hour, key, number, ms, longest_ms)
        SELECT b.partition, r.hour, r.key, r.number, r.ms, r.longest_ms FROM unnest(p_hours) AS r
        ON CONFLICT (partition, hour, key) DO UPDATE SET number = h.number + excluded.number,
            ms = h.ms + excluded.ms, longest_ms = greatest(h.longest_ms, excluded.longest_ms);
    END IF;
    IF p_event_ms IS NOT NULL THEN
        INSERT INTO sla_partition (partition, event_ms) VALUES (b.partition, p_event_ms)
        ON CONFLICT (partition) DO UPDATE SET event_ms = excluded.event_ms;
    END IF;
END $$;
