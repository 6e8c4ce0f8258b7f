-- The rights of each service's role. `usher migrate` runs this after the migrations, whenever it is called; a role that
-- does not exist is passed over, so that a database with one user works as before. `usher acl print --sql` makes the roles.
-- A service changes its state through its own functions, which run with the owner's rights: the fence cannot be walked
-- around. Beside them it reads its tables and deletes what is past its retention.
DO $grants$
DECLARE
    item record;
    service record;
BEGIN
    FOR service IN
        SELECT * FROM (VALUES
            ('usher_ingest', ARRAY['^schema_migrations$'], ARRAY['^ingest_'], ARRAY['^$']),
            ('usher_router', ARRAY['^router_', '^lane$', '^outbox$', '^policy$', '^article$', '^schema_migrations$'],
                             ARRAY['^(router|lane|article)_'], ARRAY['^router_(input|past|early)$']),
            ('usher_sla',    ARRAY['^sla_', '^lane$', '^outbox$', '^policy$', '^schema_migrations$'],
                             ARRAY['^(sla|lane)_'], ARRAY['^sla_(breach|hour)'])
        ) AS s (role, reads, calls, deletes)
        WHERE EXISTS (SELECT FROM pg_roles WHERE rolname = s.role)
    LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA usher TO %I', service.role);
        FOR item IN
            SELECT c.relname AS name FROM pg_class AS c
            WHERE c.relnamespace = 'usher'::regnamespace AND c.relkind IN ('r', 'p')
        LOOP
            EXECUTE format('REVOKE ALL ON usher.%I FROM %I', item.name, service.role);
            IF EXISTS (SELECT FROM unnest(service.reads) AS pattern WHERE item.name ~ pattern) THEN
                EXECUTE format('GRANT SELECT ON usher.%I TO %I', item.name, service.role);
            END IF;
            IF EXISTS (SELECT FROM unnest(service.deletes) AS pattern WHERE item.name ~ pattern) THEN
                EXECUTE format('GRANT DELETE ON usher.%I TO %I', item.name, service.role);
            END IF;
        END LOOP;
        -- No service reads a refused payload, nor its headers: what it needs of its own letters stands beside them.
        EXECUTE format('GRANT SELECT (id, service, workspace, reason, path, origin, state, created_at)'
                       ' ON usher.dead_letter TO %I', service.role);
        FOR item IN
            SELECT p.oid::regprocedure AS signature, p.proname AS name FROM pg_proc AS p
            WHERE p.pronamespace = 'usher'::regnamespace AND p.prokind = 'f'
        LOOP
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', item.signature);
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM %I', item.signature, service.role);
            IF EXISTS (SELECT FROM unnest(service.calls) AS pattern WHERE item.name ~ pattern) THEN
                EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', item.signature, service.role);
            END IF;
            -- lane_advance runs inside the commits and nowhere else; lane_hold holds a row and what forgets drops what is
            -- over, no more.
            IF item.name ~ '^(lane_(claim|hold)|(router|sla)_commit|router_forget(_customers)?|ingest_.*)$' THEN
                EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = usher, pg_temp', item.signature);
            END IF;
        END LOOP;
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'usher_ingest') THEN
        GRANT INSERT ON usher.dead_letter TO usher_ingest;
    END IF;
END
$grants$;
