-- Make a partition's index a part of its table's.
alter index {parent} attach partition {name}
