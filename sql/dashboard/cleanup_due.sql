-- What absurd.cleanup_tasks and absurd.cleanup_events would delete, without their limit.
select (select count(*) from {t} t left join {r} r on r.run_id = t.last_attempt_run
         where case t.state when 'completed' then r.completed_at
                            when 'failed' then r.failed_at
                            when 'cancelled' then t.cancelled_at end < %(before)s) as tasks,
       (select count(*) from {e} e where e.emitted_at < %(before)s and e.payload is not null)
           as events,
       (select count(*) from {e} e where e.emitted_at < %(before)s and e.payload is null) as markers
