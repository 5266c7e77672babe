-- Before an emit: was the name emitted, who in sight waits for it, and does anybody out of sight?
select (select count(*) from {w} w where w.event_name = %(event)s) as seen,
       (select count(*) from {every_w} w where w.event_name = %(event)s) as every,
       (select count(*) from {w} w
         where w.event_name = %(event)s
           and (w.timeout_at is null or w.timeout_at > absurd.current_time())) as wake,
       (select emitted_at from {every_e} e
         where e.event_name = %(event)s and e.payload is not null) as emitted_at,
       (select min(t.headers->>'tenant_id') from {w} w join {t} t using (task_id)
         where w.event_name = %(event)s) as owner
