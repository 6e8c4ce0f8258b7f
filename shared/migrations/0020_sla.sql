-- migrate:up

-- Live contacts with their open clocks (services/sla/domain/contact.py), deleted as soon as no later event needs them.
-- One row a contact, whatever it was promised: one write where a row per clock would take several.
CREATE TABLE sla_contact (
    partition  int  NOT NULL,
    contact_id text NOT NULL COLLATE "C",
    body       json NOT NULL,
    PRIMARY KEY (partition, contact_id)
) WITH (fillfactor = 80); -- most rows are rewritten once or twice: room for updates in place

-- The same clocks, one a row, for people who look.
CREATE VIEW sla_clock AS
SELECT c.partition, c.contact_id, c.body ->> 'workspace' AS workspace, c.body ->> 'channel' AS channel,
       k ->> 'clock_id' AS clock_id, k ->> 'kind' AS kind, k ->> 'target' AS target, k ->> 'queue' AS queue,
       coalesce(k ->> 'state', 'running') AS state,
       to_timestamp((k ->> 'started_ms')::bigint / 1000.0) AS started_at,
       to_timestamp((k ->> 'due_ms')::bigint / 1000.0) AS due_at
FROM sla_contact AS c CROSS JOIN LATERAL json_array_elements(c.body -> 'clocks') AS k;

-- A breach is a fact: its primary key is what makes "exactly once" more than an intention.
CREATE TABLE sla_breach (
    clock_id   text   PRIMARY KEY COLLATE "C",
    partition  int    NOT NULL,
    workspace  text   NOT NULL,
    contact_id text   NOT NULL,
    kind       text   NOT NULL,
    target     text   NOT NULL,
    queue      text   NOT NULL,
    channel    text   NOT NULL,
    due_ms     bigint NOT NULL
);
CREATE INDEX sla_breach_age ON sla_breach (partition, due_ms); -- old ones are dropped by age

-- Totals that /metrics shows, committed with the events they count. ``key``: JSON array of the name and the labels.
CREATE TABLE sla_total (
    partition int    NOT NULL,
    key       text   NOT NULL COLLATE "C",
    value     double precision NOT NULL,
    PRIMARY KEY (partition, key)
) WITH (fillfactor = 50); -- a few hundred rows, rewritten by every commit

-- How far event time has come, and which policy version the log had activated by then.
CREATE TABLE sla_partition (
    partition    int    PRIMARY KEY,
    event_ms bigint NOT NULL
) WITH (fillfactor = 20);

CREATE TABLE sla_policy (
    partition int  NOT NULL,
    workspace text NOT NULL,
    version   int  NOT NULL,
    PRIMARY KEY (partition, workspace)
);

CREATE TYPE sla_breach_row AS (
    clock_id text, workspace text, contact_id text, kind text, target text, queue text, channel text, due_ms bigint
);

-- The whole commit of the sla service. Sequential scans are off: these tables are small and swell with dead rows, and
-- a plan made while one was empty would read all of it in every commit.
CREATE FUNCTION sla_commit(
    b lane_state, a lane_state, p_at_ms bigint, p_outbox bytea, p_dead dead_letter_row[],
    p_contacts text[], p_bodies text[], p_gone text[], p_breaches sla_breach_row[],
    p_keys text[], p_values double precision[], p_workspaces text[], p_versions int[], p_event_ms bigint
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
    IF p_event_ms IS NOT NULL THEN
        INSERT INTO sla_partition (partition, event_ms) VALUES (b.partition, p_event_ms)
        ON CONFLICT (partition) DO UPDATE SET event_ms = excluded.event_ms;
    END IF;
END $$;
