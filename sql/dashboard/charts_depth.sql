-- How many runs of an outcome one queue has in a time, counted up to a limit, and what statistics say beyond it.
select {queue}::text as queue_name, newest.read, newest.reaches,
       -- Statistics know all runs, which is near enough for those that completed.
       (select coalesce(sum(greatest(c.reltuples, 0)), 0)::float8
          -- Two lookups, and no OR, for which all of the catalog would be read.
          from (select to_regclass(format('absurd.%%I', 'r_' || {queue}))::oid as oid
                union all
                select i.inhrelid from pg_inherits i
                 where i.inhparent = to_regclass(format('absurd.%%I', 'r_' || {queue}))) o
          join pg_class c on c.oid = o.oid
         where c.relkind = 'r' and %(outcome)s = 'completed') as rows,
       (select min(r.available_at) from {r} r where r.state = %(outcome)s) as oldest
  from (select count(*) as read, min(available_at) as reaches
          from (select r.available_at from {r} r
                 where r.state = %(outcome)s and r.available_at >= %(begin)s
                   and r.available_at <= %(now)s
                 order by r.available_at desc limit %(pilot)s) x) newest
