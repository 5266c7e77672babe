-- Names of one queue's events: waited for, of the first waits; and emitted, the newest, where any are.
select {queue}::text as queue_name, awaited,
       array(select e.event_name from {e} e
              where e.payload is not null and cardinality(awaited) > 0
              order by e.emitted_at desc limit %(depth)s) as emitted
  from (select array(select distinct w.event_name
                       from (select w.event_name from {w} w limit %(depth)s) w) as awaited) w
