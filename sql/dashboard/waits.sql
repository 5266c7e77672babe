-- What the runs of one task wait for.
select run_id, step_name, event_name, created_at,
       case when timeout_at between '0001-01-02' and '9999-12-30' then timeout_at end as timeout_at
  from {w} w where task_id = %(task_id)s order by created_at limit %(most)s
