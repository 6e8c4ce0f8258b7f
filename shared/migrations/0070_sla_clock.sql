-- migrate:up

-- Open clocks for people who look: now also what a paused one waits for, what it did not count, and whose promise it is.
CREATE OR REPLACE VIEW sla_clock AS
SELECT c.partition, c.contact_id, c.body ->> 'workspace' AS workspace, c.body ->> 'channel' AS channel,
       k ->> 'clock_id' AS clock_id, k ->> 'kind' AS kind, k ->> 'target' AS target, k ->> 'queue' AS queue,
       coalesce(k ->> 'state', 'running') AS state,
       to_timestamp((k ->> 'started_ms')::bigint / 1000.0) AS started_at,
       to_timestamp((k ->> 'due_ms')::bigint / 1000.0) AS due_at,
       to_timestamp((k ->> 'paused_ms')::bigint / 1000.0) AS paused_at,
       coalesce((k ->> 'paused_seconds')::double precision, 0) AS paused_seconds,
       coalesce((k ->> 'policy')::int, 0) AS policy_version,
       coalesce(k ->> 'rule', '') AS rule,
       c.body -> 'holds' AS waits_for
FROM sla_contact AS c CROSS JOIN LATERAL json_array_elements(c.body -> 'clocks') AS k;
