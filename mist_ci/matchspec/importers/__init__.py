"""Results that other runners wrote, read into records: one module per tool."""
