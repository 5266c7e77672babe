-- The tables of tasks and of runs of some queues with their partitions: rows, bytes, and whether the role owns them.
select q.queue_name, p.prefix, c.relname, m.is_partition, c.relkind = 'p' as is_partitioned,
       -- A table that was never analysed has no row count: a task or a run takes about 700 bytes.
       case when c.relkind = 'p' then 0
            when c.reltuples >= 0 then c.reltuples
            else pg_relation_size(c.oid) / 700 end::float8 as rows,
       pg_table_size(c.oid) as bytes,
       pg_has_role(c.relowner, 'usage') and has_schema_privilege(c.relnamespace, 'create') as is_own,
       pg_get_userbyid(c.relowner)::text as owner
  from absurd.queues q
 cross join (values ('t'), ('r')) p (prefix)
  join pg_class top on top.oid = to_regclass(format('absurd.%%I', p.prefix || '_' || q.queue_name))
 cross join lateral (select top.oid, false
                      union all
                     select i.inhrelid, true from pg_inherits i where i.inhparent = top.oid
                    ) m (oid, is_partition)
  join pg_class c on c.oid = m.oid
 where q.queue_name = any(%(queues)s)
 order by q.queue_name, p.prefix, m.is_partition, c.relname
