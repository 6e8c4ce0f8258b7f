-- migrate:up

-- How far the episodes of a conversation have come of which no outcome is kept any more: what is left of a row of
-- router_outcome when its time is over, so that the conversation goes on with the next episode. It goes in its turn when
-- the ids of contacts are of another era (shared/contract/ids.py).
CREATE TABLE router_episode (
    conversation_key uuid   PRIMARY KEY,
    partition        int    NOT NULL,
    episode          int    NOT NULL CHECK (episode > 0),
    ended_ms         bigint NOT NULL
);
CREATE INDEX router_episode_age ON router_episode (partition, ended_ms);
CREATE INDEX router_outcome_age ON router_outcome (partition, ended_ms);
CREATE INDEX policy_age ON policy (partition, activated_ms);

-- When somebody looked last and the customer had a contact: until then the alias needs no other look.
ALTER TABLE router_alias ADD COLUMN seen_ms bigint NOT NULL DEFAULT 0;
CREATE INDEX router_alias_age ON router_alias (partition, (greatest(since_ms, seen_ms)));
CREATE INDEX router_merge_alias ON router_merge (workspace, alias);

-- What is older than its retention goes, at most ``p_rows`` of each table, the oldest first; how many went. A policy
-- stays while it is in force, while the sla service has not come further in the log, and while a clock runs under it.
CREATE FUNCTION router_forget(
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
        SELECT id FROM router_past WHERE ended_ms < p_inputs_ms ORDER BY ended_ms LIMIT p_rows
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
    IF old_versions IS NOT NULL THEN -- only then the clocks are read, which takes as long as there are live contacts
        DELETE FROM policy AS p USING unnest(old_workspaces, old_versions) AS o (workspace, version)
        WHERE p.workspace = o.workspace AND p.version = o.version AND NOT EXISTS (
            SELECT FROM sla_clock AS c
            WHERE c.partition = p_partition AND c.workspace = o.workspace AND c.policy_version = o.version
        );
        GET DIAGNOSTICS number = ROW_COUNT;
    END IF;
    what := 'policy';
    RETURN NEXT;
END $$;

-- Of customers at whom nobody looked since ``p_before_ms``: those who had a contact since, or have one now (``p_open``),
-- are noted as seen then; all that is known of the others' ids goes, and the merges that speak of these; how many.
CREATE FUNCTION router_forget_customers(
    p_before_ms bigint, p_at_ms bigint, p_workspaces text[], p_customers text[], p_open boolean[]
) RETURNS TABLE (what text, number bigint) LANGUAGE sql SET enable_seqscan = off AS $$
    WITH asked AS (
        SELECT g.workspace, g.customer, CASE WHEN g.is_open THEN p_at_ms ELSE greatest(
            (SELECT max(greatest(a.since_ms, a.seen_ms)) FROM router_alias AS a
             WHERE a.workspace = g.workspace AND a.customer_id = g.customer),
            (SELECT max(last.ended_ms) FROM (
                SELECT g.customer AS id
                UNION SELECT a.alias FROM router_alias AS a
                WHERE a.workspace = g.workspace AND a.customer_id = g.customer
            ) AS i CROSS JOIN LATERAL (
                SELECT o.ended_ms FROM router_outcome AS o
                WHERE o.workspace = g.workspace AND o.customer_id = i.id AND o.customer_id <> ''
                ORDER BY o.ended_ms DESC LIMIT 1
            ) AS last)
        ) END AS last_ms
        FROM unnest(p_workspaces, p_customers, p_open) AS g (workspace, customer, is_open)
    ), seen AS (
        UPDATE router_alias AS a SET seen_ms = g.last_ms FROM asked AS g
        WHERE a.workspace = g.workspace AND a.customer_id = g.customer AND g.last_ms >= p_before_ms
    ), gone AS (
        DELETE FROM router_alias AS a USING asked AS g
        WHERE a.workspace = g.workspace AND a.customer_id = g.customer AND g.last_ms < p_before_ms
        RETURNING a.workspace, a.alias
    ), merges AS (
        DELETE FROM router_merge AS m USING gone AS g WHERE m.workspace = g.workspace AND m.alias = g.alias RETURNING 1
    )
    SELECT 'router_alias', count(*) FROM gone UNION ALL SELECT 'router_merge', count(*) FROM merges;
$$;

-- As in 0063, and the last episode of a conversation also where no outcome of it is kept.
CREATE OR REPLACE FUNCTION router_known(
    p_inputs uuid[], p_keys uuid[], p_contacts uuid[], p_past uuid[], p_workspaces text[], p_customers text[]
) RETURNS TABLE (kind text, id uuid, number bigint, state text, whose text)
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
    WITH asked AS (
        SELECT n.place, n.workspace, n.id, coalesce(a.customer_id, n.id) AS customer
        FROM unnest(p_workspaces, p_customers) WITH ORDINALITY AS n (workspace, id, place)
        LEFT JOIN router_alias AS a ON a.workspace = n.workspace AND a.alias = n.id
    ), whose AS (
        SELECT min(place) AS place, workspace, customer FROM asked GROUP BY workspace, customer
    ), aliases AS (
        SELECT w.place, a.workspace, a.alias, a.parent, a.customer_id, a.pinned, a.since_ms
        FROM whose AS w JOIN router_alias AS a ON a.workspace = w.workspace AND a.customer_id = w.customer
    ), ids AS (
        SELECT min(each.place) AS place, each.workspace, each.id FROM (
            SELECT a.place, a.workspace, a.id FROM asked AS a
            UNION ALL SELECT w.place, w.workspace, w.customer FROM whose AS w
            UNION ALL SELECT a.place, a.workspace, a.alias FROM aliases AS a
        ) AS each (place, workspace, id) GROUP BY each.workspace, each.id
    )
    SELECT 'i', event_id, 0, '', '' FROM router_input WHERE event_id = ANY (p_inputs)
    UNION ALL
    SELECT 'k', k.key, greatest(last.episode, before.episode), '', '' FROM unnest(p_keys) AS k (key)
    LEFT JOIN LATERAL (
        SELECT r.episode FROM router_outcome AS r WHERE r.conversation_key = k.key ORDER BY r.episode DESC LIMIT 1
    ) AS last ON true
    LEFT JOIN router_episode AS before ON before.conversation_key = k.key
    WHERE last.episode IS NOT NULL OR before.episode IS NOT NULL
    UNION ALL
    SELECT 'c', contact_id, 0, outcome, workspace FROM router_outcome WHERE contact_id = ANY (p_contacts)
    UNION ALL
    SELECT p.kind, p.id, 0, p.state, p.agent_id FROM router_past AS p WHERE p.id = ANY (p_past)
    UNION ALL
    SELECT 'l', NULL, a.place,
           json_build_array(a.workspace, a.alias, a.parent, a.customer_id, a.pinned, a.since_ms)::text, a.alias
    FROM aliases AS a
    UNION ALL
    SELECT 'r', NULL, i.place, o.bodies, i.id FROM ids AS i CROSS JOIN LATERAL (
        SELECT '[' || string_agg(last.body, ',') || ']' AS bodies FROM (
            SELECT r.body::text AS body FROM router_outcome AS r
            WHERE r.workspace = i.workspace AND r.customer_id = i.id AND r.customer_id <> ''
            ORDER BY r.ended_ms DESC, r.contact_id DESC LIMIT 50
        ) AS last
    ) AS o WHERE o.bodies IS NOT NULL;
$$;
