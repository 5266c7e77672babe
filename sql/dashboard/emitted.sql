-- When events with these names were emitted; a row without payload is a lock of the engine's.
select event_name, case when emitted_at between '0001-01-02' and '9999-12-30' then emitted_at end as emitted_at
  from {e} e where event_name = any(%(names)s) and payload is not null
