"""What was seen, sealed before it is told: originals, copies that hide bystanders, a manifest."""
