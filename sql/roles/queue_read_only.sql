-- One queue, to look at.
grant select on {t}, {r}, {c}, {e}, {w} to {role};
