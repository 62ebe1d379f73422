"""PostgreSQL: where every outcome, case and letter is kept."""
