-- Whether anybody works in a queue: live claims now, and the newest claim; three index probes.
select (select count(distinct claimed_by) from {r} r
         where r.state = 'running' and (claim_expires_at is null or claim_expires_at > %(now)s))
         as workers,
       greatest((select max(available_at) from {r} r where r.state = 'running'),
                (select max(available_at) from {r} r
                  where r.state = 'completed' and available_at <= %(now)s),
                (select max(available_at) from {r} r
                  where r.state = 'failed' and available_at <= %(now)s)) as last_claim_at
