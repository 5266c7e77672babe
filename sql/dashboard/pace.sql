-- How many attempts of one queue that were claimed lately completed or failed, by slots of time. A
-- slot stops counting at a limit, and says which part of it that took. Index-only.
select {queue}::text as queue_name, s.state, g.slot, c.n,
       case when c.n >= %(most)s
            then extract(epoch from c.reached - (%(since)s + g.slot * %(length)s::interval))::float8 end as seconds
  from (values ('completed'), ('failed')) s(state)
 cross join generate_series(0, %(slots)s - 1) g(slot)
 cross join lateral (
       select count(*) as n, max(available_at) as reached
         from (select x.available_at from {r} x
                where x.state = s.state
                  and x.available_at >= %(since)s + g.slot * %(length)s::interval
                  and x.available_at < %(since)s + (g.slot + 1) * %(length)s::interval
                order by x.available_at limit %(most)s) y) c
 where c.n > 0
