"""What a city lays down, as values: each row with its clause and how well it is grounded."""
