-- The schema `bench`: what the data set is made of, and when it was made.
create schema bench;
create table bench.load (now timestamptz not null, scale float8 not null);
-- An id as the engine makes them; ordered by its moment.
create function bench.id(moment timestamptz) returns uuid language sql volatile as $$
  select (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0')
          || '-7' || substr(gen_random_uuid()::text, 16))::uuid $$;
-- Forty names of tasks; the last one is rare.
create table bench.names as
  select i, case when i = 39 then 'ops.rare_migration'
                 else (array['billing', 'mail', 'reports', 'sync', 'media', 'search', 'crm', 'ops'])[1 + i % 8] || '.'
                   || (array['charge_card', 'send_message', 'build_pdf', 'pull_feed', 'resize_image'])[1 + i / 8] end as name
    from generate_series(0, 39) i;
-- Twenty-five causes of failure, each with a traceback of about 1.5 kB.
create table bench.causes as
  select i, jsonb_build_object(
           'name', (array['ConnectionError', 'TimeoutError', 'ValueError', 'KeyError', 'IntegrityError'])[1 + i % 5],
           'message', (array['upstream said 502', 'could not reach smtp', 'missing field "sku"', 'duplicate key',
                             'deadlock detected'])[1 + i / 5] || ' in ' || chr(97 + i),
           'traceback', 'Traceback (most recent call last):' || (select string_agg(format(
              E'\n  File "/srv/app/%s/steps_%s.py", line %s, in step_%s\n    result = client.call(payload, timeout=%s)',
              chr(97 + i), n, 37 * n + i, n, n), '') from generate_series(1, 13) n)) as reason
    from generate_series(0, 24) i;
analyze bench.names, bench.causes;
