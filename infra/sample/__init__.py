"""The sample world that the demo plays."""
