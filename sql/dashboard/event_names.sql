-- Names of one queue's events: waited for, of the first waits; and emitted, the newest.
select {queue}::text as queue_name, 'awaited' as kind, event_name
  from (select distinct event_name from (select w.event_name from {w} w limit %(depth)s) s) w
union all
select {queue}::text, 'emitted', event_name
  from (select e.event_name from {e} e where e.payload is not null
         order by e.emitted_at desc limit %(depth)s) e
