-- Cancel tasks of one queue, in this order.
select absurd.cancel_task({queue}, a.task_id) from unnest(%(tasks)s::uuid[]) as a (task_id)
