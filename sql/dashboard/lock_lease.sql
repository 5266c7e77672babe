-- Hold a task's run whose lease has run out, under the condition on which absurd.claim_task fails it.
select r.run_id, r.claimed_by, r.claim_expires_at, r.attempt from {r} r
 where r.task_id = %(task_id)s and r.state = 'running'
   and r.claim_expires_at <= absurd.current_time()
   for update
