-- Some failed attempts of one queue with what their causes are told by; both ends of the tracebacks.
select {queue}::text as queue_name, run_id, task_id, failed_at, error_name, error_message, reason_text,
       case when length(trace) <= 2 * %(ends)s then trace
            else left(trace, %(ends)s) || E'\n' || right(trace, %(ends)s) end as traceback,
       coalesce(length(trace), 0) as traceback_size
  from (select r.run_id, r.task_id, r.failed_at,
               left(case jsonb_typeof(r.failure_reason->'name')
                      when 'string' then r.failure_reason->>'name' end, %(longest_name)s) as error_name,
               left(case when jsonb_typeof(r.failure_reason->'message') not in ('object', 'array')
                           then r.failure_reason->>'message'
                         when jsonb_typeof(r.failure_reason) not in ('object', 'array')
                           then r.failure_reason #>> '{{}}' end, %(longest_message)s) as error_message,
               case when jsonb_typeof(r.failure_reason) in ('object', 'array')
                      and coalesce(jsonb_typeof(r.failure_reason->'message'), 'object')
                            in ('object', 'array')
                    then left(r.failure_reason::text, %(longest_message)s) end as reason_text,
               case when jsonb_typeof(r.failure_reason->'traceback') = 'string'
                      then r.failure_reason->>'traceback'
                    when jsonb_typeof(r.failure_reason->'stack') = 'string'
                      then r.failure_reason->>'stack' end as trace
          from {r} r where r.run_id = any(%(runs)s::uuid[])) s
