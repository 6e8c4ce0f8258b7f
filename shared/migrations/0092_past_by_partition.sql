-- migrate:up

-- What is over of offers and assignments goes by the time of its own partition: another one that is further in its log
-- would drop what a late answer in this one still asks for, and two owners would drop the same rows and wait for each
-- other. The rows that are there count as of partition 0 for the days that are left to them.
ALTER TABLE router_past ADD COLUMN partition int NOT NULL DEFAULT 0;
DROP INDEX router_past_age;
CREATE INDEX router_past_age ON router_past (partition, ended_ms);

-- As in 0090, and of what is over only the partition's own.
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

-- As in 0062, and what is over says its partition.
CREATE OR REPLACE FUNCTION router_commit(
    b lane_state, a lane_state, p_at_ms bigint, p_outbox bytea, p_dead dead_letter_row[], p_clock_ms bigint,
    p_inputs uuid[],
    c_ids uuid[], c_workspaces text[], c_states text[], c_versions int[], c_offers uuid[], c_assignments uuid[],
    c_bodies text[],
    n_ids uuid[], n_bodies text[],
    o_ids uuid[], o_workspaces text[], o_keys uuid[], o_episodes int[], o_outcomes text[], o_ended_ms bigint[],
    o_customers text[], o_bodies text[],
    e_ids uuid[], e_kinds text[], e_contacts uuid[], e_agents text[], e_states text[], e_ended_ms bigint[],
    g_workspaces text[], g_ids text[], g_loads int[], g_ceilings int[], g_bodies text[],
    x_workspaces text[], x_ids text[],
    l_workspaces text[], l_aliases text[], l_parents text[], l_customers text[], l_pinned boolean[], l_since_ms bigint[],
    m_ids uuid[], m_workspaces text[], m_kinds text[], m_aliases text[], m_customers text[], m_actors text[],
    m_reasons text[], m_at_ms bigint[],
    f_workspaces text[], f_queues text[], f_bodies text[],
    p_workspaces text[], p_versions int[], p_hashes text[], p_bodies text[], p_activated_ms bigint[],
    p_models text[],
    h_keys uuid[], h_bodies text[], hx_keys uuid[], p_heard_ms bigint
) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    IF NOT lane_advance(b, a, p_at_ms, p_outbox, p_dead) THEN
        RETURN;
    END IF;
    IF p_clock_ms IS NOT NULL THEN
        INSERT INTO router_clock (partition, at_ms, heard_ms) VALUES (b.partition, p_clock_ms, p_heard_ms)
        ON CONFLICT (partition) DO UPDATE SET at_ms = excluded.at_ms, heard_ms = excluded.heard_ms;
    END IF;
    IF cardinality(p_inputs) > 0 THEN
        INSERT INTO router_input (event_id, partition, seen_ms)
        SELECT i, b.partition, p_clock_ms FROM unnest(p_inputs) AS i;
    END IF;
    IF cardinality(c_ids) > 0 THEN
        INSERT INTO router_contact AS r
            (contact_id, partition, workspace, state, version, offer_id, assignment_id, body)
        SELECT c.id, b.partition, c.workspace, c.state, c.version, c.offer, c.assignment, c.body::json
        FROM unnest(c_ids, c_workspaces, c_states, c_versions, c_offers, c_assignments, c_bodies)
             AS c (id, workspace, state, version, offer, assignment, body)
        ON CONFLICT (contact_id) DO UPDATE SET
            state = excluded.state, version = excluded.version, offer_id = excluded.offer_id,
            assignment_id = excluded.assignment_id, body = excluded.body;
    END IF;
    IF cardinality(n_ids) > 0 THEN
        INSERT INTO router_personal (contact_id, partition, body)
        SELECT n.id, b.partition, n.body::json FROM unnest(n_ids, n_bodies) AS n (id, body)
        ON CONFLICT (contact_id) DO UPDATE SET body = excluded.body; -- a question was answered
    END IF;
    IF cardinality(o_ids) > 0 THEN
        INSERT INTO router_outcome
            (contact_id, partition, workspace, conversation_key, episode, outcome, ended_ms, customer_id, body)
        SELECT o.id, b.partition, o.workspace, o.key, o.episode, o.outcome, o.ended_ms, o.customer, o.body::json
        FROM unnest(o_ids, o_workspaces, o_keys, o_episodes, o_outcomes, o_ended_ms, o_customers, o_bodies)
             AS o (id, workspace, key, episode, outcome, ended_ms, customer, body);
        DELETE FROM router_contact WHERE contact_id = ANY (o_ids);
        DELETE FROM router_personal WHERE contact_id = ANY (o_ids);
    END IF;
    IF cardinality(e_ids) > 0 THEN
        INSERT INTO router_past (id, kind, contact_id, agent_id, state, ended_ms, partition)
        SELECT e.id, e.kind, e.contact, e.agent, e.state, e.ended_ms, b.partition
        FROM unnest(e_ids, e_kinds, e_contacts, e_agents, e_states, e_ended_ms)
             AS e (id, kind, contact, agent, state, ended_ms);
    END IF;
    IF cardinality(g_ids) > 0 THEN
        INSERT INTO router_agent (workspace, agent_id, partition, load, ceiling, body)
        SELECT g.workspace, g.id, b.partition, g.load, g.ceiling, g.body::json
        FROM unnest(g_workspaces, g_ids, g_loads, g_ceilings, g_bodies) AS g (workspace, id, load, ceiling, body)
        ON CONFLICT (workspace, agent_id) DO UPDATE SET
            load = excluded.load, ceiling = excluded.ceiling, body = excluded.body;
    END IF;
    IF cardinality(x_ids) > 0 THEN
        DELETE FROM router_agent AS r USING unnest(x_workspaces, x_ids) AS x (workspace, id)
        WHERE r.workspace = x.workspace AND r.agent_id = x.id;
    END IF;
    IF cardinality(l_aliases) > 0 THEN
        INSERT INTO router_alias (workspace, alias, partition, parent, customer_id, pinned, since_ms)
        SELECT l.workspace, l.alias, b.partition, l.parent, l.customer, l.pinned, l.since_ms
        FROM unnest(l_workspaces, l_aliases, l_parents, l_customers, l_pinned, l_since_ms)
             AS l (workspace, alias, parent, customer, pinned, since_ms)
        ON CONFLICT (workspace, alias) DO UPDATE SET
            parent = excluded.parent, customer_id = excluded.customer_id, pinned = excluded.pinned,
            since_ms = excluded.since_ms;
    END IF;
    IF cardinality(m_ids) > 0 THEN
        INSERT INTO router_merge (id, partition, workspace, kind, alias, customer_id, actor, reason, at_ms)
        SELECT m.id, b.partition, m.workspace, m.kind, m.alias, m.customer, m.actor, m.reason, m.at_ms
        FROM unnest(m_ids, m_workspaces, m_kinds, m_aliases, m_customers, m_actors, m_reasons, m_at_ms)
             AS m (id, workspace, kind, alias, customer, actor, reason, at_ms);
    END IF;
    IF cardinality(f_queues) > 0 THEN
        INSERT INTO router_flow (workspace, queue, partition, body)
        SELECT f.workspace, f.queue, b.partition, f.body::json
        FROM unnest(f_workspaces, f_queues, f_bodies) AS f (workspace, queue, body)
        ON CONFLICT (workspace, queue) DO UPDATE SET body = excluded.body;
    END IF;
    IF cardinality(p_versions) > 0 THEN
        INSERT INTO policy (workspace, version, partition, hash, body, activated_ms, model_version)
        SELECT p.workspace, p.version, b.partition, p.hash, p.body::jsonb, p.activated_ms, p.model
        FROM unnest(p_workspaces, p_versions, p_hashes, p_bodies, p_activated_ms, p_models)
             AS p (workspace, version, hash, body, activated_ms, model);
    END IF;
    IF cardinality(h_keys) > 0 THEN
        INSERT INTO router_end (conversation_key, partition, body)
        SELECT h.key, b.partition, h.body::json FROM unnest(h_keys, h_bodies) AS h (key, body)
        ON CONFLICT (conversation_key) DO UPDATE SET body = excluded.body;
    END IF;
    IF cardinality(hx_keys) > 0 THEN
        DELETE FROM router_end WHERE conversation_key = ANY (hx_keys);
    END IF;
END $$;
