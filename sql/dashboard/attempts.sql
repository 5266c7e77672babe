-- The newest attempts at one task, errors taken apart and cut to what a page can show.
select {queue}::text as queue_name, run_id, attempt, state, claimed_by, wake_event, created_at,
       started_at, completed_at, failed_at,
       case when isfinite(claim_expires_at) then claim_expires_at end as claim_expires_at,
       case when available_at between '0001-01-02' and '9999-12-30' then available_at end
         as available_at,
       left(case jsonb_typeof(failure_reason) when 'object' then failure_reason->>'name' end, 200)
         as error_name,
       left(case jsonb_typeof(failure_reason)
              when 'object' then failure_reason->>'message'
              else failure_reason #>> '{{}}' end, 4000) as error_message,
       left(trace, 60000) as traceback, length(trace) as traceback_size,
       left(failure_reason::text, %(preview)s) as reason_text,
       length(failure_reason::text) as reason_size,
       left(result::text, %(preview)s) as result_text, length(result::text) as result_size
  from (select *, case jsonb_typeof(failure_reason) when 'object'
                    then coalesce(failure_reason->>'traceback', failure_reason->>'stack') end as trace
          from {r} x where x.task_id = %(task_id)s
         order by x.attempt desc, x.created_at desc limit %(limit)s) r
