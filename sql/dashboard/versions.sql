-- Which versions the rows of some tasks have in one queue: for each task and each kind of row, the
-- transactions that wrote them, added up.
select {queue}::text as queue_name, task_id,
       concat_ws(' ', kind, count(*), sum(written), max(written)) as version
  from (select 't' as kind, x.task_id, x.xmin::text::bigint as written
          from {every_t} x where x.task_id = any(%(tasks)s)
        union all
        select 'r', x.task_id, x.xmin::text::bigint from {every_r} x where x.task_id = any(%(tasks)s)
        union all
        select 'c', x.task_id, x.xmin::text::bigint from {every_c} x where x.task_id = any(%(tasks)s)
        union all
        select 'w', x.task_id, x.xmin::text::bigint from {every_w} x where x.task_id = any(%(tasks)s)) v
 group by task_id, kind
