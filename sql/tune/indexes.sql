-- The indexes of some tables: their definition from the access method on, whether they are finished, and of which index they are a part.
select t.relname as table_name, i.relname as name, x.indisvalid as is_valid,
       regexp_replace(pg_get_indexdef(i.oid), '^.* USING ', '') as defined_as,
       pg_relation_size(i.oid) as bytes,
       (select p.relname from pg_inherits h join pg_class p on p.oid = h.inhparent
         where h.inhrelid = i.oid) as part_of
  from pg_index x
  join pg_class t on t.oid = x.indrelid
  join pg_class i on i.oid = x.indexrelid
 where t.relnamespace = 'absurd'::regnamespace and t.relname = any(%(tables)s)
 order by t.relname, i.relname
