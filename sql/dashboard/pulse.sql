-- Whether anybody works in a queue: live ones of the newest claims, and the newest claim.
select (select count(distinct claimed_by)
          from (select r.claimed_by, r.claim_expires_at from {r} r
                 where r.state = 'running' order by r.available_at desc limit 1000) x
         where claim_expires_at is null or claim_expires_at > %(now)s)
         as workers,
       greatest((select max(available_at) from {r} r where r.state = 'running'),
                (select max(available_at) from {r} r
                  where r.state = 'completed' and available_at <= %(now)s),
                (select max(available_at) from {r} r
                  where r.state = 'failed' and available_at <= %(now)s)) as last_claim_at
