-- What the services of version 0.1.0 say to PostgreSQL. test_migrations.py prepares each statement on the newest schema.
SELECT DISTINCT ON (workspace) workspace, version, hash, body::text AS body, activated_ms, model_version
FROM policy WHERE partition = $1 ORDER BY workspace, version DESC;
DELETE FROM router_input WHERE event_id IN (
    SELECT event_id FROM router_input WHERE seen_ms < $2 AND partition = $1 ORDER BY seen_ms LIMIT $3
);
DELETE FROM router_past WHERE id IN (
    SELECT id FROM router_past WHERE ended_ms < $1 ORDER BY ended_ms LIMIT $2
);
SELECT kind, id, number, state, whose FROM router_known($1, $2, $3, $4, $5, $6);
SELECT kind, id, number, state, whose FROM article_suggestions($1, $2, $3, $4);
SELECT body::text FROM router_contact WHERE partition = $1;
SELECT contact_id, body::text FROM router_personal WHERE partition = $1;
SELECT body::text FROM router_agent WHERE partition = $1;
SELECT body::text FROM router_flow WHERE partition = $1;
SELECT at_ms FROM router_clock WHERE partition = $1;
INSERT INTO dead_letter (id, service, workspace, reason, path, detail, origin, headers, payload,
                         payload_sha256, payload_bytes, occurred_at)
SELECT id, 'ingest', workspace, reason, path, detail, origin::jsonb, headers::jsonb, payload,
       payload_sha256, payload_bytes, to_timestamp(at_ms / 1000.0)
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[],
            $9::text[], $10::int[], $11::bigint[])
     AS d (id, workspace, reason, path, detail, origin, headers, payload, payload_sha256, payload_bytes, at_ms)
ON CONFLICT (id) DO NOTHING;
SELECT s.workspace, s.version, p.body::text AS body
FROM sla_policy AS s LEFT JOIN policy AS p USING (workspace, version)
WHERE s.partition = $1;
SELECT w.workspace, w.version, p.body::text AS body
FROM unnest($1::text[], $2::int[]) AS w (workspace, version) LEFT JOIN policy AS p USING (workspace, version);
DELETE FROM sla_breach WHERE clock_id IN (
    SELECT clock_id FROM sla_breach WHERE partition = $1 AND due_ms < $2 ORDER BY due_ms LIMIT $3
);
SELECT body::text AS body FROM sla_contact WHERE partition = $1;
SELECT key, value FROM sla_total WHERE partition = $1;
SELECT event_ms FROM sla_partition WHERE partition = $1;
SELECT sla_commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);
SELECT * FROM lane_claim($1, $2, $3);
SELECT payload FROM outbox WHERE service = $1 AND partition = $2 AND step >= $3 ORDER BY step;
SELECT epoch FROM lane WHERE service = $1 AND partition = $2;
SELECT router_commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
    $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44,
    $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60);
