-- Before an emit: was the name emitted, who in sight waits for it, and does anybody out of sight?
select (select count(*) from {w} w where w.event_name = %(event)s) as seen,
       (select count(*) from {every_w} w where w.event_name = %(event)s) as every,
       (select emitted_at from {every_e} e
         where e.event_name = %(event)s and e.payload is not null) as emitted_at,
       (select array_agg(run_id) from {w} w where w.event_name = %(event)s) as runs
