"""What should not be in training data: credentials by their formats, personal data by its checksums."""
