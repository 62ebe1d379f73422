"""What happens when something happens."""
