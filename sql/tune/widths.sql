-- Average widths of the columns that indexes are made of, where statistics are kept.
select s.tablename, s.attname, max(s.avg_width)::float8
  from pg_stats s
 where s.schemaname = 'absurd' and s.tablename = any(%(tables)s)
   and s.attname in ('task_name', 'headers', 'params')
 group by s.tablename, s.attname
