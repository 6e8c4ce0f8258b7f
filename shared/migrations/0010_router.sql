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
    body             json   NOT NULL,
    UNIQUE (conversation_key, episode)
);

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

-- What is remembered of a customer over all channels: recent contacts, and who served them last. The id is no handle.
CREATE TABLE router_customer (
    workspace   text NOT NULL,
    customer_id text NOT NULL,
    partition   int  NOT NULL,
    recent      json NOT NULL DEFAULT '[]',
    agent_id    text,
    agent_ms    bigint,
    PRIMARY KEY (workspace, customer_id)
) WITH (fillfactor = 80);

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
    o_bodies text[],
    e_ids uuid[], e_kinds text[], e_contacts uuid[], e_agents text[], e_states text[], e_ended_ms bigint[],
    g_workspaces text[], g_ids text[], g_loads int[], g_ceilings int[], g_bodies text[],
    x_workspaces text[], x_ids text[],
    r_workspaces text[], r_ids text[], r_recents text[],
    s_workspaces text[], s_ids text[], s_agents text[], s_agents_ms bigint[],
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
        SELECT n.id, b.partition, n.body::json FROM unnest(n_ids, n_bodies) AS n (id, body);
    END IF;
    IF cardinality(o_ids) > 0 THEN
        INSERT INTO router_outcome
            (contact_id, partition, workspace, conversation_key, episode, outcome, ended_ms, body)
        SELECT o.id, b.partition, o.workspace, o.key, o.episode, o.outcome, o.ended_ms, o.body::json
        FROM unnest(o_ids, o_workspaces, o_keys, o_episodes, o_outcomes, o_ended_ms, o_bodies)
             AS o (id, workspace, key, episode, outcome, ended_ms, body);
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
    IF cardinality(r_ids) > 0 THEN
        INSERT INTO router_customer (workspace, customer_id, partition, recent)
        SELECT r.workspace, r.id, b.partition, r.recent::json
        FROM unnest(r_workspaces, r_ids, r_recents) AS r (workspace, id, recent)
        ON CONFLICT (workspace, customer_id) DO UPDATE SET recent = excluded.recent;
    END IF;
    IF cardinality(s_ids) > 0 THEN
        INSERT INTO router_customer (workspace, customer_id, partition, agent_id, agent_ms)
        SELECT s.workspace, s.id, b.partition, s.agent, s.at_ms
        FROM unnest(s_workspaces, s_ids, s_agents, s_agents_ms) AS s (workspace, id, agent, at_ms)
        ON CONFLICT (workspace, customer_id) DO UPDATE SET agent_id = excluded.agent_id, agent_ms = excluded.agent_ms;
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
-- A customer's row has no id: ``number`` is its place in the request.
CREATE FUNCTION router_known(
    p_inputs uuid[], p_keys uuid[], p_contacts uuid[], p_past uuid[], p_workspaces text[], p_customers text[]
) RETURNS TABLE (kind text, id uuid, number bigint, state text, whose text)
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
    SELECT 'i', event_id, 0, '', '' FROM router_input WHERE event_id = ANY (p_inputs)
    UNION ALL
    SELECT 'k', conversation_key, max(episode), '', '' FROM router_outcome
    WHERE conversation_key = ANY (p_keys) GROUP BY conversation_key
    UNION ALL
    SELECT 'c', contact_id, 0, outcome, workspace FROM router_outcome WHERE contact_id = ANY (p_contacts)
    UNION ALL
    SELECT p.kind, p.id, 0, p.state, p.agent_id FROM router_past AS p WHERE p.id = ANY (p_past)
    UNION ALL
    SELECT 'r', NULL, n.place, c.recent::text, '' FROM router_customer AS c
    JOIN unnest(p_workspaces, p_customers) WITH ORDINALITY AS n (workspace, id, place)
      ON c.workspace = n.workspace AND c.customer_id = n.id
    UNION ALL
    SELECT 's', NULL, n.place, c.agent_ms::text, c.agent_id FROM router_customer AS c
    JOIN unnest(p_workspaces, p_customers) WITH ORDINALITY AS n (workspace, id, place)
      ON c.workspace = n.workspace AND c.customer_id = n.id
    WHERE c.agent_id IS NOT NULL;
$$;
