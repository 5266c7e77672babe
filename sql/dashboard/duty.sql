-- Whether work of one queue is due and held by nobody, and how many claims there are.
select {queue}::text as queue_name, running,
       (exists (select from {r} r where r.state = 'pending' and r.available_at <= %(now)s)
        or exists (select from {r} r where r.state = 'sleeping' and r.available_at <= %(now)s))
       and not exists (select from (select r.claim_expires_at from {r} r where r.state = 'running'
                                     order by r.available_at desc limit %(claims)s) x
                        where claim_expires_at is null or claim_expires_at > %(now)s) as idle
  from (select count(*) as running
          from (select from {r} r where r.state = 'running' limit %(most)s) x) a
