-- migrate:up

-- Live contacts, one row each with its open offers and its assignment; the row goes when the contact ends. The checks
-- make a bug of the protocol loud: an offer or an assignment stands exactly where the state says so, never both.
CREATE TABLE router_contact (
    contact_id    uuid PRIMARY KEY,
    partition     int  NOT NULL,
    workspace     text NOT NULL,
    state         text NOT NULL,
    version       int  NOT NULL CHECK (version > 0),
    offer_id      uuid,
    assignment_id uuid,
    body          json NOT NULL,
    CHECK ((state = 'offered') = (offer_id IS NOT NULL)),
    CHECK ((state IN ('assigned', 'wrapping')) = (assignment_id IS NOT NULL))
) WITH (fillfactor = 70); -- rewritten at every transition: room for updates in place

-- Message text and handles of live contacts: the only table of the router that holds personal data.
CREATE TABLE router_personal (
    contact_id uuid PRIMARY KEY,
    partition  int  NOT NULL,
    body       json NOT NULL
);

-- The one terminal outcome of each contact. The second key finds the last episode of a conversation.
CREATE TABLE router_outcome (
    contact_id       uuid   PRIMARY KEY,
    partition        int    NOT NULL,
    workspace        text   NOT NULL,
    conversation_key uuid   NOT NULL,
    episode          int    NOT NULL CHECK (episode > 0),
    outcome          text   NOT NULL,
    ended_ms         bigint NOT NULL,
    customer_id      text   NOT NULL COLLATE "C", -- the one the contact came with; '' where it is unknown or forgotten
    body             json   NOT NULL,
    UNIQUE (conversation_key, episode)
);
CREATE INDEX router_outcome_customer ON router_outcome (workspace, customer_id, ended_ms) WHERE customer_id <> '';

-- Offers and assignments that are over, so that a late word about one gets the right answer. ``kind``: o or a.
CREATE TABLE router_past (
    id         uuid   PRIMARY KEY,
    kind       text   NOT NULL CHECK (kind IN ('o', 'a')),
    contact_id uuid   NOT NULL,
    agent_id   text   NOT NULL,
    state      text   NOT NULL,
    ended_ms   bigint NOT NULL
);
CREATE INDEX router_past_age ON router_past (ended_ms);

CREATE TABLE router_agent (
    workspace text NOT NULL,
    agent_id  text NOT NULL,
    partition int  NOT NULL,
    load      int  NOT NULL,
    ceiling   int  NOT NULL,
    body      json NOT NULL,
    PRIMARY KEY (workspace, agent_id),
    CHECK (load BETWEEN 0 AND ceiling)
) WITH (fillfactor = 50);

-- Further ids of a customer: hashes of handles, and ids that were merged. ``parent`` is the id that each was joined to,
-- '' for one that is a customer of its own (again); ``pinned`` ones are joined to nobody but by an operator.
CREATE TABLE router_alias (
    workspace   text    NOT NULL,
    alias       text    NOT NULL COLLATE "C",
    partition   int     NOT NULL,
    parent      text    NOT NULL COLLATE "C",
    customer_id text    NOT NULL COLLATE "C",
    pinned      boolean NOT NULL,
    since_ms    bigint  NOT NULL,
    PRIMARY KEY (workspace, alias)
);
CREATE INDEX router_alias_customer ON router_alias (workspace, customer_id);

-- Every merge and split of customers: what, who, why and when.
CREATE TABLE router_merge (
    id          uuid   PRIMARY KEY,
    partition   int    NOT NULL,
    workspace   text   NOT NULL,
    kind        text   NOT NULL CHECK (kind IN ('merged', 'split')),
    alias       text   NOT NULL COLLATE "C",
    customer_id text   NOT NULL COLLATE "C",
    actor       text   NOT NULL,
    reason      text   NOT NULL,
    at_ms       bigint NOT NULL
);
CREATE INDEX router_merge_customer ON router_merge (workspace, customer_id);

-- How each queue is served: what the forecast of waits remembers.
CREATE TABLE router_flow (
    workspace text NOT NULL,
    queue     text NOT NULL,
    partition int  NOT NULL,
    body      json NOT NULL,
    PRIMARY KEY (workspace, queue)
) WITH (fillfactor = 20);

-- Input ids already applied: what makes a repeated input a duplicate.
CREATE TABLE router_input (
    event_id  uuid   PRIMARY KEY,
    partition int    NOT NULL,
    seen_ms   bigint NOT NULL
);
CREATE INDEX router_input_age ON router_input (seen_ms);

-- Router time of a partition: it never goes back, not even over a restart.
CREATE TABLE router_clock (
    partition int    PRIMARY KEY,
    at_ms     bigint NOT NULL
) WITH (fillfactor = 20);

-- Every policy version that ever decided, whole, and the version of the text model that decided under it.
CREATE TABLE policy (
    workspace     text   NOT NULL,
    version       int    NOT NULL CHECK (version > 0),
    partition     int    NOT NULL,
    hash          text   NOT NULL,
    body          jsonb  NOT NULL,
    activated_ms  bigint NOT NULL,
    model_version text,
    PRIMARY KEY (workspace, version)
);

-- The whole commit of the router. Sequential scans are off: live tables are small and swell with dead rows, and a plan
-- made while one was empty would read all of it in every commit.
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
) RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
    IF NOT lane_advance(b, a, p_at_ms, p_outbox, p_dead) THEN
        RETURN;
    END IF;
    IF p_clock_ms IS NOT NULL THEN
        INSERT INTO router_clock (partition, at_ms) VALUES (b.partition, p_clock_ms)
        ON CONFLICT (partition) DO UPDATE SET at_ms = excluded.at_ms;
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
        INSERT INTO router_past (id, kind, contact_id, agent_id, state, ended_ms)
        SELECT * FROM unnest(e_ids, e_kinds, e_contacts, e_agents, e_states, e_ended_ms);
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
END $$;

-- What the engine asks about a batch, in one answer: input ids seen, last episodes, how ended things ended, customers.
-- An id of a customer has its place in the request as ``number``. All aliases of the same customer come with it, and
-- of each id the last ended contacts: 50, as CONTACTS_MAX in services/router/domain/journey.py.
CREATE FUNCTION router_known(
    p_inputs uuid[], p_keys uuid[], p_contacts uuid[], p_past uuid[], p_workspaces text[], p_customers text[]
) RETURNS TABLE (kind text, id uuid, number bigint, state text, whose text)
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
    WITH asked AS (
        SELECT n.place, n.workspace, n.id, coalesce(a.customer_id, n.id) AS customer
        FROM unnest(p_workspaces, p_customers) WITH ORDINALITY AS n (workspace, id, place)
        LEFT JOIN router_alias AS a ON a.workspace = n.workspace AND a.alias = n.id
    ), aliases AS (
        SELECT asked.place, a.workspace, a.alias, a.parent, a.customer_id, a.pinned, a.since_ms
        FROM asked JOIN router_alias AS a ON a.workspace = asked.workspace AND a.customer_id = asked.customer
    ), ids AS (
        SELECT a.place, a.workspace, a.id FROM asked AS a
        UNION SELECT a.place, a.workspace, a.customer FROM asked AS a
        UNION SELECT a.place, a.workspace, a.alias FROM aliases AS a
    )
    SELECT 'i', event_id, 0, '', '' FROM router_input WHERE event_id = ANY (p_inputs)
    UNION ALL
    SELECT 'k', conversation_key, max(episode), '', '' FROM router_outcome
    WHERE conversation_key = ANY (p_keys) GROUP BY conversation_key
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
