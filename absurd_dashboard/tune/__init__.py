"""Optional indexes on the engine's tables: proposed with their price, built, resumed, removed."""
