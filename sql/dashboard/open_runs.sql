-- How many tasks of a queue are not finished: each has exactly one open run.
select count(*) as open from {r} r where r.state in ('pending', 'running', 'sleeping')
