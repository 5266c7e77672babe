"""How it behaves in production: frozen databases, health, metrics, the doctor."""
