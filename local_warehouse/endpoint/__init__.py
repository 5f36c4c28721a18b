"""What clients talk to: HTTPS, Thrift, sessions and results, Python commands."""
