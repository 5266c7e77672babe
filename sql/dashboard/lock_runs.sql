-- Hold a task's open runs, as absurd.cancel_task does first: its state stays until then.
select r.run_id from {r} r
 where r.task_id = %(task_id)s and r.state not in ('completed', 'failed', 'cancelled')
 order by r.run_id
   for update
