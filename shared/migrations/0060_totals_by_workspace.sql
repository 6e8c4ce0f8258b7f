-- migrate:up

-- Totals are kept by workspace, clocks also by queue, under names of their own. Those of the old names, which nothing
-- reads any more, go; where a wait's bounds lie stays.
DELETE FROM sla_total WHERE key LIKE '["clocks",%' OR key LIKE '["breaches",%' OR key LIKE '["wait_bucket",%'
    OR key LIKE '["wait_sum",%';
