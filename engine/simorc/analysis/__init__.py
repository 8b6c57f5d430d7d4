"""What a circuit's measurements depend on: mismatch, worst cases, yield, sensitivity, sizing."""
