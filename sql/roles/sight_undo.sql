-- Nothing asks for a transaction's tenants any more.
drop schema if exists absurd_dashboard cascade;
