"""What hosts add to the dashboard: the contract of docs/extend.md."""
