-- Rows that the engine keeps for events that were awaited and never came; a cleanup takes them first.
select count(*) as many from {every_e} e where e.payload is null
