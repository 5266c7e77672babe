-- Hold the row of an event that somebody waits for: until then nobody else can begin to.
select e.event_name from {every_e} e where e.event_name = %(event)s for update
