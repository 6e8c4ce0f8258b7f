-- migrate:up

-- The commit as version 0.1.0 calls it, which 0062 took away: while services are upgraded one by one, those of the old
-- version go on beside the new ones (docs/upgrade.md). They remember no early ends and know nothing of ingest's sign of
-- life. To be dropped by a migration of the version after next.
CREATE FUNCTION router_commit(
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
    p_models text[]
) RETURNS void LANGUAGE sql AS $$
    SELECT router_commit(
        b, a, p_at_ms, p_outbox, p_dead, p_clock_ms, p_inputs, c_ids, c_workspaces, c_states, c_versions, c_offers,
        c_assignments, c_bodies, n_ids, n_bodies, o_ids, o_workspaces, o_keys, o_episodes, o_outcomes, o_ended_ms,
        o_customers, o_bodies, e_ids, e_kinds, e_contacts, e_agents, e_states, e_ended_ms, g_workspaces, g_ids,
        g_loads, g_ceilings, g_bodies, x_workspaces, x_ids, l_workspaces, l_aliases, l_parents, l_customers,
        l_pinned, l_since_ms, m_ids, m_workspaces, m_kinds, m_aliases, m_customers, m_actors, m_reasons, m_at_ms,
        f_workspaces, f_queues, f_bodies, p_workspaces, p_versions, p_hashes, p_bodies, p_activated_ms, p_models,
        '{}', '{}', '{}', 0
    );
$$;
