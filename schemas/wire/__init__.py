"""The words on the wire: CloudEvents 1.0, versioned data, canonical bytes."""
