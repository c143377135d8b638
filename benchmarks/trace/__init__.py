"""What reading a ledger of spans costs."""
