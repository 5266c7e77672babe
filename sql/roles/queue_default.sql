-- Whether tasks fell into the default partition, which the overview warns of.
grant select on {default} to {role};
