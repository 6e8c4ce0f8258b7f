-- migrate:up

-- The policies to which live contacts are held: those of their clocks, that under which they came, and those under which
-- the time of a kind began. What another queue promises them later is read there, so it must not depend on how long
-- they have been there, nor on whether the service was restarted since.
CREATE VIEW sla_held AS
SELECT c.partition, c.contact_id, c.body ->> 'workspace' AS workspace, v.policy_version
FROM sla_contact AS c CROSS JOIN LATERAL (
    SELECT (c.body ->> 'policy')::int
    UNION SELECT value::int FROM json_each_text(c.body -> 'began')
    UNION SELECT (k ->> 'policy')::int FROM json_array_elements(c.body -> 'clocks') AS k
) AS v (policy_version)
WHERE v.policy_version IS NOT NULL;

-- As in 0092, and a policy stays as long as a contact is held to it.
CREATE OR REPLACE FUNCTION router_forget(
    p_partition int, p_inputs_ms bigint, p_outcomes_ms bigint, p_episodes_ms bigint, p_policies_ms bigint, p_rows int
) RETURNS TABLE (what text, number bigint) LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    old_workspaces text[];
    old_versions   int[];
BEGIN
    DELETE FROM router_input WHERE event_id IN (
        SELECT event_id FROM router_input WHERE seen_ms < p_inputs_ms AND partition = p_partition
        ORDER BY seen_ms LIMIT p_rows
    );
    GET DIAGNOSTICS number = ROW_COUNT;
    what := 'router_input';
    RETURN NEXT;

    DELETE FROM router_past WHERE id IN (
        SELECT id FROM router_past WHERE partition = p_partition AND ended_ms < p_inputs_ms
        ORDER BY ended_ms LIMIT p_rows
    );
    GET DIAGNOSTICS number = ROW_COUNT;
    what := 'router_past';
    RETURN NEXT;

    WITH gone AS (
        DELETE FROM router_outcome WHERE contact_id IN (
            SELECT contact_id FROM router_outcome WHERE partition = p_partition AND ended_ms < p_outcomes_ms
            ORDER BY ended_ms LIMIT p_rows
        ) RETURNING conversation_key, episode, ended_ms
    ), left_over AS (
        INSERT INTO router_episode AS e (conversation_key, partition, episode, ended_ms)
        SELECT g.conversation_key, p_partition, max(g.episode), max(g.ended_ms) FROM gone AS g GROUP BY g.conversation_key
        ON CONFLICT (conversation_key) DO UPDATE SET
            episode = greatest(e.episode, excluded.episode), ended_ms = greatest(e.ended_ms, excluded.ended_ms)
    )
    SELECT count(*) INTO number FROM gone;
    what := 'router_outcome';
    RETURN NEXT;

    DELETE FROM router_episode WHERE conversation_key IN (
        SELECT conversation_key FROM router_episode WHERE partition = p_partition AND ended_ms < p_episodes_ms
        ORDER BY ended_ms LIMIT p_rows
    );
    GET DIAGNOSTICS number = ROW_COUNT;
    what := 'router_episode';
    RETURN NEXT;

    SELECT array_agg(o.workspace), array_agg(o.version) INTO old_workspaces, old_versions FROM (
        SELECT p.workspace, p.version FROM policy AS p
        WHERE p.partition = p_partition AND p.activated_ms < p_policies_ms
          AND EXISTS (SELECT FROM policy AS n WHERE n.workspace = p.workspace AND n.version > p.version
                      AND n.activated_ms < p_policies_ms)
          AND NOT EXISTS (SELECT FROM sla_policy AS s WHERE s.workspace = p.workspace AND s.version <= p.version)
        ORDER BY p.activated_ms LIMIT p_rows
    ) AS o;
    number := 0;
    IF old_versions IS NOT NULL THEN -- only then contacts are read, which takes as long as there are live ones
        DELETE FROM policy AS p USING unnest(old_workspaces, old_versions) AS o (workspace, version)
        WHERE p.workspace = o.workspace AND p.version = o.version AND NOT EXISTS (
            SELECT FROM sla_held AS h
            WHERE h.partition = p_partition AND h.workspace = o.workspace AND h.policy_version = o.version
        );
        GET DIAGNOSTICS number = ROW_COUNT;
    END IF;
    what := 'policy';
    RETURN NEXT;
END $$;
