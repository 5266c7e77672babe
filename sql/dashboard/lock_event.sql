-- Hold an event's row, emitted or not, so that nobody emits it until this transaction ends.
select e.event_name from {every_e} e where e.event_name = %(event)s for update
