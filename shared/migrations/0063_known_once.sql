-- migrate:up

-- As in 0010, but that each id of a customer is looked up once, however many ids of that customer a batch names (with
-- thirty handles of one customer in a batch their last contacts came a thousand times), and that the last episode of a
-- conversation costs the same after one and after thousands of them.
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
    SELECT 'k', k.key, last.episode, '', '' FROM unnest(p_keys) AS k (key) CROSS JOIN LATERAL (
        SELECT r.episode FROM router_outcome AS r WHERE r.conversation_key = k.key ORDER BY r.episode DESC LIMIT 1
    ) AS last
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
