-- The newest checkpoints of one task, oldest first, and the values of those on one page of them.
-- Thousands are read for a timeline, so rows are narrow: an instant is a number of microseconds, and
-- of a value only what may be a sleep's wake-up is looked at. What is too long for that is not even
-- fetched from where PostgreSQL keeps long values.
select checkpoint_name, owner,
       (extract(epoch from least(greatest(updated_at, '0001-01-02'), '9999-12-30'))
         * 1000000)::bigint as updated,
       case when pg_column_size(state) <= 64 and jsonb_typeof(state) = 'string'
         then state #>> '{{}}' end as instant,
       coalesce(pg_column_size(state), 0) as size,
       case when is_shown then left(state::text, %(preview)s) end as state_text,
       case when is_shown then length(state::text) end as state_size
  from (select checkpoint_name, owner_run_id::text as owner, updated_at, state, place,
               checkpoint_name = %(step)s or (place > 0 and (place - 1) / %(steps)s + 1
                 = least(%(page)s, (least(many, %(most)s) - 1) / %(steps)s + 1)) as is_shown
          from (select *, count(*) over () as many,
                       row_number() over (order by updated_at, checkpoint_name)
                         - greatest(count(*) over () - %(most)s, 0) as place
                  from (select * from {c} c where task_id = %(task_id)s
                         order by updated_at desc, checkpoint_name desc limit %(most)s + 1) newest
               ) numbered) placed
 order by place
