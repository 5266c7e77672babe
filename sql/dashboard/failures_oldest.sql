-- When the oldest failed attempt of one queue was claimed; one index probe.
select {queue}::text as queue_name, min(available_at) as oldest
  from {r} r where r.state = 'failed' and r.available_at > '0001-01-02'
