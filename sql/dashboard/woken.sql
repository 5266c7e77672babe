-- After an emit, in its transaction: was it this payload, and which runs in sight did it wake?
select e.emitted_at,
       e.payload = %(payload)s::jsonb and e.emitted_at >= %(asked_at)s as applied,
       (select count(*) from {r} r
         where r.state = 'pending' and r.available_at = e.emitted_at and r.event_payload = e.payload
       ) as woken,
       array(select r.run_id from {r} r
         where r.state = 'pending' and r.available_at = e.emitted_at and r.event_payload = e.payload
         limit %(most)s) as runs
  from {every_e} e
 where e.event_name = %(event)s
