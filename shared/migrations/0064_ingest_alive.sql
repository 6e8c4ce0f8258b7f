-- migrate:up

-- From now on only ingest's own sign of life says that it was heard; before the first one nobody knows.
UPDATE router_clock SET heard_ms = 0;
