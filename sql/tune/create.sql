-- An index while others write. When this is stopped half-way an invalid index is left.
create index concurrently {name} on {table} using {definition}
