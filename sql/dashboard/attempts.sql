-- The newest attempts at one task, errors taken apart and cut to what a page can show.
select {queue}::text as queue_name, run_id, attempt, state, left(claimed_by, 1000) as claimed_by,
       wake_event, created_at, started_at, completed_at, failed_at,
       case when isfinite(claim_expires_at) then claim_expires_at end as claim_expires_at,
       case when available_at between '0001-01-02' and '9999-12-30' then available_at end
         as available_at,
       left(case jsonb_typeof(failure_reason->'name')
              when 'string' then failure_reason->>'name' end, %(name)s) as error_name,
       left(case when jsonb_typeof(failure_reason->'message') not in ('object', 'array')
                   then failure_reason->>'message'
                 when jsonb_typeof(failure_reason) not in ('object', 'array')
                   then failure_reason #>> '{{}}' end, %(message)s) as error_message,
       left(trace, %(trace)s) as traceback, length(trace) as traceback_size,
       left(failure_reason::text, %(preview)s) as reason_text,
       length(failure_reason::text) as reason_size,
       left(result::text, %(preview)s) as result_text, length(result::text) as result_size
  from (select *, case when jsonb_typeof(failure_reason->'traceback') = 'string'
                         then failure_reason->>'traceback'
                       when jsonb_typeof(failure_reason->'stack') = 'string'
                         then failure_reason->>'stack' end as trace
          from {r} x where x.task_id = %(task_id)s
         order by x.attempt desc, x.created_at desc limit %(limit)s) r
