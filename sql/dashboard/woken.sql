-- After an emit, in its transaction: did it count, and which runs in sight did it wake?
-- It did when the event's row was written by a transaction in progress that this one can see: its
-- own. A row's xmin lacks the epoch, so it is taken from the number nearest to this transaction's.
select e.emitted_at,
       case when e.emitted_at >= %(asked_at)s then txid_status(
         own.number + ((e.xmin::text::bigint - own.number) %% 4294967296 + 6442450944) %% 4294967296
         - 2147483648) = 'in progress' else false end as applied,
       (select count(*) from {r} r
         where r.state = 'pending' and r.available_at = e.emitted_at and r.event_payload = e.payload
       ) as woken,
       array(select r.run_id from {r} r
         where r.state = 'pending' and r.available_at = e.emitted_at and r.event_payload = e.payload
         limit %(most)s) as runs
  from {every_e} e, (select txid_current() as number) own
 where e.event_name = %(event)s
