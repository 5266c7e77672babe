-- One task, its payloads cut to what a page can show, and what its headers say that it belongs to.
select {queue}::text as queue_name, task_id, left(task_name, %(name)s) as task_name, state, attempts,
       max_attempts, idempotency_key,
       case when enqueue_at between '0001-01-02' and '9999-12-30' then enqueue_at end as enqueue_at,
       case when isfinite(first_started_at) then first_started_at end as first_started_at,
       case when isfinite(cancelled_at) then cancelled_at end as cancelled_at,
       left(headers ->> 'parent_task_id', %(header)s) as parent,
       left(headers ->> 'workflow_run_id', %(header)s) as workflow,
       left(params::text, %(preview)s) as params_text, length(params::text) as params_size,
       left(headers::text, %(preview)s) as headers_text, length(headers::text) as headers_size,
       left(retry_strategy::text, %(preview)s) as retry_strategy_text,
       length(retry_strategy::text) as retry_strategy_size,
       left(cancellation::text, %(preview)s) as cancellation_text,
       length(cancellation::text) as cancellation_size,
       left(completed_payload::text, %(preview)s) as completed_payload_text,
       length(completed_payload::text) as completed_payload_size
  from {t} t where task_id = %(task_id)s
